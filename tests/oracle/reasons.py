"""Why a KPI moved, once more: which segment and which factor explain each change."""

import numpy as np
import pandas as pd

from tests.oracle.catalogue import DIMENSIONS
from tests.oracle.changes import moved
from tests.oracle.surveys import OTHER

KEY = ("kpi_id", "period_grain", "period_start", "comparison")
VALUES = (
    *("base_start", "currency", "value0", "value1", "change", "movement"),
    *("leading_basis", "leading_set", "leading_segment", "leading_effect", "leading_share", "leading_kind"),
    *("rate_effect", "mix_effect", "interaction_effect"),
    *("leading_factor", "factor0", "factor1", "factor_effect"),
)
KINDS = ("rate", "mix", "interaction")
NAMED_FROM = 0.1
HARDLY = 0.0005


def reasons(changes: pd.DataFrame, factors: pd.DataFrame) -> pd.DataFrame:
    """The numbers of the published `kpi_change_reasons`; columns `KEY` and `VALUES`."""
    key = list(KEY)
    whole = changes.groupby(key).agg(
        base_start=("base_start", "first"),
        currency=("currency", "first"),
        value0=("total0", "max"),
        value1=("total1", "max"),
    )
    whole["change"] = moved(whole["value1"], whole["value0"])
    relative = whole["change"].abs() / whole["value0"].abs().where(whole["value0"] != 0)
    whole["movement"] = np.select(
        [whole["change"] == 0, relative < HARDLY, whole["change"] > 0], ["none", "hardly", "up"], "down"
    )
    found = whole.join(_leading(changes)).join(_driving(factors))
    along = np.sign(found["change"])
    kinds = pd.concat([found[f"{kind}_effect"] * along for kind in KINDS], axis=1).to_numpy()
    largest = np.array(KINDS, dtype=object)[np.nan_to_num(kinds, nan=-np.inf).argmax(axis=1)]
    is_ratio = found["rate_effect"].notna()
    found["leading_kind"] = (
        pd.Series(largest, index=found.index).mask(found["lasting"] == 0, "turnover").where(is_ratio)
    )
    return found.reset_index().reindex(columns=[*KEY, *VALUES])


def _leading(changes: pd.DataFrame) -> pd.DataFrame:
    """Per change the set and segment that come closest to it beyond their size."""
    parts = changes[changes["segment_set"] != "total"].reset_index(drop=True)
    in_set = [*KEY, "segment_set"]
    segment = pd.Series("", index=parts.index, dtype=object)
    for name in DIMENSIONS:
        segment = segment.where(parts["segment_set"] != name, parts[name].astype(object))
    is_ratio = parts["rate_effect"].notna()
    size = 0.0
    for period in ("0", "1"):
        amount = parts[f"d{period}"].where(is_ratio, parts[f"n{period}"]).abs()
        of_set = amount.groupby([parts[name] for name in in_set]).transform("sum")
        size = size + (amount / of_set.where(of_set != 0)).fillna(0.0) / 2
    parts = parts.assign(
        segment=segment,
        excess=(1 - (1 - parts["share_of_change"]).abs() - size).round(9),
        is_candidate=(parts["share_of_change"] > 0) & (segment != OTHER),
        lasting=((parts["d0"] != 0) & (parts["d1"] != 0)).where(is_ratio, True).astype(float),
    )
    sums = parts.groupby(in_set)[[f"{kind}_effect" for kind in KINDS]].sum(min_count=1)
    sums["lasting"] = parts.groupby(in_set)["lasting"].max()
    best = parts.sort_values(
        [*KEY, "is_candidate", "excess", "segment_set", "segment"], ascending=[True] * 4 + [False, False, True, True]
    ).drop_duplicates(list(KEY))
    stands_out = best["is_candidate"] & (best["excess"] >= NAMED_FROM)
    named = best[in_set].assign(
        leading_basis=best["attribution_basis"],
        leading_set=best["segment_set"],
        leading_segment=best["segment"].where(stands_out),
        leading_effect=best["effect"].where(stands_out),
        leading_share=best["share_of_change"].where(stands_out),
    )
    return named.merge(sums, left_on=in_set, right_index=True).drop(columns="segment_set").set_index(list(KEY))


def _driving(factors: pd.DataFrame) -> pd.DataFrame:
    """Per change of a total the factor that adds most to it."""
    totals = factors[factors["segment_set"] == "total"]
    advance = totals["effect"] * np.sign(totals["value1"] - totals["value0"])
    best = totals.assign(advance=advance)[advance > 0].sort_values([*KEY, "advance"], ascending=[True] * 4 + [False])
    best = best.drop_duplicates(list(KEY)).set_index(list(KEY))
    named = best[["factor", "factor0", "factor1", "effect"]]
    return named.rename(columns={"factor": "leading_factor", "effect": "factor_effect"})
