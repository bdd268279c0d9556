"""What can be said offline of the repository: no secret in it, every dependency locked by hash and free to use."""

import re
import subprocess
from importlib.metadata import distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# What the vendors' and clouds' keys look like.
SECRETS = {
    "private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----",
    "AWS key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "Google API key": r"\bAIza[0-9A-Za-z_\-]{35}\b",
    "Google OAuth secret": r"\bGOCSPX-[0-9A-Za-z_\-]{28}\b",
    "Google refresh token": r"\b1//0[0-9A-Za-z_\-]{40,}",
    "GitHub token": r"\bgh[pousr]_[0-9A-Za-z]{36}\b|\bgithub_pat_[0-9A-Za-z_]{40,}\b",
    "Slack token": r"\bxox[abprs]-[0-9A-Za-z\-]{10,}",
    "Slack webhook": r"hooks\.slack\.com/services/T[0-9A-Z]{8,}/B[0-9A-Z]{8,}/[0-9A-Za-z]{20,}",
    "Meta token": r"\bEAA[0-9A-Za-z]{60,}",
    "Shopify token": r"\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}\b",
    "HubSpot token": r"\bpat-(?:na|eu)\d-[0-9a-f]{8}-[0-9a-f\-]{27}\b",
    "Mailchimp key": r"\b[0-9a-f]{32}-us\d{1,2}\b",
    "Typeform token": r"\btfp_[0-9A-Za-z]{40,}",
    "JSON web token": r"\beyJ[0-9A-Za-z_\-]{15,}\.eyJ[0-9A-Za-z_\-]{15,}\.[0-9A-Za-z_\-]{15,}",
    "password in an address": r"://[^\s/:@{}$<>*'\"]+:(?!password|secret|s3cret|pass\b)[^\s/:@{}$<>*'\"]{6,}@(?!.*example)",
}
# The sandbox's own key, which opens nothing.
OURS = {"sandbox/vendors/mailchimp.py": ["Mailchimp key"]}
# Licences that a user of Apache-2.0 software may redistribute beside it; words of classifiers and SPDX names.
FREE = re.compile(
    r"\b(apache|mit|bsd|isc|psf|python software foundation|mpl|mozilla public|lgpl|unlicense|zlib|cc0|0bsd|postgresql"
    r"|public domain|artistic|zpl|blueoak|hpnd|cnri|openssl|unicode)\b",
    re.IGNORECASE,
)
PACKAGE = re.compile(r"^([a-z0-9][a-z0-9._-]*)==\S+", re.MULTILINE)
LOCKS = ("requirements.lock", "requirements-clients.lock")


def tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("this is no git checkout")
    return [ROOT / name for name in done.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def found(text: str) -> list[str]:
    return [name for name, pattern in SECRETS.items() if re.search(pattern, text)]


def test_no_tracked_file_holds_a_secret() -> None:
    files = tracked()
    assert len(files) > 300
    holding = {path: found(path.read_text("utf-8", "replace")) for path in files}
    assert {path.relative_to(ROOT).as_posix(): names for path, names in holding.items() if names} == OURS


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        "AKIA" + "ABCDEFGHIJKLMNOP",
        "shpat_" + "0123456789abcdef" * 2,
        "0123456789abcdef" * 2 + "-us12",
        "xoxb" + "-1234567890-abc",
        "pat-eu1-" + "01234567-89ab-cdef-0123-456789abcdef",
        "postgresql://app:hunter22" + "@db.internal/x",
    ],
)
def test_a_secret_would_be_found(text: str) -> None:
    assert found(f"key = {text}\n")


def test_no_file_of_secrets_is_tracked() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in tracked()}
    assert not {name for name in names if name.endswith((".pem", ".key", ".p12", ".duckdb", "secrets.toml"))}
    assert ".env" not in names


@pytest.mark.parametrize("lock", LOCKS)
def test_every_dependency_is_locked_by_hash_and_names_no_registry(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    blocks = re.split(r"\n(?=[a-z0-9])", text)
    pinned = [block for block in blocks if PACKAGE.match(block)]
    assert len(pinned) > 20
    assert [block.split()[0] for block in pinned if "--hash=sha256:" not in block] == []
    assert not re.search(r"https?://(?!docs\.)|--(?:extra-)?index-url|--find-links|--trusted-host", text)


def test_every_locked_package_has_a_free_licence() -> None:
    locked = {_plain(name) for lock in LOCKS[:1] for name in PACKAGE.findall((ROOT / lock).read_text("utf-8"))}
    known = {_plain(item.metadata["Name"]): _licence(item) for item in distributions()}
    installed = locked & known.keys()
    assert len(installed) > 100
    assert {name: known[name][:80] for name in sorted(installed) if not FREE.search(known[name])} == {}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _licence(item: object) -> str:
    """All that a package says of its licence; where it says nothing, the first lines of the file."""
    metadata = item.metadata  # type: ignore[attr-defined]
    said = [metadata.get("License-Expression"), metadata.get("License")]
    said += [line for line in metadata.get_all("Classifier") or [] if line.startswith("License ::")]
    text = " ".join(filter(None, said))
    if text.strip():
        return text
    files = [path for path in item.files or [] if "licen" in path.name.lower()]  # type: ignore[attr-defined]
    return " ".join(path.read_text()[:400] for path in files[:1])
