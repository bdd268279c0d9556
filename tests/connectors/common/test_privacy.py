"""Hashing of addresses and numbers, and the key's file."""

import stat
from pathlib import Path

import pytest

from connectors.common.privacy import Hasher, is_role_address, load_hasher

HASHER = Hasher(b"key")


def test_letter_case_and_spaces_do_not_make_two_people() -> None:
    assert HASHER.email(" Anna@Example.com ") == HASHER.email("anna@example.com")


def test_another_key_gives_another_hash() -> None:
    assert HASHER.email("anna@example.com") != Hasher(b"other").email("anna@example.com")


def test_one_phone_number_in_two_spellings() -> None:
    assert HASHER.phone("+46 70-123 45 67") == HASHER.phone("0046701234567")


@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_no_address_has_no_hash(nothing: str | None) -> None:
    assert HASHER.email(nothing) is None


@pytest.mark.parametrize(
    ("address", "is_role"), [("Info@firm.example", True), ("sales+se@firm.example", True), ("ines@x.example", False)]
)
def test_role_addresses(address: str, is_role: bool) -> None:
    assert is_role_address(address) is is_role


def test_the_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    file = tmp_path / ".dlt" / "secrets.toml"
    file.parent.mkdir()
    file.write_text('[sources.shopify]\naccess_token = "x"\n')
    first, second = load_hasher(file), load_hasher(file)
    assert first == second
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "access_token" in file.read_text()


def test_a_broken_secrets_file_is_named_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "secrets.toml"
    file.write_text("[a]\nb = \n")
    with pytest.raises(ValueError, match=r"secrets.toml is not valid TOML \(line 2\)"):
        load_hasher(file)
