"""Notices when the privacy key is not the one that the landed hashes were made with."""

import hashlib
from pathlib import Path

from connectors.common.privacy import Hasher, load_hasher
from orchestration.home import Home


def remember(home: Home, hasher: Hasher) -> None:
    """Keeps a fingerprint of the first key beside the data."""
    file = _file(home)
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_fingerprint(hasher), "utf-8")


def has_changed(home: Home, secrets_file: Path) -> bool:
    """False before the first load, and while there is no key at all."""
    file = _file(home)
    return file.exists() and file.read_text("utf-8") != _fingerprint(load_hasher(secrets_file))


def _file(home: Home) -> Path:
    return home.state("x").parent / "privacy_key.fingerprint"


def _fingerprint(hasher: Hasher) -> str:
    """Tells two keys apart and helps nobody to guess one: a slow digest of the key's own hash of a fixed text."""
    return hashlib.scrypt(hasher.key, salt=b"nyckeltal privacy key", n=2**12, r=8, p=1, dklen=16).hex()
