"""A company day by day: loads with outages and missed ticks, the models over them, and the vintages they leave."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import numpy as np

from orchestration.serving.capture import Known, add
from sandbox.vendors import NAMES
from tests.runner import run
from tests.year.loads import Loads

MODELS = ("measure_values", "kpi_period_quality", "kpi_unfed", "kpi_measures")


@dataclass(frozen=True)
class Day:
    """A morning on which the machine was awake.

    `down`: sources that gave no answer. `is_wide`: a Monday, a first, the last one.
    """

    as_of: datetime
    down: frozenset[str]
    is_wide: bool


def mornings(first: datetime, last: datetime, seed: int, calm_from: datetime | None = None) -> Iterator[Day]:
    """Every morning but the missed ones: one in 25, and a week of sleep; a source is down up to three days at times.

    From `calm_from` on nothing goes wrong.
    """
    draw = np.random.default_rng(seed)
    asleep = first + timedelta(days=int((last - first).days * 0.4))
    down_until: dict[str, datetime] = {}
    as_of = first
    while as_of <= last:
        is_calm = as_of == first or (calm_from is not None and as_of >= calm_from)
        for name in NAMES:
            if draw.random() < 0.015:
                down_until[name] = as_of + timedelta(days=int(draw.integers(1, 4)))
        is_missed = draw.random() < 0.04 or asleep <= as_of < asleep + timedelta(days=7)
        if is_calm or not is_missed:
            down = frozenset(name for name, until in down_until.items() if as_of < until and not is_calm)
            yield Day(as_of, down, as_of.weekday() == 0 or as_of.day == 1 or as_of == last)
        as_of += timedelta(days=1)


def live(loads: Loads, day: Day, history: Path) -> duckdb.DuckDBPyConnection:
    """One morning; the caller closes the connection to what was built."""
    loads.load(day.as_of, day.down, day.is_wide)
    connection = run(loads.landing(day.as_of), day.as_of, MODELS)
    on = day.as_of.astimezone(ZoneInfo(loads.world.company.zone)).date()
    add(connection, history, Known(day.as_of, on))
    return connection
