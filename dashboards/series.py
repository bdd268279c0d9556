"""The values of a page: per KPI and segment, columns over one axis of periods. Nothing is computed, only packed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dashboards.axis import Axis
from dashboards.views import FILTERS
from orchestration.cli.board_rows import SHOWN_CHANNELS
from orchestration.cli.marts import NEWEST, Marts, Row

# Bits of `flags`, in this order.
FLAGS = (
    *("is_open_period", "is_provisional", "is_missing", "is_unreliable", "tz_mismatch", "is_anomaly"),
    *("is_comparable", "is_year_comparable"),
)
# Columns over the periods that may be chosen; `value` and `target_value` go over the whole axis.
DETAILS = (
    *("numerator", "denominator", "n", "lower", "upper", "previous_value", "previous_year_value", "change"),
    *("change_ratio", "year_change", "year_change_ratio", "benchmark_value", "settled_share", "status"),
)
# Of unusual values only.
EXPECTED = ("expected_value", "usual_from", "usual_to")
TOTAL, ALL = "total", "(all)"


@dataclass(frozen=True)
class Series:
    """One KPI in one segment: a row of kpi_values per period."""

    kpi_id: str
    segment_set: str
    segment: str
    rows: dict[date, Row] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return "|".join((self.segment_set, self.segment, self.kpi_id))

    def packed(self, axis: Axis) -> dict[str, Any]:
        """For JSON; columns without a value are left out, but `value` and `flags`."""
        over = [self.rows.get(start) for start in axis.starts]
        chosen = [self.rows.get(start) for start in axis.choices]
        columns: dict[str, list[Any]] = {
            "value": _column(over, "value"),
            "target_value": _column(over, "target_value"),
            "flags": [_flags(row) for row in over],
            **{name: _column(chosen, name) for name in DETAILS},
            "target_off": [_target_off(row) for row in chosen],
        }
        content: dict[str, Any] = {
            name: column
            for name, column in columns.items()
            if name in ("value", "flags") or any(item is not None for item in column)
        }
        reasons = {
            start.isoformat(): [compact(row[name]) for name in EXPECTED]
            for start, row in self.rows.items()
            if row["is_anomaly"]
        }
        currency = next((row["currency"] for row in self.rows.values() if row["currency"] != "none"), "")
        return content | ({"reasons": reasons} if reasons else {}) | ({"currency": currency} if currency else {})


def read_series(marts: Marts, kpis: Iterable[str], axis: Axis) -> dict[str, Series]:
    """By key, every series of the KPIs' newest versions: totals, platforms, and the segments of each filter."""
    if not axis.starts:
        return {}
    rows = marts.rows(_ROWS, [axis.grain, axis.starts[0], sorted(set(kpis))])
    found: dict[str, Series] = {}
    for row in rows:
        segment_set = row["segment_set"]
        series = Series(row["kpi_id"], segment_set, "" if segment_set == TOTAL else row[segment_set])
        found.setdefault(series.key, series).rows[row["period_start"]] = row
    return found


def no_series(catalog: Mapping[str, Row], kpis: Iterable[str], axis: Axis) -> dict[str, Series]:
    """By key, the total of each KPI that has no values by the axis's grain: a board says so and leaves none out."""
    coarser = [Series(kpi_id, TOTAL, "") for kpi_id in kpis if axis.grain not in str(catalog[kpi_id]["grains"]).split()]
    return {series.key: series for series in coarser}


def shown_series(series: dict[str, Series], kpis: Sequence[str], axis: Axis) -> list[Series]:
    """What a board shows of the whole company: the total of a KPI, else its platforms, else its largest channels."""
    shown: list[Series] = []
    for kpi_id in kpis:
        for segment_set in (TOTAL, "platform", "channel"):
            own = [item for item in series.values() if (item.kpi_id, item.segment_set) == (kpi_id, segment_set)]
            if segment_set == "channel":
                own = sorted(own, key=lambda item: -_last_value(item, axis))[:SHOWN_CHANNELS]
            if own:
                shown += own
                break
    return shown


def segments(series: Iterable[Series]) -> dict[str, list[str]]:
    """Filter → its segments with any value, the unknown last."""
    found: dict[str, set[str]] = {}
    for item in series:
        if item.segment_set in FILTERS and any(row["value"] is not None for row in item.rows.values()):
            found.setdefault(item.segment_set, set()).add(item.segment)
    return {name: sorted(found[name], key=lambda text: (text == "unknown", text)) for name in FILTERS if name in found}


def compact(value: Any) -> Any:
    """Twelve significant digits are more than anybody reads, and half the size."""
    return float(f"{value:.12g}") if isinstance(value, float) else value


def _column(rows: Sequence[Row | None], name: str) -> list[Any]:
    return [None if row is None else compact(row[name]) for row in rows]


def _target_off(row: Row | None) -> float | None:
    if row is None or row["value"] is None or row["target_value"] is None:
        return None
    return float(compact(row["value"] - row["target_value"]))


def _flags(row: Row | None) -> int | None:
    return None if row is None else sum(1 << bit for bit, name in enumerate(FLAGS) if row[name])


def _last_value(series: Series, axis: Axis) -> float:
    row = series.rows.get(axis.last) if axis.last else None
    return float(row["value"] or 0) if row else 0.0


_ROWS = f"""
    select
        kpi_id, period_start, segment_set, platform, channel, country, device, currency, value, target_value,
        {", ".join((*EXPECTED, *FLAGS, *DETAILS))}
    from kpi_values
    where
        period_grain = ? and period_start >= ? and list_contains(?, kpi_id)
        and segment_set in ('{TOTAL}', 'platform', {", ".join(f"'{name}'" for name in FILTERS)})
        and {NEWEST}
    order by segment_set, channel, country, device, platform, kpi_id, period_start
"""
