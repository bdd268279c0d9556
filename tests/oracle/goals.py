"""Goals once more (README.md, Goals): from the oracle's own rows of KPIs and the records of a `goals.yml`."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from tests.oracle.assemble import KEY
from tests.oracle.calendar import Calendar
from tests.oracle.goal_series import TRAITS, Record, Series, by_series, cell, periods_of, segments_of
from tests.oracle.periods import next_start, period_end, period_start

MIN_CASES = 30


def goals(values: pd.DataFrame, calendar: Calendar, records: Iterable[Record]) -> pd.DataFrame:
    """One row per goal: what `kpi_goals` publishes about where it stands."""
    records = list(records)
    cells = by_series(values, records)
    return pd.DataFrame([_Goal(cells, calendar, record, records).standing() for record in records])


def targets(values: pd.DataFrame, calendar: Calendar, records: Iterable[Record]) -> pd.DataFrame:
    """`KEY`, `target_value` and `status` of every row of `kpi_values` that has a target."""
    records = list(records)
    latest_first = sorted(records, key=lambda record: record["goal_id"])
    latest_first = sorted(latest_first, key=lambda record: pd.Timestamp(record["start_date"]), reverse=True)
    cells = by_series(values, records)
    found = [_Goal(cells, calendar, record, records).targets() for record in latest_first]
    return pd.concat(found, ignore_index=True).drop_duplicates(list(KEY), keep="first")


class _Goal:
    def __init__(self, series: Series, calendar: Calendar, record: Record, records: list[Record]) -> None:
        self.series, self.calendar, self.record, self.records = series, calendar, record, records
        self.until = calendar.until
        self.kpi_id, self.grain_name = record["kpi_id"], record.get("period_grain", "month")
        self.grain = calendar.quarter if self.grain_name == "quarter" else self.grain_name
        self.traits = TRAITS[self.kpi_id]
        self.start, self.deadline = pd.Timestamp(record["start_date"]), pd.Timestamp(record["deadline"])
        self.mode = record.get("mode", "reach")
        adds_up = self.traits.additivity == "A"
        self.kind = "stay" if self.mode != "reach" else "sum" if adds_up else "level"
        self.days = (self.deadline - self.start).days + 1
        self.is_active = record.get("is_active", True)

    # The values

    @cached_property
    def rows(self) -> pd.DataFrame:
        segments = segments_of(self.record, self.records)
        return periods_of(self.series, self.kpi_id, self.grain_name, segments, self.grain, self.until)

    # Baseline and target

    def _count(self, first: pd.Timestamp, last: pd.Timestamp) -> int:
        """How many whole periods there are between two days."""
        starts = pd.date_range(first, last, freq="D").to_series(index=None)
        return period_start(self.grain, starts).nunique()

    @cached_property
    def periods(self) -> int:
        return self._count(self.start, self.deadline)

    @cached_property
    def baseline_range(self) -> tuple[pd.Timestamp, pd.Timestamp]:
        if given := self.record.get("baseline_start"):
            first = pd.Timestamp(given)
            alone = period_end(self.grain, pd.Series([first])).iloc[0]
            return first, pd.Timestamp(self.record.get("baseline_end", alone))
        back = self.periods if self.kind == "sum" else 1
        return next_start(self.grain, pd.Series([self.start]), -back).iloc[0], self.start - pd.Timedelta(days=1)

    @cached_property
    def baseline(self) -> float | None:
        first, last = self.baseline_range
        count = self._count(first, last)
        given = self.record.get("baseline_value")
        found = self._measured(first, last, count) if given is None else float(given)
        has_periods = given is None or "baseline_start" in self.record
        if found is None or self.traits.additivity != "A" or not has_periods:
            return found
        return found * self.periods / count if self.kind == "sum" else found / count

    def _measured(self, first: pd.Timestamp, last: pd.Timestamp, count: int) -> float | None:
        rows = self.rows[self.rows["period_start"].between(first, last)]
        if (
            not self.calendar.are_whole(pd.Series([first]))[0]
            or last > self.until
            or self.rows.empty
            or self.rows["period_start"].min() > first
        ):
            return None
        match self.traits.additivity:
            case "A":
                return float(rows["numerator"].sum())
            case "R" if not self.traits.is_of_people:
                denominator = rows["denominator"].sum()
                return float(rows["numerator"].sum() / denominator) if denominator else None
            case "S":
                return float(rows["value"].iloc[-1])
        return float(rows["value"].iloc[0]) if count == 1 else None

    @cached_property
    def target(self) -> float | None:
        wanted, change = float(self.record["target_value"]), self.record.get("change_type", "absolute")
        if change == "absolute":
            return wanted
        if self.baseline is None:
            return None
        if change == "percent":
            return self.baseline * (1 + wanted / 100)
        return {"ratio": self.baseline + wanted / 100, "index": self.baseline + wanted}.get(self.traits.unit)

    @cached_property
    def is_upward(self) -> bool:
        if self.kind == "stay":
            return self.mode == "stay_above"
        if self.kind == "level" and self.baseline is not None and self.target not in (None, self.baseline):
            return self.target > self.baseline  # type: ignore[operator]
        return not self.traits.is_lower_better

    @cached_property
    def failure(self) -> float:
        assert self.target is not None
        worse = -0.1 if self.is_upward else 0.1
        return float(self.record.get("failure_threshold", self.target + worse * abs(self.target)))

    # Lines and status

    def pace(self, share: float) -> float:
        assert self.target is not None
        if self.kind == "sum":
            return self.target * share
        if self.kind == "level" and self.baseline is not None:
            return self.baseline + (self.target - self.baseline) * share
        return self.target

    def status(self, value: float | None, share: float, is_lenient: bool) -> str:
        assert self.target is not None
        if value is None or np.isnan(value):
            return "at_risk"
        pace = self.pace(share)
        failure = self.failure * share if self.kind == "sum" else pace - self.target + self.failure
        sign = 1 if self.is_upward else -1
        if sign * value >= sign * pace:
            return "on_track"
        has_failed = sign * value < sign * failure
        lenient = is_lenient or (self.kind == "level" and self.baseline is None)
        return "off_track" if has_failed and not lenient else "at_risk"

    def _gone(self, day: pd.Timestamp) -> float:
        return ((day - self.start).days + 1) / self.days

    @property
    def span(self) -> pd.DataFrame:
        return self.rows[self.rows["period_start"].between(self.start, self.deadline)]

    # What is published

    def targets(self) -> pd.DataFrame:
        if not self.is_active or self.target is None or self.record.get("segment") == "parts":
            return pd.DataFrame(columns=[*KEY, "target_value", "status"])
        rows = self.span
        first_day = rows["period_start"] if self.kind == "sum" else self.start
        share, share_so_far = (((rows[name] - first_day).dt.days + 1) / self.days for name in ("end", "last_day"))
        lenient = rows["is_open"] | (rows["cases"] < MIN_CASES)
        judged = zip(rows["value"], share_so_far, lenient, strict=True)
        found = pd.DataFrame(
            {
                "period_start": rows["period_start"],
                "target_value": [self.pace(part) for part in share],
                "status": [self.status(value, part, is_lenient) for value, part, is_lenient in judged],
            }
        )
        cells = cell(self.series, self.kpi_id, self.grain_name, self.record.get("segment") or {})
        return cells.merge(found, on="period_start")[[*KEY, "target_value", "status"]]

    def standing(self) -> dict[str, Any]:
        current, day, is_lenient = self._current()
        result: dict[str, Any] = {
            "goal_id": self.record["goal_id"],
            "baseline_value": self.baseline,
            "target_value": self.target,
            "current_value": current,
            "current_until": day,
            "pace_value": None,
            "expected_end_value": None,
            "status": "no_target",
        }
        if self.target is None:
            return result
        if day is not None:
            result["pace_value"] = self.pace(self._gone(day))
            result["expected_end_value"] = self._expected(current, self._gone(day))
        if self.is_active and self.start <= self.until:
            share = self._gone(day) if day is not None else 0.0
            result["status"] = self.status(current, share, is_lenient)
        return result

    def _current(self) -> tuple[float | None, pd.Timestamp | None, bool]:
        """Value, the last day that it speaks for, and whether it may not make the status red."""
        if self.span.empty:
            return None, None, False
        if self.kind == "sum":
            return float(self.span["value"].sum()), self.span["last_day"].max(), False
        valued = self.span[self.span["value"].notna()]
        if valued.empty:
            return None, None, False
        complete = valued[~valued["is_open"]]
        row = (complete if len(complete) else valued).iloc[-1]
        return float(row["value"]), row["last_day"], bool(row["is_open"] or row["cases"] < MIN_CASES)

    def _expected(self, current: float | None, share: float) -> float | None:
        if current is None:
            return None
        if self.kind == "sum":
            return current / share
        if self.kind == "stay" or self.baseline is None:
            return current
        end = self.baseline + (current - self.baseline) / share
        if self.baseline >= 0 and current >= 0 and self.traits.unit != "index":
            end = max(0.0, end)
            if self.traits.is_proportion:
                end = min(1.0, end)
        return end
