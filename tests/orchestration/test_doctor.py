"""What `doctor` tells of sources that are configured in part or wrongly, without asking a vendor."""

import os
from dataclasses import replace
from datetime import UTC
from importlib import import_module

import pytest

import connectors
from connectors.common.errors import SourceError
from connectors.common.privacy import load_hasher
from connectors.common.source import Setting
from orchestration.cli.doctor import Finding, _locks, _postgres, _secrets, _time_zones, examine
from orchestration.home import POSTGRES_URL
from orchestration.keys import remember
from orchestration.locks import writer_lock
from orchestration.run import secrets_file
from tests.orchestration.conftest import Toy
from tests.orchestration.toy import SOURCES

TOKEN, USER, WORD = (Setting(name, name, is_secret=True, is_required=False) for name in ("token", "user", "word"))
EITHER = replace(
    SOURCES["shop"],
    settings=(*SOURCES["shop"].settings, TOKEN, USER, WORD),
    one_of=(("token",), ("user", "word")),
)


@pytest.fixture
def shop(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A shop that wants a key, and a token or a user with a word."""
    monkeypatch.setattr(connectors, "sources", lambda: {"shop": EITHER})
    monkeypatch.delenv("SOURCES__SHOP__API_KEY")
    return monkeypatch


def told() -> Finding:
    return next(finding for finding in examine() if finding.what == "shop")


def test_every_way_to_configure_a_source_is_named_until_one_is_given_whole(shop: pytest.MonkeyPatch) -> None:
    ways = "SOURCES__SHOP__TOKEN or SOURCES__SHOP__USER + SOURCES__SHOP__WORD"
    assert told() == Finding(
        "note", "shop", "not configured", f"to use it, set SOURCES__SHOP__API_KEY, and either {ways}"
    )
    shop.setenv("SOURCES__SHOP__API_KEY", "key")
    assert told() == Finding("bad", "shop", "configured only in part", f"set {ways}")
    shop.setenv("SOURCES__SHOP__USER", "me")
    assert told().state == "bad"
    shop.setenv("SOURCES__SHOP__WORD", "secret")
    assert told() == Finding("good", "shop", "configured")


def test_what_a_source_sees_in_its_own_settings_is_told(shop: pytest.MonkeyPatch) -> None:
    def wrong() -> None:
        raise SourceError("shop: the folder is not there: correct it.")

    shop.setattr(connectors, "sources", lambda: {"shop": replace(EITHER, check=wrong)})
    shop.setenv("SOURCES__SHOP__API_KEY", "key")
    shop.setenv("SOURCES__SHOP__TOKEN", "token")
    assert told().says == "shop: the folder is not there: correct it."
    assert told().state == "bad"


def test_a_database_of_dagster_that_cannot_be_reached_is_told_without_its_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(POSTGRES_URL, "postgresql+psycopg2://me:password@127.0.0.1:9/none")
    told = _postgres()
    assert told.state == "bad"
    assert "me:" not in told.says + told.mend
    assert "OperationalError" in told.says


def test_data_of_time_zones_without_summer_time_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _time_zones().state == "good"
    monkeypatch.setattr(import_module("orchestration.cli.doctor"), "ZoneInfo", lambda _: UTC)
    assert _time_zones().state == "bad"


def test_a_home_of_a_newer_version_is_told_and_nothing_else_is_looked_at(toy: Toy) -> None:
    toy.home.root.mkdir()
    (toy.home.root / "schema_version").write_text("99\n", "ascii")
    *_, last = examine()
    assert (last.what, last.state, last.mend) == ("home", "bad", "update Nyckeltal")


def test_another_key_of_the_hashes_is_told(toy: Toy) -> None:
    remember(toy.home, load_hasher(secrets_file()))
    assert [(item.what, item.state) for item in _secrets(toy.home)] == [("privacy key", "good")]
    secrets_file().write_text('[privacy]\nhash_key = "another"\n', "utf-8")
    secrets_file().chmod(0o600)
    assert [(item.what, item.state) for item in _secrets(toy.home)] == [("privacy key", "bad")]


def test_who_holds_a_lock_is_told(toy: Toy) -> None:
    with writer_lock(toy.home.warehouse, "dbt"):
        assert [f"process {os.getpid()} (dbt, since" in item.says for item in _locks(toy.home)] == [True]
    assert list(_locks(toy.home)) == []
