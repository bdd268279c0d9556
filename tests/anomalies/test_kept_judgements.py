"""A judgement that is kept from an earlier run is the one that this run would make."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from tests.runner import compiled, run_over
from tests.runner.execution import landed_databases

JUDGED = "kpi.kpi_series_judged"
AS_OF = datetime(2026, 3, 18, tzinfo=UTC)
# Grain: steps per cycle, cycles per season, steps of the past, steps shown.
GRAINS = {1: (7, 52, 820, 400), 2: (1, 52, 118, 118), 3: (1, 12, 27, 27)}
KPIS = range(1, 7)
FIRST_STEP = 46_000

Series = dict[int, float]  # value by step


class World:
    """Series of each grain, one of them with gaps; what is published moves on with each day."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.today = FIRST_STEP
        self.series: dict[tuple[int, int], Series] = {
            (kpi, grain): {
                self.today - back: self.draw(kpi) for back in range(GRAINS[grain][2]) if kpi != 3 or back % 5
            }
            for kpi in KPIS
            for grain in GRAINS
        }

    def draw(self, kpi: int) -> float:
        """KPI 4 is nothing at all for most of the time; now and then each has a day out of the ordinary."""
        usual = 0.0 if kpi == 4 and self.chance.random() < 0.9 else 100.0 * kpi * self.chance.uniform(0.8, 1.2)
        return round(usual * (4 if self.chance.random() < 0.02 else 1))

    def rows(self) -> pa.Table:
        """As `kpi_series` gives them; numbers of cells and periods are others each day, as they are in the product."""
        found = []
        for (kpi, grain), values in self.series.items():
            per_cycle, per_season, _, shown = GRAINS[grain]
            for step, value in values.items():
                found.append(
                    {
                        "kpi_no": kpi,
                        "cell_no": self.today + grain,
                        "period_no": step + self.today,
                        "series_no": 10 * kpi + grain,
                        "step_no": step,
                        "steps_per_cycle": per_cycle,
                        "cycles_per_season": per_season,
                        "shown_from": self.today - shown + 1,
                        "scale": ("count", "amount", "index")[kpi % 3],
                        "value": value,
                        "level": value if kpi % 3 == 2 else float(np.log1p(value)),
                        "n": value if kpi % 3 == 0 else None,
                        "is_ratio": kpi % 2 == 0,
                        "standard_error": 1.5 if kpi % 3 == 2 else None,
                    }
                )
        self.chance.shuffle(found)
        return pa.Table.from_pylist(found, schema=SCHEMA)

    def a_day_passes(self) -> None:
        self.today += 1
        for (kpi, _), values in self.series.items():
            values[self.today] = self.draw(kpi)

    def a_day_leaves_at_the_far_end(self) -> None:
        for values in self.series.values():
            del values[min(values)]

    def an_old_value_is_restated(self) -> None:
        values = self.chance.choice(list(self.series.values()))
        values[self.chance.choice(list(values))] += 50

    def a_value_is_taken_back(self) -> None:
        values = self.chance.choice(list(self.series.values()))
        del values[self.chance.choice(list(values))]

    def a_series_ends_and_another_begins(self) -> None:
        gone = self.chance.choice(list(self.series))
        self.series[max(kpi for kpi, _ in self.series) + 1, gone[1]] = self.series.pop(gone)

    def it_is_yesterday_again(self) -> None:
        for values in self.series.values():
            values.pop(self.today, None)
        self.today -= 1


SCHEMA = pa.schema(
    [(name, pa.int64()) for name in ("kpi_no", "cell_no", "period_no", "series_no", "step_no")]
    + [(name, pa.int64()) for name in ("steps_per_cycle", "cycles_per_season", "shown_from")]
    + [("scale", pa.string()), ("value", pa.float64()), ("level", pa.float64()), ("n", pa.float64())]
    + [("is_ratio", pa.bool_()), ("standard_error", pa.float64())]
)
CHANGES: tuple[Callable[[World], None], ...] = (
    World.a_day_passes,
    World.a_day_leaves_at_the_far_end,
    World.an_old_value_is_restated,
    World.a_value_is_taken_back,
    World.a_series_ends_and_another_begins,
    World.it_is_yesterday_again,
)


@pytest.fixture(scope="module")
def kept_sql() -> str:
    """The model's SQL where an earlier run has left its table."""
    nodes = compiled(databases=landed_databases(), standing=JUDGED).nodes.values()
    [sql] = [node["compiled_code"] for node in nodes if f"{node['schema']}.{node['alias']}" == JUDGED]
    return sql


@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_kept_is_what_would_be_judged_from_nothing(kept_sql: str, seed: int) -> None:
    world = World(seed)
    with judged(world.rows()) as kept:
        for change in CHANGES:
            change(world)
            rows = world.rows()
            judge_again(kept, kept_sql, rows)
            with judged(rows) as anew:
                assert told(kept) == told(anew), change.__name__


def test_a_day_that_passes_leaves_the_days_before_as_they_were_judged(kept_sql: str) -> None:
    world = World(3)
    with judged(world.rows()) as kept:
        kept.execute(f"update {JUDGED} set expected_value = -1 where is_anomaly is not null")
        world.a_day_passes()
        judge_again(kept, kept_sql, world.rows())
        is_kept = (
            f"select distinct step_no = {world.today}, expected_value = -1 from {JUDGED} where is_anomaly is not null"
        )
        assert sorted(kept.execute(is_kept).fetchall()) == [(False, True), (True, False)]


def test_a_restated_value_is_judged_again_with_all_that_rest_on_it(kept_sql: str) -> None:
    world = World(4)
    restated = world.today - 300
    with judged(world.rows()) as kept:
        kept.execute(f"update {JUDGED} set expected_value = -1 where is_anomaly is not null")
        world.series[1, 1][restated] += 50
        judge_again(kept, kept_sql, world.rows())
        again = (
            f"select distinct series_no, step_no from {JUDGED} where expected_value <> -1 and is_anomaly is not null"
        )
        found = kept.execute(again).fetchall()
    # 158 days: what a day is compared with, its spread, and half a week of an event.
    assert {series for series, _ in found} == {11}
    assert {step for _, step in found} == set(range(restated, restated + 159))


def judged(rows: pa.Table) -> duckdb.DuckDBPyConnection:
    """A database with the series and what the model says of them, from nothing."""
    return run_over({"kpi_series": rows}, ["kpi_series_judged"], AS_OF)


def judge_again(connection: duckdb.DuckDBPyConnection, kept_sql: str, rows: pa.Table) -> None:
    connection.register("rows", rows)
    connection.execute("create or replace table kpi.kpi_series as select * from rows")
    connection.execute(f"create or replace table {JUDGED} as {kept_sql}")


def told(connection: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    return connection.execute(f"select * from {JUDGED} order by series_no, step_no").fetchall()
