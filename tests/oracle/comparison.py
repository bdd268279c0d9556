"""A value beside the one of another period (catalogue rule G10 and "Comparison and growth")."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tests.oracle.cases import least_cases
from tests.oracle.catalogue import Kpi

# Quantities per something that are neither money nor a rate: their growth is a percentage.
MULTIPLES = frozenset(
    (
        *("pages_per_session", "frequency", "purchase_freq", "mer", "claims_ratio"),
        *("roas_platform", "roas_first_party", "roas_net_media", "roas_net", "roas_margin", "ltv_cac"),
        *("engagement_time_page", "engagement_time_session", "wait_time", "process_lead_time"),
    )
)


@dataclass(frozen=True)
class Base:
    """Where each row's base stands (-1: nowhere), and whether it has as many days."""

    position: np.ndarray
    is_as_long: np.ndarray

    def of(self, column: np.ndarray, is_open: np.ndarray) -> np.ndarray:
        """The base's value of a column; null where there is none."""
        return np.where((self.position >= 0) & ~is_open, column.astype(float)[self.position], np.nan)


def comparisons(
    kpi: Kpi, columns: dict[str, np.ndarray], bases: Sequence[Base], is_open: np.ndarray, is_other: np.ndarray
) -> dict[str, np.ndarray]:
    """All columns about the period before, the year before, and (for acceleration) the period before that."""
    value = columns["value"]
    previous, year, earlier = (base.of(value, is_open) for base in bases)
    found = {
        "previous_value": previous,
        "previous_year_value": year,
        "change": value - previous,
        "year_change": value - year,
        "acceleration": value - 2 * previous + earlier,
    }
    for name, base, then in (("", bases[0], previous), ("year_", bases[1], year)):
        cases_then, few_then = base.of(columns["n"], is_open), base.of(columns["is_unreliable"], is_open)
        found[f"{name}change_ratio"] = _growth(kpi, value, then, cases_then)
        is_known = ~np.isnan(value) & ~np.isnan(then)
        is_reliable = ~columns["is_unreliable"] & (few_then == 0)
        found[f"is_{name}comparable"] = is_known & is_reliable & base.is_as_long & ~is_other
    return found


def _growth(kpi: Kpi, value: np.ndarray, then: np.ndarray, cases_then: np.ndarray) -> np.ndarray:
    """Relative growth on a base above 0 with enough cases; none for rates and indices, which move in points."""
    moves_in_points = bool(kpi.den) and not kpi.is_money and kpi.kpi_id not in MULTIPLES
    is_base = (then > 0) & ~(cases_then < least_cases(kpi)) & (not moves_in_points)
    return np.divide(value - then, then, out=np.full(len(value), np.nan), where=is_base)
