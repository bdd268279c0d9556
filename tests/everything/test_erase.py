"""A person is erased from a company that went through everything, and a backup of before does not bring them back."""

import json
from pathlib import Path

import pytest

from connectors.common.privacy import load_hasher
from orchestration.erasing.names import hashes_of
from orchestration.traces import traces
from sandbox.world import build_world
from tests.everything.company import SECRETS, Company, company
from tests.everything.leaks import Planted
from tests.everything.published import assert_equal_marts, table
from tests.everything.story import FIRST, SEED
from tests.orchestration.erasing.conftest import known_to_all

# Tables that name people, by an id of a vendor's or its substitute.
OF_PEOPLE = {"dim_customer", "fct_orders", "fct_leads", "fct_deals", "fct_refunds"}


@pytest.mark.slow
def test_no_trace_is_left_and_every_kpi_stays(tmp_path: Path) -> None:
    world = build_world("small", 3, SEED, FIRST)
    address = known_to_all(world)
    with company(world, FIRST, tmp_path) as shop:
        ran = shop.refresh(FIRST)
        assert ran.code == 0, ran.err
        before = shop.keep_marts("before")
        needles = [address, *(value for _, value in hashes_of(address, load_hasher(shop.work / SECRETS)))]
        assert any(place.startswith("landing/") for place in traces(shop.home, needles)[0])
        ran = shop.run("backup", "../kept.tar")
        assert ran.code == 0, ran.err

        ran = shop.run("erase", "--email", address.upper(), "--yes", "--json")
        assert ran.code == 0, ran.err
        told = json.loads(ran.out)
        assert (told["traces"], told["not_rebuilt"]) == ([], [])
        assert told["files_searched"] > 100
        holds(shop, before, address, needles)

        assert shop.run("restore", "../kept.tar").code == 1, "the home holds data"
        ran = shop.run("restore", "../kept.tar", "--force")
        assert ran.code == 0, ran.err
        holds(shop, before, address, needles)


def holds(shop: Company, before: Path, address: str, needles: list[str]) -> None:
    """Nothing in any file names the person, every table but for ids is as before, and one customer has another id."""
    assert traces(shop.home, needles)[0] == []
    assert Planted(frozenset(), frozenset({address}), frozenset()).leaks(shop.home) == []
    assert_equal_marts(before, shop.marts, OF_PEOPLE)
    for name in OF_PEOPLE:
        old, new = table(before, name), table(shop.marts, name)
        assert len(old) == len(new)
        ids = [column for column in old if str(column).endswith("_id")]
        rest = [column for column in old if column not in ids and column != "loaded_at"]
        assert sorted(map(repr, old[rest].itertuples(index=False))) == sorted(
            map(repr, new[rest].itertuples(index=False))
        )
    old, new = (set(table(marts, "dim_customer")["person_id"]) for marts in (before, shop.marts))
    assert len(old - new) == len(new - old) == 1
