"""What moved and why: reasons, splits by segment and by factor, as `kpi_changes` and its sisters have them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from dashboards.axis import Axis
from dashboards.change_words import change_sentence
from dashboards.numbers import LANGUAGES
from dashboards.series import compact
from dashboards.views import FILTERS
from orchestration.cli.marts import Marts, Row

# Segments that keep their row; the rest of a set is one.
SHOWN_SEGMENTS = 6
REST = "(rest)"
INDEX_SCALE = 100
EFFECTS = ("rate_effect", "mix_effect", "interaction_effect", "effect")
REASON = (
    *("value0", "value1", "change", "relative_change", "movement", "leading_set", "leading_segment", "leading_effect"),
    *("leading_kind", "is_provisional", "is_unreliable", "currency"),
)
FACTOR = ("factor", "factor_label", "factor_unit", "factor_exponent", "factor0", "factor1", "effect", "share_of_change")


def read_reasons(marts: Marts, kpis: Sequence[str], axis: Axis) -> dict[date, list[Row]]:
    """Period → the changes against the period before, the largest first, but settled before provisional ones.

    `segments`: how many there are in the set that explains it.
    """
    units = {row["kpi_id"]: row["unit"] for row in marts.catalog().values()}
    found: dict[date, list[Row]] = {}
    counted = _rows(marts, "kpi_changes", kpis, axis, "kpi_id, period_start, segment_set, count(*) as segments")
    segments = {(row["kpi_id"], row["period_start"], row["segment_set"]): row["segments"] for row in counted}
    for row in _rows(marts, "kpi_change_reasons", kpis, axis):
        row["segments"] = segments.get((row["kpi_id"], row["period_start"], row["leading_set"]), 0)
        found.setdefault(row["period_start"], []).append(row)
    for rows in found.values():
        rows.sort(key=lambda row: (_is_doubtful(row), -_extent(row, units[row["kpi_id"]]), kpis.index(row["kpi_id"])))
    return found


def most_moved(reasons: Sequence[Row]) -> list[Row]:
    """The first that moved; where nothing explains it (people do not add up), also the first that is explained."""
    moved = [row for row in reasons if row["movement"] in ("up", "down")]
    explained = next((row for row in moved if row["leading_set"] or row["leading_factor"]), None)
    return moved[:1] if not moved or explained in (None, moved[0]) else [moved[0], explained]


def settles_more(reasons: Sequence[Row], catalog: Mapping[str, Row]) -> bool:
    """Whether what still settles moved more than the settled change that is told instead of it."""
    first = most_moved(reasons)[0]
    extents = [_extent(row, catalog[row["kpi_id"]]["unit"]) for row in reasons if row["is_provisional"]]
    own = _extent(first, catalog[first["kpi_id"]]["unit"])
    return not first["is_provisional"] and max(extents, default=0) > own


def packed_changes(
    marts: Marts, kpis: Sequence[str], axis: Axis, reasons: dict[date, list[Row]], page_grain: str
) -> dict[str, Any]:
    """`period → kpi → {sentence, reason, splits, factors}`; `lead`: period → the KPI to show first, if any moved.

    `axis` is that of the changes, `page_grain` of the cards.
    """
    catalog = marts.catalog()
    content: dict[str, Any] = {}
    for start, rows in reasons.items():
        for row in rows:
            sentence = {
                language: change_sentence(row, catalog[row["kpi_id"]], axis.grain, language, page_grain)
                for language in LANGUAGES
            }
            entry: dict[str, Any] = {
                "sentence": sentence,
                "reason": {name: compact(row[name]) for name in REASON},
                "splits": {},
                "factors": [],
            }
            content.setdefault(start.isoformat(), {})[row["kpi_id"]] = entry
    leading = {(row["kpi_id"], start): row["leading_set"] for start, rows in reasons.items() for row in rows}
    for (kpi_id, start, segment_set), rows in _by_set(_rows(marts, "kpi_changes", kpis, axis)).items():
        entry = content.get(start.isoformat(), {}).get(kpi_id)
        if entry and (segment_set in FILTERS or segment_set == leading[kpi_id, start]):
            entry["splits"][segment_set] = _split(rows, segment_set, catalog[kpi_id]["additivity"] == "A")
    for (kpi_id, start, segment_set), rows in _by_set(_rows(marts, "kpi_change_factors", kpis, axis)).items():
        entry = content.get(start.isoformat(), {}).get(kpi_id)
        if entry and segment_set == "total":
            in_order = sorted(rows, key=lambda row: row["factor_position"])
            entry["factors"] = [{name: compact(row[name]) for name in FACTOR} for row in in_order]
            entry["no_split_reason"] = rows[0]["no_split_reason"]
    leads = {start.isoformat(): [row["kpi_id"] for row in most_moved(rows)][-1:] for start, rows in reasons.items()}
    return {"periods": content, "lead": leads}


def _split(rows: Sequence[Row], segment_set: str, adds_up: bool) -> dict[str, Any]:
    """The largest effects, one row for the rest, and the sums: together they are the change.

    `adds_up`: whether the values do; the rest of rates or of people has no value of its own.
    """
    ranked = sorted(rows, key=lambda row: row["effect_rank"])
    lines = [
        {"segment": row[segment_set], "value0": row["value0"], "value1": row["value1"]}
        | {name: row[name] for name in EFFECTS}
        for row in ranked[:SHOWN_SEGMENTS]
    ]
    if rest := ranked[SHOWN_SEGMENTS:]:
        values = {name: _added(row[name] for row in rest) if adds_up else None for name in ("value0", "value1")}
        lines.append({"segment": REST, **values, **_sums(rest), "count": len(rest)})
    whole = {"value0": ranked[0]["total0"], "value1": ranked[0]["total1"], **_sums(ranked)}
    return {
        "lines": [{name: compact(value) for name, value in line.items()} for line in lines],
        "whole": {name: compact(value) for name, value in whole.items()},
    }


def _sums(rows: Iterable[Row]) -> dict[str, float | None]:
    rows = list(rows)
    return {name: None if rows[0][name] is None else sum(row[name] for row in rows) for name in EFFECTS}


def _added(values: Iterable[float | None]) -> float | None:
    """A segment without a value adds nothing; None where none has one."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _extent(row: Row, unit: str) -> float:
    """How far a value moved: relatively, an index on its scale of a hundred."""
    return abs(row["change"] or 0) / INDEX_SCALE if unit == "index" else abs(row["relative_change"] or 0)


def _is_doubtful(row: Row) -> tuple[bool, bool]:
    return bool(row["is_unreliable"]), bool(row["is_provisional"])


def _by_set(rows: Iterable[Row]) -> dict[tuple[str, date, str], list[Row]]:
    found: dict[tuple[str, date, str], list[Row]] = {}
    for row in rows:
        found.setdefault((row["kpi_id"], row["period_start"], row["segment_set"]), []).append(row)
    return found


def _rows(marts: Marts, table: str, kpis: Sequence[str], axis: Axis, columns: str = "*") -> list[Row]:
    """Of the newest version of each KPI, against the period before, for the periods that may be chosen."""
    if not axis.choices:
        return []
    return marts.rows(
        f"select {columns} from {table} where comparison = 'previous' and period_grain = ? and period_start >= ? "
        "and list_contains(?, kpi_id) "
        "and (kpi_id, kpi_version) in (select (kpi_id, max(kpi_version)) from kpi_catalog group by kpi_id) "
        f"{'' if columns == '*' else 'group by all '}order by all",
        [axis.grain, axis.choices[0], list(kpis)],
    )
