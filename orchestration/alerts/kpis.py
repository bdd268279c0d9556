"""Goals off track and unusual values, as the marts decided them: none that is open, provisional or unreliable."""

from collections.abc import Iterator
from datetime import timedelta

from orchestration.alerts.alert import Alert
from orchestration.cli import show
from orchestration.cli.goals import segment_of
from orchestration.cli.marts import DIMENSIONS, Marts, Row

# After how many days a goal that stays off track is told again: as often as it is reviewed.
REVIEWS = {"daily": 1, "weekly": 7, "monthly": 30, "quarterly": 90}
# An unusual value is news for so long after its period is known for good; a first run finds years of older ones.
NEWS_DAYS = 7

ANOMALIES = f"""
select v.*, c.label
from kpi_values as v
inner join kpi_catalog as c on c.kpi_id = v.kpi_id and c.kpi_version = v.kpi_version
inner join kpi_actions as a
    on a.kpi_id = v.kpi_id
    and a.kpi_version = v.kpi_version
    and a.period_grain = v.period_grain
    and a.period_start = v.period_start
    and a.segment_set = v.segment_set
    and {" and ".join(f"a.{name} = v.{name}" for name in DIMENSIONS)}
where v.is_anomaly
    and not v.is_open_period
    and not v.is_provisional
    and not v.is_unreliable
    and not v.is_missing
    and a.proposed_on > ?
    and v.kpi_id in (select kpi_id from kpi_boards)
order by v.kpi_id, v.period_grain, v.period_start, v.segment_set
"""


def kpi_alerts(marts: Marts) -> Iterator[Alert]:
    """Raises NothingPublishedError when the marts are of another version."""
    boards = marts.rows("select kpi_id, list(persona) as personas from kpi_boards group by kpi_id")
    personas = {row["kpi_id"]: frozenset(row["personas"]) for row in boards}
    # The marts call no goal off track whose value is open, provisional or unreliable.
    for row in marts.rows("select * from kpi_goals where is_active and status = 'off_track' order by goal_id"):
        yield _goal(row, personas.get(row["kpi_id"], frozenset()))
    since = marts.info()["data_until"] - timedelta(days=NEWS_DAYS)
    for row in marts.rows(ANOMALIES, [since]):
        yield _anomaly(row, personas[row["kpi_id"]])


def _goal(row: Row, personas: frozenset[str]) -> Alert:
    unit = row["unit"] or "count"
    values = (show.number(row[name], unit, _currency(row)) for name in ("current_value", "pace_value", "target_value"))
    now, pace, target = values
    text = (
        f"{_name(row['kpi_label'] or row['kpi_id'], row)}: {now} until {show.day(row['current_until'])} "
        f"instead of {pace}; target {target} by {show.day(row['deadline'])} ({row['objective']})"
    )
    return Alert("goal_off_track", row["goal_id"], text, REVIEWS[row["review_cadence"]], personas)


def _anomaly(row: Row, personas: frozenset[str]) -> Alert:
    cell = [row["segment_set"], *(row[name] for name in DIMENSIONS), row["attribution_basis"], row["date_basis"]]
    key = [row["kpi_id"], row["kpi_version"], row["period_grain"], row["period_start"], *cell]
    period = show.period(row["period_grain"], row["period_start"])
    action = f" {row['recommended_action']}" if row["recommended_action"] else ""
    return Alert(
        "anomaly",
        ":".join(map(str, key)),
        f"{_name(row['label'], row)}, {period}: {row['anomaly_reason']}{action}",
        None,  # a period is told once
        personas,
    )


def _name(label: str, row: Row) -> str:
    segment = segment_of(row)
    return f"{label} ({segment})" if segment else label


def _currency(row: Row) -> str:
    return "" if row["currency"] in (None, "none") else str(row["currency"])
