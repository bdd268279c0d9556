"""From facts to rows of `kpi_values`: divide last, fill dense series, compare, cut old rows."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pandas as pd

from tests.oracle.catalogue import ALL, CURRENCY, DENSE_SETS, DIMENSIONS, KPIS, SEGMENT_SETS, Kpi
from tests.oracle.facts import Fact, all_periods
from tests.oracle.periods import GRAINS, next_start, period_end, year_before

KEY = (
    "kpi_id",
    "period_grain",
    "period_start",
    "segment_set",
    *DIMENSIONS,
    "attribution_basis",
    "date_basis",
    "currency",
)
# The denominator of a share: known for every row, so it makes no series begin.
CONTEXT = "sessions_of_all_channels"
VALUES = (
    "numerator",
    "denominator",
    "value",
    "is_open_period",
    "is_missing",
    "previous_value",
    "previous_year_value",
)


def rows(facts: Sequence[Fact], until: pd.Timestamp) -> pd.DataFrame:
    """All KPIs at all legal grains and sets, as published."""
    found = [part for grain in GRAINS for name in SEGMENT_SETS for part in _of_set(facts, grain, name, until)]
    result = pd.concat(found, ignore_index=True)
    result["is_missing"] = False
    return result[[*KEY, *VALUES]]


def _of_set(facts: Sequence[Fact], grain: str, segment_set: str, until: pd.Timestamp) -> Iterator[pd.DataFrame]:
    """The rows of one grain and set, all KPIs computed on one wide table of measures."""
    kpis = [kpi for kpi in KPIS if grain in kpi.grains and segment_set in kpi.sets]
    wide = _wide(facts, grain, segment_set, until) if kpis else None
    if wide is None:
        return
    dims = SEGMENT_SETS[segment_set]
    last_day = period_end(grain, wide["period_start"])
    is_open = (last_day > until).to_numpy()
    previous = _positions(wide, dims, next_start(grain, wide["period_start"], -1))
    last_year = _positions(wide, dims, year_before(grain, wide["period_start"]))
    published = _is_kept(grain, segment_set, (until - wide["period_start"]).dt.days.to_numpy())
    series = wide.groupby(list(dims), observed=True).ngroup().to_numpy() if dims else np.zeros(len(wide), int)
    for kpi in kpis:
        missing = {*kpi.num, *kpi.den} - set(wide.columns)
        if missing == {*kpi.num, *kpi.den}:
            continue
        present = [name for name in (*kpi.num, *kpi.den) if name not in {*missing, CONTEXT}]
        exists = wide[present].notna().any(axis=1).to_numpy()
        if segment_set in DENSE_SETS:
            exists = _from_first(exists, series)
        numerator = _part(wide, kpi.num)
        denominator = _part(wide, kpi.den) if kpi.den else np.full(len(wide), np.nan)
        value = numerator.copy()
        if kpi.den:
            value = np.divide(numerator, denominator, out=np.full(len(wide), np.nan), where=denominator != 0)
        value = np.where(exists, value, np.nan)
        chosen = exists & published
        rows = wide.loc[chosen, ["period_start", *dims]].astype(dict.fromkeys(dims, object))
        rows["numerator"], rows["denominator"] = numerator[chosen], denominator[chosen]
        rows["value"], rows["is_open_period"] = value[chosen], is_open[chosen]
        rows["previous_value"] = _compared(value, previous, is_open)[chosen]
        rows["previous_year_value"] = _compared(value, last_year, is_open)[chosen]
        yield rows.assign(**_labels(kpi, grain, segment_set))


def _labels(kpi: Kpi, grain: str, segment_set: str) -> dict[str, str]:
    return {
        **{name: ALL for name in DIMENSIONS if name not in SEGMENT_SETS[segment_set]},
        "kpi_id": kpi.kpi_id,
        "period_grain": grain,
        "segment_set": segment_set,
        "attribution_basis": kpi.attribution_basis(segment_set),
        "date_basis": kpi.date_basis,
        "currency": CURRENCY if kpi.is_money else "none",
    }


def _wide(facts: Sequence[Fact], grain: str, segment_set: str, until: pd.Timestamp) -> pd.DataFrame | None:
    """One row per period and cell, one column per measure; in dense sets every period of every series."""
    dims = SEGMENT_SETS[segment_set]
    cells = [found for fact in facts if (found := fact.cells(grain, segment_set)) is not None and len(found)]
    if not cells:
        return None
    keys = ["period_start", *dims]
    # Categories differ from fact to fact; plain text joins.
    cells = [part.astype(dict.fromkeys(dims, object)) for part in cells]
    if segment_set in DENSE_SETS:
        cells.append(_grid(cells, grain, dims, until))
    stacked = pd.concat(cells, ignore_index=True)
    measures = [name for name in stacked.columns if name not in keys]
    wide = stacked.groupby(keys, sort=True)[measures].sum(min_count=1).reset_index()
    if segment_set == "channel" and "sessions" in wide:
        wide[CONTEXT] = wide.groupby("period_start")["sessions"].transform("sum")
    return wide


def _grid(cells: Iterable[pd.DataFrame], grain: str, dims: tuple[str, ...], until: pd.Timestamp) -> pd.DataFrame:
    first = min(part["period_start"].min() for part in cells)
    grid = pd.DataFrame({"period_start": all_periods(grain, first, until)})
    for name in dims:
        grid = grid.merge(pd.DataFrame({name: pd.unique(pd.concat([part[name] for part in cells]))}), how="cross")
    return grid


def _positions(wide: pd.DataFrame, dims: tuple[str, ...], starts: pd.Series) -> np.ndarray:
    """Where the row of the same series at another period stands; -1 if there is none."""
    keys = ["period_start", *dims]
    sought = pd.MultiIndex.from_frame(wide[keys].assign(period_start=starts.to_numpy()))
    return pd.MultiIndex.from_frame(wide[keys]).get_indexer(sought)


def _compared(value: np.ndarray, positions: np.ndarray, is_open: np.ndarray) -> np.ndarray:
    return np.where((positions >= 0) & ~is_open, value[positions], np.nan)


def _part(wide: pd.DataFrame, terms: dict[str, float]) -> np.ndarray:
    total = np.zeros(len(wide))
    for measure, weight in terms.items():
        if measure in wide:
            total += weight * wide[measure].fillna(0.0).to_numpy(dtype=float)
    return total


def _from_first(exists: np.ndarray, series: np.ndarray) -> np.ndarray:
    """True from the first period on in which the series has a measure; rows are sorted by period."""
    return pd.Series(exists).groupby(series).cummax().to_numpy(dtype=bool)


def _is_kept(grain: str, segment_set: str, age_days: np.ndarray) -> np.ndarray:
    is_pair = "_x_" in segment_set
    if grain == "day" and is_pair:
        return np.zeros(len(age_days), bool)  # pairs start at the week
    if (grain == "day" and segment_set != "total") or (grain == "week" and is_pair):
        return age_days < (120 if segment_set == "campaign" else 400)
    return np.ones(len(age_days), bool)
