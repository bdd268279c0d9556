"""Why a KPI moved, once more: each change split by segment."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from tests.oracle.assemble import _is_missing, _part, _wide
from tests.oracle.calendar import Calendar, Span
from tests.oracle.catalogue import ALL, CURRENCY, DIMENSIONS, KPIS, SEGMENT_SETS, Kpi
from tests.oracle.facts import Fact
from tests.oracle.periods import next_start, period_end
from tests.oracle.surveys import OTHER, PERSONAL_SETS

GRAINS = ("week", "month")
COMPARISONS = ("previous", "previous_year")
KEPT_PERIODS = 26
NAMED_SEGMENTS = 20
LONG_SETS = ("source_medium", "campaign", "country", "landing_page")
# What no sum over segments gives: people counted once, stocks, a share of what all segments have.
NOT_ADDED = {
    *("users", "active_users", "new_users", "users_any", "reach", "reach_impressions", "buyers", "returning_buyers"),
    *("active_at_start", "active_at_end", "lapsed", "followers", "sessions_of_all_channels"),
    *("people_of_target", "market"),
    *("contracts_at_start", "contracts_lost", "mrr_at_start", "mrr_new", "mrr_back", "mrr_up", "mrr_down", "mrr_lost"),
    *("people_alive", "value_to_come"),
    *("subscribers_of_months", "subscribers_kept_in_months", "subscribers_a_year_ago", "subscribers_kept_since"),
}
SURVEYED = {"nps", "nki", "csat", "csat_share", "brand_recall", "review_positive"}
KEY = (
    *("kpi_id", "period_grain", "period_start", "comparison", "segment_set", *DIMENSIONS),
    *("attribution_basis", "date_basis", "currency"),
)
EFFECTS = ("rate_effect", "mix_effect", "interaction_effect", "effect")
VALUES = (
    *("base_start", "n0", "d0", "n1", "d1", "total0", "total1", "value0", "value1", *EFFECTS),
    *("share_of_change", "effect_rank"),
)
PARTS = ("n0", "d0", "n1", "d1")


class Split(NamedTuple):
    """A grain, set and comparison, and the set's segments in the order of their names."""

    grain: str
    segment_set: str
    comparison: str
    segments: list[str]

    @property
    def rest(self) -> int:
        """The number of `(other)`; of a total, that of the total."""
        return self.segments.index(OTHER) if OTHER in self.segments else 0


def changes(facts: Sequence[Fact], calendar: Calendar, kpis: Sequence[Kpi] = KPIS) -> pd.DataFrame:
    """All rows of the published `kpi_changes`; columns `KEY` and `VALUES`."""
    parts = []
    for grain in GRAINS:
        totals, _ = _long(facts, kpis, grain, "total", calendar)
        for segment_set, dims in SEGMENT_SETS.items():
            if len(dims) > 1:
                continue
            long, segments = _long(facts, kpis, grain, segment_set, calendar)
            for comparison in COMPARISONS:
                found = _split(Split(grain, segment_set, comparison, segments), long, totals, calendar)
                parts.append(_named(found, kpis, Split(grain, segment_set, comparison, segments)))
    return pd.concat(parts, ignore_index=True)


def _named(found: pd.DataFrame, kpis: Sequence[Kpi], split: Split) -> pd.DataFrame:
    """Numbers of KPIs and segments become names, and the key is filled up."""
    known = [kpis[number] for number in found["kpi"]]
    segment = np.array(split.segments, dtype=object)[found["segment"].to_numpy()]
    named = found.assign(
        kpi_id=[kpi.kpi_id for kpi in known],
        period_grain=split.grain,
        comparison=split.comparison,
        segment_set=split.segment_set,
        attribution_basis=[kpi.attribution_basis(split.segment_set) for kpi in known],
        date_basis=[kpi.date_basis for kpi in known],
        currency=[CURRENCY if kpi.is_money else "none" for kpi in known],
        **{name: segment if name == split.segment_set else ALL for name in DIMENSIONS},
    )
    return named[[*KEY, *VALUES]]


def _is_split(kpi: Kpi, segment_set: str) -> bool:
    if segment_set == "total":
        return True
    is_personal = kpi.kpi_id in SURVEYED and segment_set in PERSONAL_SETS
    return not (NOT_ADDED & set(kpi.measures) or kpi.basis == "P" or is_personal)


