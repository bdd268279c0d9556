"""What a company has published, against the oracle's."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

import pandas as pd

from tests.change_comparison import change_report
from tests.comparison import report
from tests.goal_comparison import RECORDS, goal_report
from tests.oracle import changes, factors, reasons
from tests.oracle.calendar import Calendar
from tests.sentences import unsupported_numbers

CHANGES = {"kpi_changes": changes, "kpi_change_factors": factors, "kpi_change_reasons": reasons}
TABLES = ("kpi_values", *CHANGES, "kpi_goals", "kpi_catalog")
# Fitted by the product to what it published before: the oracle adds them up where they are planted.
FITTED = frozenset({"p_alive", "ltv_pred_365"})
Tables = Callable[[str], pd.DataFrame]


def unequal(
    found: Tables,
    expected: Mapping[str, pd.DataFrame],
    calendar: Calendar,
    besides: Collection[str] = (),
    goals: list[dict[str, Any]] = RECORDS,
) -> str:
    """Where the published tables (by name) differ from the oracle's, in words; empty if they are equal.

    `goals`: the company's, by default those of `tests/goals.yml`. KPIs in `besides` are not compared; no goal may be of
    them. Nor are those in `FITTED` where the oracle was given no predictions.
    """
    if not FITTED & set(expected["kpi_values"]["kpi_id"]):
        besides = {*besides, *FITTED}
    values, true_values = (kept(frame, besides) for frame in (found("kpi_values"), expected["kpi_values"]))
    labels = dict(found("kpi_catalog")[["kpi_id", "label"]].itertuples(index=False))
    parts = [
        _unequal_values(found, expected, besides),
        goal_report(found("kpi_goals"), values, true_values, calendar, goals),
        *unsupported_numbers(found("kpi_change_reasons"), labels),
    ]
    return "\n".join(str(part) for part in parts if part)


def _unequal_values(found: Tables, expected: Mapping[str, pd.DataFrame], besides: Collection[str] = ()) -> str:
    """The same of values and their changes alone."""
    parts = [report(kept(found("kpi_values"), besides), kept(expected["kpi_values"], besides))]
    for name, oracle in CHANGES.items():
        ours, theirs = (kept(frame, besides) for frame in (found(name), expected[name]))
        if differs := change_report(ours, theirs, oracle.KEY, oracle.VALUES):
            parts.append(f"{name}: {differs}")
    return "\n".join(part for part in parts if part)


def kept(frame: pd.DataFrame, besides: Collection[str]) -> pd.DataFrame:
    return frame[~frame["kpi_id"].isin(list(besides))]
