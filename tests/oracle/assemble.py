"""From facts to rows of `kpi_values`: divide last, fill dense series, compare, cut old rows."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from tests.oracle.calendar import Calendar, Span
from tests.oracle.cases import OWN_CASES, SPREADS, SQUARES, cases, interval, is_unreliable
from tests.oracle.catalogue import ALL, CURRENCY, DENSE_SETS, DIMENSIONS, KPIS, SEGMENT_SETS, YEAR_AGO, Kpi
from tests.oracle.channels import PAID
from tests.oracle.comparison import Base, comparisons
from tests.oracle.entered import Monthly, Panel
from tests.oracle.facts import Fact, all_periods
from tests.oracle.periods import next_start

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
    "n",
    "lower",
    "upper",
    "is_open_period",
    "is_missing",
    "is_unreliable",
    "previous_value",
    "previous_year_value",
    "change",
    "change_ratio",
    "year_change",
    "year_change_ratio",
    "acceleration",
    "is_comparable",
    "is_year_comparable",
)


def rows(
    facts: Sequence[Fact],
    calendar: Calendar,
    kpis: Sequence[Kpi] = KPIS,
    grains: Sequence[str] | None = None,
    sets: Sequence[str] = tuple(SEGMENT_SETS),
) -> pd.DataFrame:
    """KPIs as published, at all legal grains (or these) and sets."""
    found: list[pd.DataFrame | None] = []
    for span in calendar.spans:
        if grains is not None and span.name not in grains:
            continue
        known, legal = list(facts), [kpi for kpi in kpis if span.whole_name in kpi.grains]
        if windows := span.windows:
            cut = [(fact, fact.to_date(windows)) for fact in facts]
            known = [part for _, part in cut if part is not None]
            of_whole_periods = {name for fact, part in cut if part is None for name in fact.measures}
            legal = [kpi for kpi in legal if not of_whole_periods & kpi.counted_measures]
        found += [_of_set(legal, known, span, name, calendar) for name in sets]
    empty = pd.DataFrame(columns=[*KEY, *VALUES])
    result = pd.concat([part for part in found if part is not None] or [empty], ignore_index=True)
    result = result.reindex(columns=[*KEY, *VALUES])
    return result.fillna(dict.fromkeys(DIMENSIONS, ALL))


def _of_set(
    legal: Sequence[Kpi], facts: Sequence[Fact], span: Span, segment_set: str, calendar: Calendar
) -> pd.DataFrame | None:
    """The rows of one grain and set, all KPIs computed on one wide table of measures."""
    kpis = [kpi for kpi in legal if segment_set in kpi.sets and not (span.windows and "_x_" in segment_set)]
    measures = {name for kpi in kpis for name in (*kpi.measures, *OWN_CASES.get(kpi.kpi_id, {}))}
    wide = _wide(facts, measures, span, segment_set, calendar)
    if wide is None:
        return None
    dims, starts = SEGMENT_SETS[segment_set], wide["period_start"]
    is_open = (span.end(starts) > calendar.until).to_numpy()
    bases = [
        Base(
            _positions(wide, dims, before),
            span.are_as_long(starts, before) & calendar.are_whole(starts) & calendar.are_whole(before),
        )
        for before in (
            next_start(span.grain, starts, -1),
            calendar.year_before(span.grain, starts),
            next_start(span.grain, starts, -2),
        )
    ]
    published = span.is_current(starts) & _is_kept(span.name, segment_set, (calendar.until - starts).dt.days.to_numpy())
    series = wide.groupby(list(dims)).ngroup().to_numpy() if dims else np.zeros(len(wide), int)
    is_other = (wide[list(dims)] == "(other)").any(axis=1).to_numpy(dtype=bool)
    known = {name: wide[name].to_numpy(dtype=float) for name in wide.columns.drop(["period_start", *dims])}
    parts: list[dict[str, np.ndarray]] = []
    for number, kpi in enumerate(kpis):
        exists = np.zeros(len(wide), bool)
        for name in set(kpi.measures) & set(known) - {CONTEXT}:
            exists |= ~np.isnan(known[name])
        if segment_set in DENSE_SETS:
            exists = _from_first(exists, series)
        if kpi.is_about_paid and "channel" in dims:
            exists = exists & wide["channel"].isin(PAID).to_numpy()
        columns = _values(kpi, known, exists, _is_missing(kpi, facts, span, starts))
        columns |= comparisons(kpi, columns, bases, is_open, is_other)
        chosen = np.flatnonzero(exists & published)
        columns |= {"position": np.arange(len(wide)), "kpi": np.full(len(wide), number)}
        parts.append({name: column[chosen] for name, column in columns.items()})
    together = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    position, labels = together.pop("position"), together.pop("kpi")
    key = {
        "kpi_id": np.array([kpi.kpi_id for kpi in kpis], dtype=object)[labels],
        "period_grain": span.name,
        "period_start": starts.to_numpy()[position],
        "segment_set": segment_set,
        **{name: wide[name].to_numpy(dtype=object)[position] for name in dims},
        "attribution_basis": np.array([kpi.attribution_basis(segment_set) for kpi in kpis], dtype=object)[labels],
        "date_basis": np.array([kpi.date_basis for kpi in kpis], dtype=object)[labels],
        "currency": np.array([CURRENCY if kpi.is_money else "none" for kpi in kpis], dtype=object)[labels],
        "is_open_period": is_open[position],
    }
    return pd.DataFrame(key | together)


def _values(
    kpi: Kpi, known: dict[str, np.ndarray], exists: np.ndarray, is_missing: np.ndarray
) -> dict[str, np.ndarray]:
    """Parts, value, cases and interval of a KPI; null where the KPI has no row, or what it needs was not told."""
    length = len(exists)
    numerator, denominator = _part(known, kpi.num, length), np.full(length, np.nan)
    if kpi.is_output:
        numerator = known.get(next(iter(kpi.num)), denominator)
    value = numerator
    if kpi.den:
        denominator = _part(known, kpi.den, length)
        if kpi.is_output:
            denominator = known.get(next(iter(kpi.den)), np.full(length, np.nan))
        value = np.divide(numerator, denominator, out=np.full(length, np.nan), where=denominator != 0)
    value = np.where(exists & ~is_missing, value, np.nan)
    # What is missing has only the parts that are there.
    numerator = np.where(is_missing & ~_is_known(known, kpi.num, length), np.nan, numerator)
    denominator = np.where(is_missing & ~_is_known(known, kpi.den, length), np.nan, denominator)
    own_cases = _part(known, OWN_CASES[kpi.kpi_id], length) if kpi.kpi_id in OWN_CASES else None
    n = cases(kpi, numerator, denominator, own_cases)
    squares = _part(known, (SQUARES | SPREADS).get(kpi.kpi_id, {}), length)
    lower, upper = interval(kpi.kpi_id, numerator, denominator, squares)
    known_value = ~np.isnan(value)
    return {
        "numerator": numerator,
        "denominator": denominator,
        "value": value,
        "is_missing": is_missing,
        "n": n,
        "lower": np.where(known_value, lower, np.nan),
        "upper": np.where(known_value, upper, np.nan),
        "is_unreliable": is_unreliable(kpi, n),
    }


def _wide(
    facts: Sequence[Fact], measures: set[str], span: Span, segment_set: str, calendar: Calendar
) -> pd.DataFrame | None:
    """One row per period and cell, one column per measure; in dense sets every period of every series."""
    dims = SEGMENT_SETS[segment_set]
    counted = {name.removesuffix(YEAR_AGO) for name in measures}
    wanted = [fact.cells(span.grain, segment_set) for fact in facts if counted & set(fact.measures)]
    cells = [found for found in wanted if found is not None and len(found)]
    if not cells:
        return None
    keys = ["period_start", *dims]
    # Categories differ from fact to fact; plain text joins.
    cells = [part.astype(dict.fromkeys(dims, object)) for part in cells]
    if segment_set in DENSE_SETS:
        cells.append(_grid(cells, span, dims, calendar.until))
    stacked = pd.concat(cells, ignore_index=True)
    columns = [name for name in stacked.columns if name not in keys]
    sums = stacked.groupby(keys, sort=True)[columns].sum(min_count=1)
    wide = pd.concat([sums.index.to_frame(index=False), sums.reset_index(drop=True)], axis=1)
    if segment_set == "channel" and "sessions" in wide:
        wide[CONTEXT] = wide.groupby("period_start")["sessions"].transform("sum")
    return _with_year_ago(wide, {name for name in measures if name.endswith(YEAR_AGO)}, span, dims, calendar)


def _with_year_ago(
    wide: pd.DataFrame, measures: set[str], span: Span, dims: tuple[str, ...], calendar: Calendar
) -> pd.DataFrame:
    """The measures of the year before beside those of each complete period, where that was loaded whole."""
    before = calendar.year_before(span.grain, wide["period_start"])
    position = np.where(calendar.are_whole(before), _positions(wide, dims, before), -1)
    is_open = (span.end(wide["period_start"]) > calendar.until).to_numpy()
    base = Base(position, is_open)
    counted = {name: name.removesuffix(YEAR_AGO) for name in measures if name.removesuffix(YEAR_AGO) in wide}
    found = {name: base.of(wide[measure].to_numpy(), is_open) for name, measure in counted.items()}
    return pd.concat([wide, pd.DataFrame(found, index=wide.index)], axis=1)


def _grid(cells: Iterable[pd.DataFrame], span: Span, dims: tuple[str, ...], until: pd.Timestamp) -> pd.DataFrame:
    first = min(part["period_start"].min() for part in cells)
    starts = all_periods(span.grain, first, until)
    if span.windows:
        starts = span.windows.starts[span.windows.starts >= first]
    grid = pd.DataFrame({"period_start": starts})
    for name in dims:
        grid = grid.merge(pd.DataFrame({name: pd.unique(pd.concat([part[name] for part in cells]))}), how="cross")
    return grid


def _positions(wide: pd.DataFrame, dims: tuple[str, ...], starts: pd.Series) -> np.ndarray:
    """Where the row of the same series at another period stands; -1 if there is none."""
    keys = ["period_start", *dims]
    sought = pd.MultiIndex.from_frame(wide[keys].assign(period_start=starts.to_numpy()))
    return pd.MultiIndex.from_frame(wide[keys]).get_indexer(sought)


def _is_missing(kpi: Kpi, facts: Sequence[Fact], span: Span, starts: pd.Series) -> np.ndarray:
    """True where a measure that is told per period was not told for this one."""
    result = np.zeros(len(starts), bool)
    for fact in facts:
        if isinstance(fact, Monthly | Panel) and set(fact.measures) & set(kpi.measures):
            result |= ~starts.isin(fact.told(span.grain)).to_numpy()
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
    return np.where(np.abs(total) < 1e-9, 0.0, total)  # what floats leave where terms cancel out


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
