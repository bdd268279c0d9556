"""What `doctor` tells of sources that are configured in part or wrongly, without asking a vendor."""

from dataclasses import replace

import pytest

import connectors
from connectors.common.errors import SourceError
from connectors.common.source import Setting
from orchestration.cli.doctor import Finding, examine
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
