"""E-mail addresses and phone numbers become keyed hashes before they land."""

import hmac
import re
import secrets
import tomllib
from dataclasses import dataclass
from pathlib import Path

# Shared mailboxes: they belong to a firm, not to a person, so they must not join people.
ROLE_NAMES = frozenset(
    {
        *("abuse", "accounting", "admin", "billing", "contact", "ekonomi", "faktura", "hej", "hello", "help", "info"),
        *("invoice", "it", "jobs", "kontakt", "kundtjanst", "marketing", "no-reply", "noreply", "office", "order"),
        *("postmaster", "press", "reception", "root", "sales", "salg", "shop", "support", "team", "webmaster"),
    }
)


@dataclass(frozen=True)
class Hasher:
    """HMAC-SHA256 with the installation's own key: equal input gives equal text; without the key nobody can try."""

    key: bytes

    def email(self, address: str | None) -> str | None:
        """Hash of the trimmed lower-case address; None for none."""
        return self._digest("email", normal_email(address))

    def phone(self, number: str | None) -> str | None:
        """Hash of the digits (00 as +); None for none."""
        digits = re.sub(r"[^0-9]", "", number or "").removeprefix("00")
        return self._digest("phone", digits or None)

    def text(self, value: str | None) -> str | None:
        """Hash of any other personal key (a vendor's own digest of an address)."""
        return self._digest("text", value or None)

    def _digest(self, kind: str, value: str | None) -> str | None:
        if value is None:
            return None
        return hmac.digest(self.key, f"{kind}:{value}".encode(), "sha256").hex()


def normal_email(address: str | None) -> str | None:
    """Trimmed, lower case; None where there is no address."""
    text = (address or "").strip().lower()
    return text or None


def is_role_address(address: str | None) -> bool:
    """True for `info@…` and its like."""
    name = (normal_email(address) or "").partition("@")[0].partition("+")[0]
    return name in ROLE_NAMES


def load_hasher(secrets_file: Path = Path(".dlt/secrets.toml")) -> Hasher:
    """The hasher with the key of `[privacy] hash_key`; makes the key on the first run (file mode 600).

    Raises ValueError when the file is there but is not TOML.
    """
    if secrets_file.exists():
        try:
            known = tomllib.loads(secrets_file.read_text("utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise ValueError(f"{secrets_file} is not valid TOML (line {_line_of(error)}): mend that line") from None
        key = known.get("privacy", {}).get("hash_key")
        if key:
            return Hasher(str(key).encode())
    key = secrets.token_hex(32)
    secrets_file.parent.mkdir(parents=True, exist_ok=True)
    secrets_file.touch(mode=0o600)
    secrets_file.chmod(0o600)
    with secrets_file.open("a", encoding="utf-8") as file:
        file.write(
            f'\n[privacy]  # made on the first run; a new key makes every known person a stranger\nhash_key = "{key}"\n'
        )
    return Hasher(key.encode())


def _line_of(error: tomllib.TOMLDecodeError) -> str:
    found = re.search(r"line (\d+)", str(error))
    return found.group(1) if found else "?"
