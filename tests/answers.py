"""Asking rows of `kpi_values` for one KPI, period and cell."""

from abc import ABC, abstractmethod

import pandas as pd


class Answers(ABC):
    """Something that has rows of `kpi_values`."""

    @abstractmethod
    def rows(self, kpi_id: str) -> pd.DataFrame:
        """All rows of a KPI."""

    def rows_at(self, kpi_id: str, grain: str, segment_set: str) -> pd.DataFrame:
        """The rows of a KPI at one grain and set."""
        found = self.rows(kpi_id)
        return found[(found["period_grain"] == grain) & (found["segment_set"] == segment_set)]

    def row(self, kpi_id: str, grain: str, start: str, segment_set: str = "total", **dims: str) -> pd.Series:
        """The one row of a KPI, period and cell; AssertionError if there is none or more than one."""
        found = self.find(kpi_id, grain, start, segment_set, **dims)
        assert len(found) == 1, f"{len(found)} rows of {kpi_id} {grain} {start} {segment_set} {dims}"
        return found.iloc[0]

    def find(self, kpi_id: str, grain: str, start: str, segment_set: str = "total", **dims: str) -> pd.DataFrame:
        found = self.rows_at(kpi_id, grain, segment_set)
        chosen = found["period_start"] == pd.Timestamp(start)
        for name, value in dims.items():
            chosen &= found[name] == value
        return found[chosen]

    def value(self, kpi_id: str, grain: str, start: str, segment_set: str = "total", **dims: str) -> float:
        return float(self.row(kpi_id, grain, start, segment_set, **dims)["value"])
