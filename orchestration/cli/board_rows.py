"""What the board shows, as data: the KPIs of a persona or all of them, their trends and goals."""

from typing import Any

from orchestration.cli.goals import read_goals
from orchestration.cli.marts import NEWEST, Marts, Row

STAGES = ("awareness", "consideration", "conversion", "loyalty", "business", "operations")
TREND_PERIODS = 8
# Of a KPI that has values by channel alone, a persona's board shows the largest.
SHOWN_CHANNELS = 5
TONES = ("worse", "neutral", "better")


def read(marts: Marts, grain: str | None, persona: str | None) -> dict[str, Any]:
    """The board as data; `kpis` hold one row per KPI and series, in the order in which they are shown.

    Without a grain: that of the persona's board, else months. `goals` are those that a persona's board shows.
    """
    info, catalog = marts.info(), marts.catalog()
    shown = marts.rows("select * from kpi_boards where persona = ? order by position", [persona]) if persona else []
    grain = grain or str(shown[0]["period_grain"] if shown else "month")
    order = {row["kpi_id"]: position for position, row in enumerate(shown)} if persona else _positions(catalog)
    start = marts.last_complete(grain)
    rows = marts.rows(_VALUES, [grain, start]) if start else []
    history = marts.rows(_HISTORY, [grain, start, TREND_PERIODS]) if start else []
    trends: dict[tuple[str, ...], dict[Any, float | None]] = {}
    for row in history:
        trends.setdefault(_series(row), {})[row["period_start"]] = row["value"]
    periods = sorted({row["period_start"] for row in history})
    kpis = []
    for row in _chosen(rows, with_channels=persona is not None):
        known = catalog.get(row["kpi_id"])
        if known is None or row["kpi_id"] not in order:
            continue
        series = trends.get(_series(row), {})
        kpis.append(
            {
                "stage": known["stage"],
                "label": known["label"],
                "unit": known["unit"],
                "direction": known["direction"],
                **row,
                "trend": [series.get(day) for day in periods],
            }
        )
    kpis.sort(key=lambda row: (STAGES.index(row["stage"]) if row["stage"] in STAGES else 9, order[row["kpi_id"]]))
    return {
        "run_id": info["run_id"],
        "as_of": info["as_of"],
        "data_until": info["data_until"],
        "validation_status": info["validation_status"],
        "grain": grain,
        "period_start": start,
        "persona": persona,
        "kpis": kpis,
        "anomalies": _anomalies(marts, grain, start, catalog, order),
        "goals": _goals(marts, shown),
        "sources": marts.sources(),
    }


def _positions(catalog: dict[str, Row]) -> dict[str, int]:
    return {kpi_id: position for position, kpi_id in enumerate(catalog)}


def _chosen(rows: list[Row], with_channels: bool) -> list[Row]:
    """Rows in their order; of a KPI by channel the largest, or none."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["kpi_id"], []).append(row)
    chosen = []
    for series in found.values():
        if series[0]["segment_set"] == "channel":
            series = sorted(series, key=lambda row: -(row["value"] or 0))[: SHOWN_CHANNELS if with_channels else 0]
        chosen += series
    return chosen


def _anomalies(marts: Marts, grain: str, start: Any, catalog: dict[str, Row], order: dict[str, int]) -> list[Row]:
    """The unusual values of the period, worst first: per KPI the total, or else the cell that is farthest off."""
    found: dict[str, Row] = {}
    for row in marts.rows(_UNUSUAL, [grain, start]):
        if row["kpi_id"] in order and row["kpi_id"] in catalog:
            found.setdefault(row["kpi_id"], row)
    for row in found.values():
        known = catalog[row["kpi_id"]]
        row |= {"label": known["label"], "tone": _tone(row["anomaly_score"], known["direction"])}
    return sorted(found.values(), key=lambda row: (TONES.index(row["tone"]), -abs(row["anomaly_score"])))


def _tone(score: float, direction: str) -> str:
    """worse, neutral or better, by the side on which a value lies and the KPI's direction."""
    if direction not in ("higher_better", "lower_better"):
        return "neutral"
    return "better" if (score > 0) == (direction == "higher_better") else "worse"


def _goals(marts: Marts, shown: list[Row]) -> list[Row]:
    """All goals, or those of the board's KPIs, as the board wants it."""
    wanted = {row["kpi_id"] for row in shown}
    if not shown:
        return []
    return [row for row in read_goals(marts) if shown[0]["goal_scope"] == "all" or row["kpi_id"] in wanted]


# A KPI that has no total over platforms (reach, platform claims) shows a row per platform, one that is about channels
# a row per channel.
_SERIES = "kpi_id, platform, channel, attribution_basis, date_basis, currency"
_SHOWN = f"""
    select * from kpi_values
    where period_grain = ? and segment_set = (
        case
            when kpi_id in (select kpi_id from kpi_values where segment_set = 'total') then 'total'
            when kpi_id in (select kpi_id from kpi_values where segment_set = 'platform') then 'platform'
            else 'channel'
        end
    ) and {NEWEST}
"""
_UNUSUAL = """
    select kpi_id, segment_set, platform, channel, country, device, value, anomaly_score, anomaly_reason
    from kpi_values
    where period_grain = ? and period_start = ? and is_anomaly
    order by segment_set <> 'total', abs(anomaly_score) desc, kpi_version desc, platform, channel, country, device
"""
_VALUES = f"select * exclude (period_grain) from ({_SHOWN}) where period_start = ? order by {_SERIES}"
_HISTORY = f"""
    with shown as ({_SHOWN} and period_start <= ?),
    latest as (select distinct period_start from shown order by period_start desc limit ?)
    select {_SERIES}, period_start, value from shown where period_start in (select period_start from latest)
"""


def _series(row: Row) -> tuple[str, ...]:
    return tuple(str(row[name]) for name in _SERIES.split(", "))
