"""Why a KPI moved, once more: changes of products split by factor."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from tests.oracle import changes
from tests.oracle.assemble import _from_first, _part, _wide
from tests.oracle.calendar import Calendar, Span
from tests.oracle.catalogue import ALL, CURRENCY, DENSE_SETS, DIMENSIONS, KPIS, SEGMENT_SETS, Kpi
from tests.oracle.facts import Fact

SETS = ("total", "platform", "channel")
KEY = (*changes.KEY, "factor")
VALUES = ("base_start", "value0", "value1", "factor0", "factor1", "effect", "share_of_change", "no_split_reason")
Terms = dict[str, float]


@dataclass(frozen=True)
class Factor:
    """`above` ÷ `below` (measure → weight), to the power of 1 or −1; read where the KPIs of `needs` are legal."""

    name: str
    needs: tuple[str, ...]
    above: Terms
    below: Terms = field(default_factory=dict)
    is_inverse: bool = False


def _one(*measures: str) -> Terms:
    return dict.fromkeys(measures, 1.0)


NET = {"gross": 1.0, "discounts": -1.0, "refunds": -1.0}
FULL_COST = _one("spend", "agency_fee", "tool", "staff")
PAID_COST = _one("spend", "agency_fee")
SESSIONS = Factor("sessions", ("web_sessions",), _one("sessions"))
ORDERS_PER_SESSION = Factor("orders_per_session", ("orders", "web_sessions"), _one("orders"), _one("sessions"))
CPM = Factor("cpm", ("cpm",), {"spend": 1000.0}, _one("impressions"))
CTR = Factor("ctr", ("ctr",), _one("clicks"), _one("impressions"))
CPC = Factor("cpc", ("cpc",), _one("spend"), _one("clicks"))
IMPRESSIONS = Factor("impressions", ("impressions_paid",), _one("impressions"))


def _inverse(factor: Factor) -> Factor:
    return Factor(factor.name, factor.needs, factor.above, factor.below, is_inverse=True)


PRODUCTS: dict[str, tuple[Factor, ...]] = {
    "revenue_net": (SESSIONS, ORDERS_PER_SESSION, Factor("aov_net", ("orders",), NET, _one("orders"))),
    "revenue_gross": (
        SESSIONS,
        ORDERS_PER_SESSION,
        Factor("gross_per_order", ("orders",), _one("gross"), _one("orders")),
    ),
    "orders": (SESSIONS, ORDERS_PER_SESSION),
    "leads": (SESSIONS, Factor("leads_per_session", ("leads",), _one("leads"), _one("sessions"))),
    "mql": (
        Factor("leads", ("leads",), _one("leads")),
        Factor("mql_per_lead", ("leads",), _one("mql"), _one("leads")),
    ),
    "spend": (IMPRESSIONS, CPM),
    "clicks": (IMPRESSIONS, CTR),
    "cpc": (CPM, _inverse(CTR)),
    "cpl": (CPC, _inverse(Factor("leads_per_click", ("leads", "clicks"), _one("leads"), _one("clicks")))),
    "cpa_purchase": (CPC, _inverse(Factor("orders_per_click", ("orders", "clicks"), _one("orders"), _one("clicks")))),
    "cac_blended": (
        Factor("cost", ("spend_full",), FULL_COST),
        _inverse(Factor("new_customers", ("new_customers",), _one("new_customers"))),
    ),
    "cac_paid": (
        Factor("cost", (), PAID_COST),
        _inverse(Factor("new_customers", (), _one("new_customers_paid"))),
    ),
    "cac_media": (
        Factor("cost", ("spend",), _one("spend")),
        _inverse(Factor("new_customers", ("new_customers",), _one("new_customers"))),
    ),
    "mer": (
        Factor("revenue", ("revenue_net",), NET),
        _inverse(Factor("cost", ("spend_full",), FULL_COST)),
    ),
    "roas_net": (
        Factor("order_value", (), _one("revenue_net_paid"), _one("orders_paid")),
        Factor("orders_per_click", ("clicks",), _one("orders_paid"), _one("clicks")),
        _inverse(Factor("cost_per_click", ("clicks",), PAID_COST, _one("clicks"))),
    ),
    "roas_platform": (
        Factor("claimed_order_value", (), _one("claimed_value"), _one("claimed_orders")),
        Factor("claims_per_click", ("clicks",), _one("claimed_orders"), _one("clicks")),
        _inverse(CPC),
    ),
}


def factors(facts: Sequence[Fact], calendar: Calendar, kpis: Sequence[Kpi] = KPIS) -> pd.DataFrame:
    """All rows of the published `kpi_change_factors`; columns `KEY` and `VALUES`."""
    parts = [
        found
        for grain in changes.GRAINS
        for segment_set in SETS
        for found in _of_set(facts, kpis, grain, segment_set, calendar)
        if len(found)
    ]
    empty = pd.DataFrame(columns=[*KEY, *VALUES])
    return pd.concat(parts or [empty], ignore_index=True).reindex(columns=[*KEY, *VALUES])


def _of_set(
    facts: Sequence[Fact], kpis: Sequence[Kpi], grain: str, segment_set: str, calendar: Calendar
) -> list[pd.DataFrame]:
    legal = {kpi.kpi_id: kpi for kpi in kpis if grain in kpi.grains and segment_set in kpi.sets}
    wanted = {
        kpi_id: product
        for kpi_id, product in PRODUCTS.items()
        if kpi_id in legal and all(name in legal for factor in product for name in factor.needs)
    }
    measures = {
        name for product in wanted.values() for factor in product for name in (*factor.above, *factor.below)
    } | {name for kpi_id in wanted for name in legal[kpi_id].measures}
    wide = _wide(facts, measures, Span(grain, grain), segment_set, calendar)
    if wide is None:
        return []
    dims = SEGMENT_SETS[segment_set]
    found = []
    for kpi_id, product in wanted.items():
        values = _values(legal[kpi_id], product, wide, dims)
        for comparison in changes.COMPARISONS:
            pairs = changes._pairs(changes.Split(grain, segment_set, comparison, []), wide["period_start"], calendar)
            named = {
                "kpi_id": kpi_id,
                "period_grain": grain,
                "comparison": comparison,
                "segment_set": segment_set,
                "attribution_basis": legal[kpi_id].attribution_basis(segment_set),
                "date_basis": legal[kpi_id].date_basis,
                "currency": CURRENCY if legal[kpi_id].is_money else "none",
            }
            split = _split(values, product, pairs, dims).assign(**named)
            found.append(split.assign(**{name: ALL for name in DIMENSIONS if name not in dims}))
    return found


def _values(kpi: Kpi, product: Sequence[Factor], wide: pd.DataFrame, dims: tuple[str, ...]) -> pd.DataFrame:
    """The KPI (`value`) and its factors (by name) in every period and cell in which the KPI has a row."""
    known = {name: wide[name].to_numpy(dtype=float) for name in wide.columns.drop(["period_start", *dims])}

    def quotient(above: Terms, below: Terms) -> np.ndarray:
        # What is refunded in full is 0, not what sums of doubles leave of it.
        top, bottom = (np.round(_part(known, terms, len(wide)), 9) for terms in (above, below))
        return np.divide(top, bottom, out=np.full(len(wide), np.nan), where=bottom != 0) if below else top

    exists = np.zeros(len(wide), bool)
    for name in set(kpi.measures) & set(known):
        exists |= ~np.isnan(known[name])
    if dims in [SEGMENT_SETS[name] for name in DENSE_SETS]:
        series = wide.groupby(list(dims)).ngroup().to_numpy() if dims else np.zeros(len(wide), int)
        exists = _from_first(exists, series)
    columns = {factor.name: quotient(factor.above, factor.below) for factor in product}
    return wide[["period_start", *dims]].assign(value=quotient(kpi.num, kpi.den), **columns)[exists]


def _split(values: pd.DataFrame, product: Sequence[Factor], pairs: pd.DataFrame, dims: tuple[str, ...]) -> pd.DataFrame:
    """One row per change and factor."""
    now = values.merge(pairs, on="period_start")
    earlier = values.rename(columns={"period_start": "base_start"})
    both = now.merge(earlier, on=["base_start", *dims], suffixes=("1", "0"))
    both = both[both["value0"].notna() & both["value1"].notna() & ((both["value0"] != 0) | (both["value1"] != 0))]
    reason = _reason(both, ["value", *(factor.name for factor in product)])
    mean = _log_mean(both["value0"], both["value1"], reason == "")
    parts = []
    for factor in product:
        before, after = both[f"{factor.name}0"], both[f"{factor.name}1"]
        with np.errstate(divide="ignore", invalid="ignore"):
            growth = np.log(before / after if factor.is_inverse else after / before)
        effect = (mean * growth).where(reason == "")
        parts.append(
            both[["period_start", "base_start", *dims, "value0", "value1"]].assign(
                factor=factor.name,
                factor0=before,
                factor1=after,
                effect=effect,
                share_of_change=effect / (both["value1"] - both["value0"]).where(both["value1"] != both["value0"]),
                no_split_reason=reason.where(reason != ""),
            )
        )
    return pd.concat(parts, ignore_index=True)


def _reason(both: pd.DataFrame, names: Sequence[str]) -> pd.Series:
    """Why there is no split: the first that holds for any factor or the product; empty where there is one."""
    before, after = both[[f"{name}0" for name in names]].to_numpy(), both[[f"{name}1" for name in names]].to_numpy()
    has_zero = ((before == 0) | (after == 0)).any(axis=1)
    has_none = (np.isnan(before) | np.isnan(after)).any(axis=1)
    changes_sign = (before * after < 0).any(axis=1)
    reason = np.select([has_zero, has_none, changes_sign], ["zero", "no_value", "sign_change"], "")
    return pd.Series(reason.astype(object), index=both.index)


def _log_mean(before: pd.Series, after: pd.Series, is_wanted: pd.Series) -> pd.Series:
    """(a − b) ÷ ln(a ÷ b); the plain mean where they are too close for the quotient."""
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (after - before) / np.log(after / before)
    is_close = (after / before - 1).abs() < 1e-6
    return mean.where(~is_close, (before + after) / 2).where(is_wanted)
