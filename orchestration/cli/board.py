"""`nyckeltal board`: every KPI of the last complete period, by stage of the customer journey."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from orchestration.cli import FAILED, show
from orchestration.cli.marts import Marts, NothingPublishedError, Row, open_marts
from orchestration.cli.output import complain, out, print_json
from orchestration.home import Home

STAGES = ("awareness", "consideration", "conversion", "loyalty", "business", "operations")
GRAIN_OF = {"executive": "month", "manager": "week", "specialist": "day"}
TREND_PERIODS = 8
LEGEND = {
    "~": "still settling",
    "°": "few observations",
    "*": "days of another time zone",
    "!": "a source is missing",
}


def board(persona: str | None, grain: str | None, as_json: bool) -> int:
    """Exit code 1 when nothing is published yet."""
    wanted = grain or GRAIN_OF.get(persona or "", "month")
    try:
        with open_marts(Home.find().marts) as marts:
            content = read(marts, wanted, persona)
    except NothingPublishedError as error:
        complain(error)
        return FAILED
    if as_json:
        print_json(content)
    else:
        _print(out(), content)
    return 0


def read(marts: Marts, grain: str, persona: str | None) -> dict[str, Any]:
    """The board as data; `kpis` hold one row per KPI and series, in the order in which they are shown."""
    info, start = marts.info(), marts.last_complete(grain)
    catalog = marts.catalog()
    rows = marts.rows(_VALUES, [grain, start]) if start else []
    history = marts.rows(_HISTORY, [grain, start, TREND_PERIODS]) if start else []
    trends: dict[tuple[str, ...], dict[Any, float | None]] = {}
    for row in history:
        trends.setdefault(_series(row), {})[row["period_start"]] = row["value"]
    periods = sorted({row["period_start"] for row in history})
    kpis = []
    for row in rows:
        known = catalog.get(row["kpi_id"])
        if known is None or (persona and persona not in str(known.get("personas") or "")):
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
    order = {kpi_id: position for position, kpi_id in enumerate(catalog)}
    kpis.sort(
        key=lambda row: (
            STAGES.index(row["stage"]) if row["stage"] in STAGES else 9,
            order[row["kpi_id"]],
            _series(row),
        )
    )
    return {
        "run_id": info["run_id"],
        "as_of": info["as_of"],
        "data_until": info["data_until"],
        "validation_status": info["validation_status"],
        "grain": grain,
        "period_start": start,
        "persona": persona,
        "kpis": kpis,
        "sources": marts.sources(),
    }


# A KPI that has no total over platforms (reach, platform claims) shows a row per platform.
_SERIES = "kpi_id, platform, attribution_basis, date_basis, currency"
_SHOWN = """
    select * from kpi_values
    where period_grain = ? and segment_set = (
        case when kpi_id in (select kpi_id from kpi_values where segment_set = 'total') then 'total' else 'platform' end
    ) and (kpi_id, kpi_version) in (select (kpi_id, max(kpi_version)) from kpi_values group by kpi_id)
"""
_VALUES = f"select * exclude (period_grain) from ({_SHOWN}) where period_start = ? order by {_SERIES}"
_HISTORY = f"""
    with shown as ({_SHOWN} and period_start <= ?),
    latest as (select distinct period_start from shown order by period_start desc limit ?)
    select {_SERIES}, period_start, value from shown where period_start in (select period_start from latest)