def _long(
    facts: Sequence[Fact], kpis: Sequence[Kpi], grain: str, segment_set: str, calendar: Calendar
) -> tuple[pd.DataFrame, list[str]]:
    """`kpi, is_ratio, period_start, segment, n, d` of every period, KPIs and segments as numbers; and the segments.

    `d` is 0 for counts and amounts.
    """
    wanted = {
        number: kpi
        for number, kpi in enumerate(kpis)
        if grain in kpi.grains and segment_set in kpi.sets and _is_split(kpi, segment_set)
    }
    measures = {name for kpi in wanted.values() for name in kpi.measures}
    span = Span(grain, grain)
    wide = _wide(facts, measures, span, segment_set, calendar)
    dims = SEGMENT_SETS[segment_set]
    if wide is None:
        return pd.DataFrame(columns=["kpi", "is_ratio", "period_start", "segment", "n", "d"]), [OTHER]
    segments = sorted({*wide[dims[0]].unique(), OTHER}) if dims else [ALL]
    known = {name: wide[name].to_numpy(dtype=float) for name in wide.columns.drop(["period_start", *dims])}
    number = pd.Index(segments).get_indexer(pd.Index(wide[dims[0]])) if dims else np.zeros(len(wide), int)
    place = wide[["period_start"]].assign(segment=number)
    rows = []
    for position, kpi in wanted.items():
        is_told = ~_is_missing(kpi, facts, span, place["period_start"])
        rows.append(_rows_of(kpi, place, known, is_told).assign(kpi=position))
    return pd.concat(rows, ignore_index=True), segments


def _rows_of(kpi: Kpi, place: pd.DataFrame, known: dict[str, np.ndarray], is_told: np.ndarray) -> pd.DataFrame:
    there = np.zeros(len(place), bool)
    for name in set(kpi.measures) & set(known):
        there |= ~np.isnan(known[name])
    if there.any() and place["segment"].max() == 0:
        there[np.flatnonzero(there)[0] :] = True  # a total goes on, with nothing in it
    n, d = _part(known, kpi.num, len(place)), _part(known, kpi.den, len(place))
    return place.assign(is_ratio=bool(kpi.den), n=n, d=d)[there & is_told]


def _split(split: Split, long: pd.DataFrame, totals: pd.DataFrame, calendar: Calendar) -> pd.DataFrame:
    pairs = _pairs(split, pd.concat([long["period_start"], totals["period_start"]]), calendar)
    both = _both_periods(long, pairs)
    by_set = both.groupby(["kpi", "period_start"])[[*PARTS, "before", "now"]].sum().reset_index()
    whole = _both_periods(totals, pairs).groupby(["kpi", "period_start"])[[*PARTS, "before", "now"]].sum()
    whole = whole.reset_index()
    # A KPI that has no total anywhere has the sum of its segments.
    whole = pd.concat([whole, by_set[~by_set["kpi"].isin(totals["kpi"])]], ignore_index=True)
    whole = whole[(whole["before"] > 0) & (whole["now"] > 0)].drop(columns=["before", "now"])
    both = _with_rest(both, by_set, whole, split)
    both = both.merge(whole, on=["kpi", "period_start"], suffixes=("", "_of_all"))
    is_ratio = long.drop_duplicates("kpi").set_index("kpi")["is_ratio"]
    both["is_ratio"] = both["kpi"].map(is_ratio).astype(bool)
    both = both[~both["is_ratio"] | ((both["d0_of_all"] != 0) & (both["d1_of_all"] != 0))]
    return _ranked(_merged(_effects(both), split)).merge(pairs, on="period_start")


def _pairs(split: Split, starts: pd.Series, calendar: Calendar) -> pd.DataFrame:
    """The last complete periods and the ones that they are compared with."""
    known = pd.Series(np.sort(starts.unique()))
    is_over = (period_end(split.grain, known) <= calendar.until).to_numpy()
    complete = known[is_over].tail(KEPT_PERIODS).reset_index(drop=True)
    if split.comparison == "previous":
        base = next_start(split.grain, complete, -1)
    else:
        base = calendar.year_before(split.grain, complete)
    pairs = pd.DataFrame({"period_start": complete, "base_start": base.to_numpy()})
    return pairs.dropna()


