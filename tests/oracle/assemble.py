"""From facts to rows of `kpi_values`: divide last, fill dense series, compare, cut old rows."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from tests.oracle.catalogue import ALL, CURRENCY, DENSE_SETS, DIMENSIONS, KPIS, SEGMENT_SETS, Kpi
from tests.oracle.channels import PAID
from tests.oracle.entered import Monthly, Panel
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


def rows(facts: Sequence[Fact], until: pd.Timestamp, kpis: Sequence[Kpi] = KPIS) -> pd.DataFrame:
    """KPIs at all legal grains and sets, as published."""
    found = [_of_set(kpis, facts, grain, name, until) for grain in GRAINS for name in SEGMENT_SETS]
    empty = pd.DataFrame(columns=[*KEY, *VALUES])
    result = pd.concat([part for part in found if part is not None] or [empty], ignore_index=True)
    result = result.reindex(columns=[*KEY, *VALUES])
    return result.fillna(dict.fromkeys(DIMENSIONS, ALL))


def _of_set(
    published_kpis: Sequence[Kpi], facts: Sequence[Fact], grain: str, segment_set: str, until: pd.Timestamp
) -> pd.DataFrame | None:
    """The rows of one grain and set, all KPIs computed on one wide table of measures."""
    kpis = [kpi for kpi in published_kpis if grain in kpi.grains and segment_set in kpi.sets]
    wide = _wide(facts, {name for kpi in kpis for name in kpi.measures}, grain, segment_set, until)
    if wide is None:
        return None
    dims = SEGMENT_SETS[segment_set]
    is_open = (period_end(grain, wide["period_start"]) > until).to_numpy()
    previous = _positions(wide, dims, next_start(grain, wide["period_start"], -1))
    last_year = _positions(wide, dims, year_before(grain, wide["period_start"]))
    published = _is_kept(grain, segment_set, (until - wide["period_start"]).dt.days.to_numpy())
    series = wide.groupby(list(dims)).ngroup().to_numpy() if dims else np.zeros(len(wide), int)
    known = {name: wide[name].to_numpy(dtype=float) for name in wide.columns.drop(["period_start", *dims])}
    parts = []
    for kpi in kpis:
        exists = np.zeros(len(wide), bool)
        for name in set(kpi.measures) & set(known) - {CONTEXT}:
            exists |= ~np.isnan(known[name])
        if segment_set in DENSE_SETS:
            exists = _from_first(exists, series)
        if kpi.is_about_paid and "channel" in dims:
            exists = exists & wide["channel"].isin(PAID).to_numpy()
        numerator, denominator = _part(known, kpi.num, len(wide)), np.full(len(wide), np.nan)
        is_missing = _is_missing(kpi, facts, grain, wide["period_start"])
        value = numerator
        if kpi.den:
            denominator = _part(known, kpi.den, len(wide))
            value = np.divide(numerator, denominator, out=np.full(len(wide), np.nan), where=denominator != 0)
        value = np.where(exists & ~is_missing, value, np.nan)
        # What is missing has only the parts that are there.
        numerator = np.where(is_missing & ~_is_known(known, kpi.num, len(wide)), np.nan, numerator)
        denominator = np.where(is_missing & ~_is_known(known, kpi.den, len(wide)), np.nan, denominator)
        compared = (_compared(value, previous, is_open), _compared(value, last_year, is_open))
        chosen = np.flatnonzero(exists & published)
        parts.append((chosen, *(column[chosen] for column in (numerator, denominator, value, *compared, is_missing))))
    position, *numbers = (np.concatenate(column) for column in zip(*parts, strict=True))
    labels = np.repeat(np.arange(len(kpis)), [len(part[0]) for part in parts])
    columns = {
        "kpi_id": np.array([kpi.kpi_id for kpi in kpis], dtype=object)[labels],
        "period_grain": grain,
        "period_start": wide["period_start"].to_numpy()[position],
        "segment_set": segment_set,
        **{name: wide[name].to_numpy(dtype=object)[position] for name in dims},
        "attribution_basis": np.array([kpi.attribution_basis(segment_set) for kpi in kpis], dtype=object)[labels],
        "date_basis": np.array([kpi.date_basis for kpi in kpis], dtype=object)[labels],
        "currency": np.array([CURRENCY if kpi.is_money else "none" for kpi in kpis], dtype=object)[labels],
        "is_open_period": is_open[position],
    }
    names = ("numerator", "denominator", "value", "previous_value", "previous_year_value", "is_missing")
    return pd.DataFrame(columns | dict(zip(names, numbers, strict=True)))


def _wide(
    facts: Sequence[Fact], measures: set[str], grain: str, segment_set: str, until: pd.Timestamp
) -> pd.DataFrame | None:
    """One row per period and cell, one column per measure; in dense sets every period of every series."""
    dims = SEGMENT_SETS[segment_set]
    wanted = [fact.cells(grain, segment_set) for fact in facts if measures & set(fact.measures)]
    cells = [found for found in wanted if found is not None and len(found)]
    if not cells:
        return None
    keys = ["period_start", *dims]
    # Categories differ from fact to fact; plain text joins.
    cells = [part.astype(dict.fromkeys(dims, object)) for part in cells]
    if segment_set in DENSE_SETS:
        cells.append(_grid(cells, grain, dims, until))
    stacked = pd.concat(cells, ignore_index=True)
    columns = [name for name in stacked.columns if name not in keys]
    wide = stacked.groupby(keys, sort=True)[columns].sum(min_count=1).reset_index()
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


def _is_missing(kpi: Kpi, facts: Sequence[Fact], grain: str, starts: pd.Series) -> np.ndarray:
    """True where a measure that is told per period was not told for this one."""
    result = np.zeros(len(starts), bool)
    for fact in facts:
        if isinstance(fact, Monthly | Panel) and set(fact.measures) & set(kpi.measures):
            result |= ~starts.isin(fact.told(grain)).to_numpy()
    return result


def _is_known(known: dict[str, np.ndarray], terms: dict[str, float], length: int) -> np.ndarray:
    """True where some measure of a part has a value."""
    result = np.zeros(length, bool)
    for measure in terms:
        if measure in known:
            result |= ~np.isnan(known[measure])
    return result


def _part(known: dict[str, np.ndarray], terms: dict[str, float], length: int) -> np.ndarray:
    total = np.zeros(length)
    for measure, weight in terms.items():
        if measure in known:
            total += weight * np.nan_to_num(known[measure])
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