"""


def _series(row: Row) -> tuple[str, ...]:
    return tuple(str(row[name]) for name in ("kpi_id", "platform", "attribution_basis", "date_basis", "currency"))


def _print(console: Console, content: dict[str, Any]) -> None:
    console.print(_head(content))
    if not content["kpis"]:
        console.print("  No KPI has a complete period of this grain yet.")
    stages = [stage for stage in STAGES if any(row["stage"] == stage for row in content["kpis"])]
    for stage in stages:
        console.print(
            _stage(
                stage,
                [row for row in content["kpis"] if row["stage"] == stage],
                content["grain"],
                content["period_start"],
            )
        )
    console.print(_legend(content["kpis"]))
    console.print(Rule("[bold]Sources[/bold]", align="left", style="dim"))
    console.print(_sources(content["sources"]))


def _head(content: dict[str, Any]) -> RenderableType:
    start = content["period_start"]
    title = show.period(content["grain"], start) if start else "no complete period yet"
    line = Table.grid(expand=True)
    line.add_column()
    line.add_column(justify="right")
    line.add_row(Text(title, style="bold"), Text(f"data until {show.day(content['data_until'])}", style="bold"))
    currencies = sorted({row["currency"] for row in content["kpis"]} - {"none"})
    line.add_row(
        Text(f"amounts in {', '.join(currencies)}" if currencies else "", style="dim"),
        Text(f"run {content['run_id'][:8]}", style="dim"),
    )
    who = f" · {content['persona']}" if content["persona"] else ""
    return Panel(line, title=f"[bold]Nyckeltal[/bold]{who}", title_align="left", border_style="blue", padding=(0, 1))


def _stage(stage: str, rows: list[Row], grain: str, start: date) -> RenderableType:
    table = Table(
        box=None,
        expand=True,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        header_style="dim",
    )
    table.add_column(stage.capitalize(), ratio=1, no_wrap=True, overflow="ellipsis", header_style="bold blue")
    table.add_column(f"{show.short_period(grain, start)}", justify="right", no_wrap=True, width=10)
    table.add_column("", no_wrap=True, width=3)
    table.add_column("previous", no_wrap=True, width=9)
    table.add_column("year ago", no_wrap=True, width=9)
    table.add_column("trend", no_wrap=True, width=TREND_PERIODS)
    repeated = {row["kpi_id"] for row in rows if sum(other["kpi_id"] == row["kpi_id"] for other in rows) > 1}
    for row in rows:
        table.add_row(*_cells(row, row["kpi_id"] in repeated))
    return Padding(table, (0, 0, 1, 1))


def _cells(row: Row, is_repeated: bool) -> list[RenderableType]:
    label = Text(row["label"])
    if row["platform"] != "(all)":
        label.append(f" · {row['platform']}", style="dim")
    elif is_repeated and row["attribution_basis"] != "none":
        label.append(f" · {row['attribution_basis']}", style="dim")
    if row["is_missing"]:
        return [label, Text("missing", style="yellow"), Text("!", style="yellow"), "", "", _trend(row)]
    return [
        label,
        Text(show.number(row["value"], row["unit"]), style="bold"),
        Text(show.marks(row), style="yellow"),
        _change(row, "previous"),
        _change(row, "year"),
        _trend(row),
    ]


def _change(row: Row, since: str) -> Text:
    text, moved = show.change(row, since, row["unit"])
    return Text(text, style=show.change_colour(row, since, moved, row["direction"]))


def _trend(row: Row) -> Text:
    return Text(show.trend(row["trend"]), style="blue")


def _legend(rows: list[Row]) -> RenderableType:
    used = {sign for row in rows for sign in show.marks(row)} | ({"!"} if any(r["is_missing"] for r in rows) else set())
    text = "   ".join(f"[yellow]{sign}[/yellow] {words}" for sign, words in LEGEND.items() if sign in used)
    return Padding(Text.from_markup(text, style="dim"), (0, 0, 1 if text else 0, 1))


def _sources(rows: list[Row]) -> RenderableType:
    return Padding(source_table([(row, "") for row in rows]), (0, 0, 0, 1))


def source_table(rows: Sequence[tuple[Row, str]]) -> Table:
    """One line per source: until when its data go, from when they still settle, why not further, and a hint."""
    table = Table(box=None, expand=True, show_header=False, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column(width=1)
    table.add_column(width=16, no_wrap=True)
    table.add_column(ratio=1)
    table.add_column(justify="right", no_wrap=True)
    for row, hint in rows:
        table.add_row(*_source_cells(row, hint))
    return table


def _source_cells(row: Row, hint: str) -> list[RenderableType]:
    if not row["is_configured"]:
        says = Text(f"not configured{f'; set {hint}' if hint else ''}", style="dim")
        return [Text("○", style="dim"), Text(row["source"], style="dim"), says, ""]
    says = Text("no data yet" if row["data_until"] is None else f"until {show.day(row['data_until'])}")
    if row["provisional_from"]:
        says.append(f", settling since {show.day(row['provisional_from'])}", style="dim")
    if row["last_error"]:
        says.append(f"\n{row['last_error']}", style="red")
    mark = Text("✗", style="red") if row["last_error"] else Text("●", style="green")
    return [mark, Text(row["source"]), says, Text(f"{row['row_count'] or 0:,} rows", style="dim")]
