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
    assert report(values, expected["kpi_values"]) == ""
    for table, oracle in CHANGES.items():
        assert change_report(found[table], expected[table], oracle.KEY, oracle.VALUES) == "", table
    assert goal_report(found["kpi_goals"], values, expected["kpi_values"], data_until(as_of)) == ""
    labels = dict(found["kpi_catalog"][["kpi_id", "label"]].itertuples(index=False))
    assert unsupported_numbers(found["kpi_change_reasons"], labels) == []
