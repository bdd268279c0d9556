"""The marts equal the oracle: every KPI, grain and segment set, over simulated companies."""

from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import pytest

from sandbox.world import World, build_world
from sandbox.world.model import Losses
from tests.change_comparison import change_report
from tests.comparison import report
from tests.goal_comparison import goal_report, landed_goals
from tests.landing import land
from tests.oracle import changes, factors, published, reasons
from tests.oracle.catalogue import KPIS
from tests.oracle.periods import data_until
from tests.runner import run
from tests.sentences import unsupported_numbers

AS_OF = datetime(2026, 3, 18, 5, 30, tzinfo=UTC)
# The same company half a year earlier, late on the evening on which winter time began in Sweden.
EARLIER = datetime(2025, 10, 26, 22, 30, tzinfo=UTC)
MONTHS = 24
# 29 February 2020, week 53 of 2020, Easter in weeks 15 and 13, clocks changed in both ad accounts' zones.
AFTER_A_LEAP_YEAR = datetime(2021, 4, 7, 5, 30, tzinfo=UTC)
CHANGES = {"kpi_changes": changes, "kpi_change_factors": factors, "kpi_change_reasons": reasons}
TABLES = ("kpi_values", *CHANGES, "kpi_goals", "kpi_catalog")

LOSSES = Losses(landing_pages_kept=20, user_threshold=3)


def _marts(world: World, as_of: datetime) -> dict[str, pd.DataFrame]:
    """The tables, of the goals that the oracle knows."""
    landing = land(world, as_of)
    connection = run(landing | {"config": landing["config"] | landed_goals()}, as_of, TABLES)
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
    world = replace(build_world(size="small", months=MONTHS, seed=seed, as_of=AS_OF), losses=losses)
    found, expected = _marts(world, as_of), published(world, as_of)
    legal = {(kpi.kpi_id, name) for kpi in KPIS for name in kpi.sets}
    values = found["kpi_values"]
    assert set(zip(values["kpi_id"], values["segment_set"], strict=True)) == legal
    _assert_equal(found, expected)
    assert goal_report(found["kpi_goals"], values, expected["kpi_values"], data_until(as_of)) == ""
    labels = dict(found["kpi_catalog"][["kpi_id", "label"]].itertuples(index=False))
    assert unsupported_numbers(found["kpi_change_reasons"], labels) == []


def test_a_leap_year_with_week_53_and_a_fiscal_year_from_may() -> None:
    world = build_world(size="small", months=14, seed=9, as_of=AFTER_A_LEAP_YEAR)
    world = replace(world, company=replace(world.company, fiscal_year_start_month=5))
    found = _marts(world, AFTER_A_LEAP_YEAR)
    _assert_equal(found, published(world, AFTER_A_LEAP_YEAR))
    values = found["kpi_values"]
    orders = values[values["kpi_id"].eq("orders") & values["segment_set"].eq("total")]
    weeks = orders[orders["period_grain"].eq("week")]
    weeks = weeks.set_index(weeks["period_start"].astype(str))
    # The week of Easter Day 2021 beside that of 2020, and week 53.
    assert weeks["previous_year_value"]["2021-03-29"] == weeks["value"]["2020-04-06"]
    assert pd.isna(weeks["previous_year_value"]["2020-12-28"])
    quarters = values[values["kpi_id"].eq("web_users") & values["period_grain"].eq("quarter")]
    assert set(pd.to_datetime(quarters["period_start"]).dt.month) == {2, 5, 8, 11}


def _assert_equal(found: dict[str, pd.DataFrame], expected: dict[str, pd.DataFrame]) -> None:
    assert report(found["kpi_values"], expected["kpi_values"]) == ""
    for table, oracle in CHANGES.items():
        assert change_report(found[table], expected[table], oracle.KEY, oracle.VALUES) == "", table
