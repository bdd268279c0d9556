"""One goal of each kind (`goals.yml`) in place of a company's own, and their figures beside the oracle's."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import yaml

from connectors.common.window import period_end, period_start
from connectors.config import tables
from connectors.config.goals import YEAR_START, Goals, goal_rows, part_rows
from tests.oracle import KEY, goals
from tests.oracle.calendar import Calendar

RECORDS: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("goals.yml").read_text("utf-8"))["goals"]
DAYS = {"start_date": period_start, "deadline": period_end, "baseline_start": period_start, "baseline_end": period_end}
FIGURES = ("baseline_value", "target_value", "current_value", "pace_value", "expected_end_value")
STATES = ("current_until", "status")
TOLERANCE = 1e-9


def moved(years: int, fiscal_year_start_month: int) -> list[dict[str, Any]]:
    """The records some years later, their spans whole periods again (quarters are those of the fiscal year)."""
    result = []
    for record in RECORDS:
        grain = record.get("period_grain", "month")
        later = {name: _years_later(record[name], years) for name in DAYS if name in record}
        result.append(record | {name: DAYS[name](grain, day, fiscal_year_start_month) for name, day in later.items()})
    return result


def _years_later(day: date, years: int) -> date:
    return day.replace(year=day.year + years, day=min(day.day, 28))


def landed_goals(records: list[dict[str, Any]], fiscal_year_start_month: int) -> dict[str, pa.Table]:
    """The landing tables of goals."""
    written = Goals.model_validate({"goals": records}, context={YEAR_START: fiscal_year_start_month})
    return {
        "goals": tables.GOALS.rows(goal_rows(written)),
        "goal_parts": tables.GOAL_PARTS.rows(part_rows(written)),
    }


def goal_report(
    found: pd.DataFrame,
    values: pd.DataFrame,
    expected: pd.DataFrame,
    calendar: Calendar,
    records: list[dict[str, Any]],
) -> str:
    """How `kpi_goals` and the targets in `kpi_values` differ from the oracle's, in words; empty if they do not.

    The oracle knows no days that still settle: where there are some, at risk is right for what it calls off track.
    """
    standing = goals.goals(expected, calendar, records)
    found = found.assign(settles=found["status_reason"].fillna("").str.contains("days still settle"))
    targets = goals.targets(expected, calendar, records)
    with_target = values[values["target_value"].notna()].assign(settles=lambda rows: rows["is_provisional"])
    return "\n".join(
        [
            *_differences(standing, found, ["goal_id"], FIGURES, STATES),
            *_differences(targets, with_target, list(KEY), ("target_value",), ("status",)),
        ]
    )


def _differences(
    expected: pd.DataFrame, found: pd.DataFrame, key: list[str], figures: Iterable[str], states: Iterable[str]
) -> list[str]:
    columns = [*key, *figures, *states]
    sides = [_comparable(expected[columns]), _comparable(found[[*columns, "settles"]])]
    both = sides[0].merge(sides[1], on=key, how="outer", suffixes=("_expected", "_found"), indicator="side")
    wrong = {"side": both["side"] != "both"}
    for name in figures:
        left, right = (both[f"{name}_{side}"].to_numpy(float) for side in ("expected", "found"))
        scale = np.maximum(1.0, np.maximum(np.abs(left), np.abs(right)))
        wrong[name] = pd.Series(~((np.abs(left - right) <= TOLERANCE * scale) | (np.isnan(left) & np.isnan(right))))
    for name in states:
        left, right = both[f"{name}_expected"], both[f"{name}_found"]
        is_lenient = both["settles"].eq(True) & (left == "off_track") & (right == "at_risk")
        wrong[name] = (left != right) & ~(left.isna() & right.isna()) & ~is_lenient
    return [
        f"{name}: {row.to_dict()}"
        for name, is_wrong in wrong.items()
        for _, row in both.loc[
            is_wrong, [*key, *(column for column in both if str(column).startswith(name))]
        ].iterrows()
    ]


def _comparable(frame: pd.DataFrame) -> pd.DataFrame:
    days = [name for name in ("period_start", "current_until") if name in frame]
    return frame.assign(**{name: pd.to_datetime(frame[name]).astype("datetime64[s]") for name in days})
