"""Five companies through everything: HTTP, the installed script, published marts; each is done once for a content."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from sandbox.world import build_world
from tests.equality import FITTED, unequal
from tests.everything.commands import Script
from tests.everything.company import Company, company
from tests.everything.published import OF_SNAPSHOTS, assert_equal_marts, table
from tests.oracle import calendar_of, published

pytestmark = pytest.mark.acceptance
# Tables that know a day of Instagram's followers more after two loads than after one, or predictions, which need two.
WITH_SNAPSHOTS = {"source_status", "awareness_daily", "consideration_daily", "prediction_fits"}
# Two loads know the followers of a week, too, that ended between them.
OF_TWO_LOADS = {*OF_SNAPSHOTS, "followers", *FITTED}


@dataclass(frozen=True)
class Scene:
    """A company's history ends at `second`; it is loaded as of `first`, and once more as of `second`, a day later."""

    seed: int
    months: int
    first: datetime
    second: datetime


def _instant(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc]


SCENES = {
    "two years": Scene(1, 24, _instant(2026, 3, 17, 5, 30), _instant(2026, 3, 18, 5, 30)),
    "a year ends": Scene(2, 24, _instant(2025, 12, 31, 5, 30), _instant(2026, 1, 1, 5, 30)),
    # 29 February 2024, ISO year 2026 with its week 53, and five changes of clocks on either side of the Atlantic.
    "a leap day and a 53rd week": Scene(3, 35, _instant(2027, 1, 3, 5, 30), _instant(2027, 1, 4, 5, 30)),
    # Loaded at half past midnight before and after the day of 25 hours in Sweden.
    "the night that winter time begins": Scene(4, 18, _instant(2025, 10, 25, 22, 30), _instant(2025, 10, 26, 23, 30)),
    # Mailchimp begins to tell machines' opens within it.
    "a young company": Scene(5, 3, _instant(2024, 7, 15, 5, 30), _instant(2024, 7, 16, 5, 30)),
}


@pytest.fixture
def shop(scene: Scene, tmp_path: Path) -> Iterator[Company]:
    world = build_world("small", scene.months, scene.seed, scene.second)
    with company(world, scene.first, tmp_path, Script) as found:
        yield found


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
def test_a_company_through_everything(scene: Scene, shop: Company) -> None:
    """A first load, the next day's and one from scratch equal the oracle, and the last two each other."""
    _refresh(shop, scene.first, "first")
    assert _unequal(shop, scene.first) == ""
    _refresh(shop, scene.second, "second")
    assert _unequal(shop, scene.second, OF_SNAPSHOTS, _not_followers_by_week) == ""
    grown = shop.keep_marts("grown")
    shop.forget()
    _refresh(shop, scene.second, "from scratch")
    assert _unequal(shop, scene.second) == ""
    assert_equal_marts(grown, shop.marts, WITH_SNAPSHOTS, OF_TWO_LOADS)


def _all(rows: pd.DataFrame) -> pd.DataFrame:
    return rows


def _not_followers_by_week(rows: pd.DataFrame) -> pd.DataFrame:
    """Two loads know the followers of a week that ended between them; goals are of months."""
    if not {"kpi_id", "period_grain"} <= set(rows.columns):
        return rows
    return rows[~((rows["kpi_id"] == "followers") & (rows["period_grain"] == "week"))]


def _refresh(shop: Company, as_of: datetime, name: str) -> None:
    ran = shop.refresh(as_of)
    print(f"{name}: {ran.seconds:.0f} s")
    assert ran.code == 0, ran.err


def _unequal(
    shop: Company, as_of: datetime, besides: set[str] | None = None, keep: Callable[[pd.DataFrame], pd.DataFrame] = _all
) -> str:
    return unequal(
        lambda name: keep(table(shop.marts, name)),
        {name: keep(frame) for name, frame in published(shop.world, as_of).items()},
        calendar_of(shop.world, as_of),
        besides or (),
    )
