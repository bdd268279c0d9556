"""`nyckeltal board`: every KPI of the last complete period, by stage of the customer journey."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from orchestration.cli import FAILED, show
from orchestration.cli.actions import TONES, segment_text
from orchestration.cli.board_rows import STAGES, TREND_PERIODS, read
from orchestration.cli.goals import goal_table
from orchestration.cli.marts import NothingPublishedError, Row, open_marts
from orchestration.cli.output import complain, out, print_json
from orchestration.home import Home

SHOWN_ANOMALIES = 5
LEGEND = {
    "◆": "unusual",
    "~": "still settling",
    "°": "few observations",
    "*": "days of another time zone",
    "!": "a source is missing",
}


def board(persona: str | None, grain: str | None, as_json: bool) -> int:
    """Exit code 1 when nothing is published yet."""
    try:
        with open_marts(Home.find().marts) as marts:
            content = read(marts, grain, persona)
    except NothingPublishedError as error:
        complain(error)
        return FAILED
    if as_json:
        print_json(content)
    else:
        _print(out(), content)
    return 0


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
                with_targets=any(row.get("target_value") is not None for row in content["kpis"]),
            )
        )
    console.print(_legend(content["kpis"]))
    if content["anomalies"]:
        console.print(_anomalies(content["anomalies"]))
    if content["goals"]:
        console.print(Rule("[bold]Goals[/bold]", align="left", style="dim"))
        for part in goal_table(content["goals"]):
            console.print(Padding(part, (0, 0, 0, 1)))
        console.print()
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


def _stage(stage: str, rows: list[Row], grain: str, start: date, with_targets: bool) -> RenderableType:
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
    if with_targets:
        table.add_column("target", justify="right", no_wrap=True, width=9)
        table.add_column("", no_wrap=True, width=1)
    table.add_column("previous", no_wrap=True, width=9)
    table.add_column("year ago", no_wrap=True, width=9)
    table.add_column("trend", no_wrap=True, width=TREND_PERIODS)
    repeated = {row["kpi_id"] for row in rows if sum(other["kpi_id"] == row["kpi_id"] for other in rows) > 1}
    for row in rows:
        label, value, marks, *rest = _cells(row, row["kpi_id"] in repeated)
        table.add_row(label, value, marks, *(_target(row) if with_targets else ()), *rest)
    return Padding(table, (0, 0, 1, 1))


def _cells(row: Row, is_repeated: bool) -> list[RenderableType]:
    label = Text(row["label"])
    if (segment := row["platform"] if row["platform"] != "(all)" else row["channel"]) != "(all)":
        label.append(f" · {segment}", style="dim")
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


def _target(row: Row) -> tuple[RenderableType, RenderableType]:
    """What the period is to come to, and how it stands."""
    if row.get("target_value") is None:
        return "", ""
    sign, colour = show.status(row["status"] if row["value"] is not None else None)
    return Text(show.number(row["target_value"], row["unit"])), Text(sign, style=colour)


def _change(row: Row, since: str) -> Text:
    text, moved = show.change(row, since, row["unit"])
    return Text(text, style=show.change_colour(row, since, moved, row["direction"]))


def _trend(row: Row) -> Text:
    return Text(show.trend(row["trend"]), style="blue")


def _legend(rows: list[Row]) -> RenderableType:
    used = {sign for row in rows for sign in show.marks(row)} | ({"!"} if any(r["is_missing"] for r in rows) else set())
    marks = [f"[yellow]{sign}[/yellow] {words}" for sign, words in LEGEND.items() if sign in used]
    statuses = {row["status"] for row in rows if row.get("target_value") is not None and row["value"] is not None}
    text = "\n".join(line for line in ("   ".join(marks), show.status_legend(statuses)) if line)
    return Padding(Text.from_markup(text, style="dim"), (0, 0, 1 if text else 0, 1))


def _anomalies(rows: list[Row]) -> RenderableType:
    """One line per unusual value, cut to the width of the terminal."""
    lines = []
    for row in rows[:SHOWN_ANOMALIES]:
        line = Text(no_wrap=True, overflow="ellipsis")
        line.append("◆ ", style=TONES.get(row["tone"], "yellow"))
        line.append(f"{row['label']}{segment_text(row)}: ")
        line.append(row["anomaly_reason"], style="dim")
        lines.append(line)
    if len(rows) > SHOWN_ANOMALIES:
        lines.append(Text(f"  and {len(rows) - SHOWN_ANOMALIES} more", style="dim"))
    return Padding(Group(*lines), (0, 0, 1, 1))


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
