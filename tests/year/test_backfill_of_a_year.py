"""Twelve months of all sources loaded again in one run: equal to a first load, at no more than twice its time."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.world import build_world
from tests.equality import FITTED
from tests.everything.company import Company, company
from tests.everything.published import OF_SNAPSHOTS, assert_equal_marts
from tests.everything.test_acceptance import WITH_SNAPSHOTS

AS_OF = datetime(2026, 3, 18, 5, 30, tzinfo=UTC)

pytestmark = pytest.mark.slow


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Company]:
    with company(build_world("small", 12, 7, AS_OF), AS_OF, tmp_path) as found:
        yield found


def test_a_backfill_equals_a_first_load_and_takes_no_more_than_twice_as_long(shop: Company) -> None:
    whole = shop.refresh(AS_OF)
    assert whole.code == 0, whole.err
    expected = shop.keep_marts("first load")
    shop.forget()
    clock = ("--as-of", AS_OF.isoformat())
    # What is there before: a month by hand, with a hole to the year before it.
    begun = shop.run("refresh", "--from", "2026-02-01", "--to", "2026-02-28", *clock)
    assert begun.code == 0, begun.err
    start = shop.world.history_start.isoformat()
    filled = shop.run("refresh", "--from", start, "--to", "2026-03-17", *clock)
    assert filled.code == 0, filled.err
    print(f"first load {whole.seconds:.0f} s, backfill {filled.seconds:.0f} s")
    assert filled.seconds <= 2 * whole.seconds
    assert_equal_marts(expected, shop.marts, WITH_SNAPSHOTS, OF_SNAPSHOTS | FITTED)
