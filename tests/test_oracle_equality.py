"""The marts equal the oracle: every KPI, grain and segment set, over simulated companies."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest

from orchestration.clock import last_complete_day
from orchestration.init import MODELS
from sandbox.world import World, build_world
from sandbox.world.model import Losses
from tests.equality import TABLES, unequal
from tests.fitted import landed_predictions, with_predictions
from tests.goal_comparison import RECORDS, landed_goals, moved
from tests.landing import land
from tests.oracle import calendar_of, published
from tests.oracle.catalogue import KPIS
from tests.runner import run
from tests.segments import not_adding_up, small_groups_told

AS_OF = datetime(2026, 3, 18, 5, 30, tzinfo=UTC)
# The same company half a year earlier, late on the evening on which winter time began in Sweden.
EARLIER = datetime(2025, 10, 26, 22, 30, tzinfo=UTC)
MONTHS = 24
# 29 February 2020, week 53 of 2020, Easter in weeks 15 and 13, clocks changed in both ad accounts' zones.
AFTER_A_LEAP_YEAR = datetime(2021, 4, 7, 5, 30, tzinfo=UTC)
PRIVACY_FLOOR = 10
LOSSES = Losses(landing_pages_kept=20, user_threshold=3)


def _marts(world: World, as_of: datetime, goals: list[dict[str, Any]] = RECORDS) -> dict[str, pd.DataFrame]:
    """The tables, of the goals that the oracle knows."""
    landing = {
        **land(world, as_of),
        MODELS.name: landed_predictions(world, last_complete_day(as_of, world.company.zone)),
    }
    of_goals = landed_goals(goals, world.company.fiscal_year_start_month)
    connection = run(landing | {"config": landing["config"] | of_goals}, as_of, TABLES)
    try:
        return {table: connection.execute(f"select * from marts.{table}").df() for table in TABLES}
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("seed", "as_of", "losses"),
    [
        pytest.param(7, AS_OF, Losses(), id="seed 7"),
        *[
            pytest.param(seed, AS_OF, Losses(), id=f"seed {seed}", marks=pytest.mark.acceptance)
            for seed in (1, 2, 3, 4, 5)
        ],
        pytest.param(6, EARLIER, Losses(), id="an earlier instant", marks=pytest.mark.acceptance),
        pytest.param(8, AS_OF, LOSSES, id="pages folded and people withheld", marks=pytest.mark.acceptance),
    ],
)
def test_the_marts_equal_the_oracle(seed: int, as_of: datetime, losses: Losses) -> None:
    world = with_predictions(replace(build_world(size="small", months=MONTHS, seed=seed, as_of=AS_OF), losses=losses))
    found, expected = _marts(world, as_of), published(world, as_of)
    legal = {(kpi.kpi_id, name) for kpi in KPIS for name in kpi.sets}
    values = found["kpi_values"]
    assert set(zip(values["kpi_id"], values["segment_set"], strict=True)) == legal
    assert unequal(found.__getitem__, expected, calendar_of(world, as_of)) == ""
    _assert_segments_hold(found)


@pytest.mark.acceptance
def test_a_leap_year_with_week_53_and_a_fiscal_year_from_may() -> None:
    world = with_predictions(build_world(size="small", months=14, seed=9, as_of=AFTER_A_LEAP_YEAR))
    world = replace(world, company=replace(world.company, fiscal_year_start_month=5))
    goals = moved(AFTER_A_LEAP_YEAR.year - AS_OF.year, world.company.fiscal_year_start_month)
    found, expected = _marts(world, AFTER_A_LEAP_YEAR, goals), published(world, AFTER_A_LEAP_YEAR)
    assert unequal(found.__getitem__, expected, calendar_of(world, AFTER_A_LEAP_YEAR), goals=goals) == ""
    _assert_segments_hold(found)
    values = found["kpi_values"]
    orders = values[values["kpi_id"].eq("orders") & values["segment_set"].eq("total")]
    weeks = orders[orders["period_grain"].eq("week")]
    weeks = weeks.set_index(weeks["period_start"].astype(str))
    # The week of Easter Day 2021 beside that of 2020, and week 53.
    assert weeks["previous_year_value"]["2021-03-29"] == weeks["value"]["2020-04-06"]
    assert pd.isna(weeks["previous_year_value"]["2020-12-28"])
    quarters = values[values["kpi_id"].eq("web_users") & values["period_grain"].eq("quarter")]
    assert set(pd.to_datetime(quarters["period_start"]).dt.month) == {2, 5, 8, 11}


def _assert_segments_hold(found: dict[str, pd.DataFrame]) -> None:
    values, catalog = found["kpi_values"], found["kpi_catalog"]
    assert not_adding_up(values, catalog) == []
    assert small_groups_told(values, catalog, PRIVACY_FLOOR) == []