def _both_periods(long: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """One row per KPI, period and segment of either period; 0 where it has none."""
    keys = ["kpi", "period_start", "segment"]
    now = long.merge(pairs, on="period_start").rename(columns={"n": "n1", "d": "d1"}).assign(now=1)
    earlier = long.rename(columns={"period_start": "base_start", "n": "n0", "d": "d0"}).assign(before=1)
    earlier = earlier.merge(pairs, on="base_start")
    both = now[[*keys, "n1", "d1", "now"]].merge(earlier[[*keys, "n0", "d0", "before"]], on=keys, how="outer")
    return both.fillna(dict.fromkeys((*PARTS, "now", "before"), 0.0))


def _with_rest(both: pd.DataFrame, by_set: pd.DataFrame, whole: pd.DataFrame, split: Split) -> pd.DataFrame:
    """The segments that have something, and `(other)` with what the total has beyond all of them."""
    keys = ["kpi", "period_start"]
    gap = whole.merge(by_set, on=keys, suffixes=("", "_of_set"))
    beyond = {name: (gap[name] - gap[f"{name}_of_set"]).round(6) for name in PARTS}
    rest = gap[keys].assign(segment=split.rest, **beyond)
    added = pd.concat([both[[*keys, "segment", *PARTS]], rest]).groupby([*keys, "segment"])[list(PARTS)].sum()
    added = added.reset_index()
    has_something = (added[list(PARTS)].round(6) != 0).any(axis=1)
    return added if split.segment_set == "total" else added[has_something]


def moved(now: pd.Series, before: pd.Series) -> pd.Series:
    """How far a value moved; what rounding leaves of no movement (1e-12 of the value before) is none."""
    change = now - before
    return change.mask(change.abs() <= 1e-12 * before.abs(), 0.0)


def _divided(above: pd.Series, below: pd.Series) -> pd.Series:
    return above / below.where(below != 0)


def _effects(both: pd.DataFrame) -> pd.DataFrame:
    before_all, after_all = (
        _divided(both["n0_of_all"], both["d0_of_all"]),
        _divided(both["n1_of_all"], both["d1_of_all"]),
    )
    before, after = _divided(both["n0"], both["d0"]), _divided(both["n1"], both["d1"])
    share_before, share_after = _divided(both["d0"], both["d0_of_all"]), _divided(both["d1"], both["d1_of_all"])
    moved_in = share_after - share_before
    lasting = (both["d0"] != 0) & (both["d1"] != 0)
    # What a new or vanished segment adds or takes away, beyond what its share would have at the old total.
    appeared = _divided(both["n1"], both["d1_of_all"]) - _divided(both["n0"], both["d0_of_all"]) - moved_in * before_all
    rate = (share_before * (after - before)).where(lasting, 0.0)
    mix = (moved_in * (before - before_all)).where(lasting, appeared)
    interaction = (moved_in * (after - before)).where(lasting, 0.0)
    is_ratio = both["is_ratio"]
    return both.assign(
        total0=before_all.where(is_ratio, both["n0_of_all"]),
        total1=after_all.where(is_ratio, both["n1_of_all"]),
        rate_effect=rate.where(is_ratio),
        mix_effect=mix.where(is_ratio),
        interaction_effect=interaction.where(is_ratio),
        effect=(rate + mix + interaction).where(is_ratio, both["n1"] - both["n0"]),
    )


def _merged(effects: pd.DataFrame, split: Split) -> pd.DataFrame:
    """The largest effects by name (equal ones in the order of their names), all else `(other)`."""
    keys = ["kpi", "period_start"]
    size = effects["effect"].abs().round(9)
    ordered = effects.assign(size=size, is_rest=effects["segment"] == split.rest)
    ordered = ordered.sort_values([*keys, "is_rest", "size", "segment"], ascending=[True, True, True, False, True])
    if split.segment_set in LONG_SETS:
        is_named = ordered.groupby(keys).cumcount() < NAMED_SEGMENTS
        ordered = ordered.assign(segment=ordered["segment"].where(is_named, split.rest))
    added = ordered.groupby([*keys, "segment"])
    sums = added[[*PARTS, *EFFECTS]].sum(min_count=1)
    return sums.join(added[["is_ratio", "total0", "total1"]].first()).reset_index()


def _ranked(merged: pd.DataFrame) -> pd.DataFrame:
    is_ratio = merged["is_ratio"].astype(bool)
    found = merged.assign(
        value0=_divided(merged["n0"], merged["d0"]).where(is_ratio, merged["n0"]),
        value1=_divided(merged["n1"], merged["d1"]).where(is_ratio, merged["n1"]),
        d0=merged["d0"].where(is_ratio),
        d1=merged["d1"].where(is_ratio),
        share_of_change=_divided(merged["effect"], moved(merged["total1"], merged["total0"])),
        size=merged["effect"].abs().round(9),
    )
    found = found.sort_values(["kpi", "period_start", "size", "segment"], ascending=[True, True, False, True])
    return found.assign(effect_rank=found.groupby(["kpi", "period_start"]).cumcount() + 1)
