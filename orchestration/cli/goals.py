"""`nyckeltal goals`: where each goal stands, by objective."""

from collections.abc import Iterator
from typing import Any

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from orchestration.cli import FAILED, show
from orchestration.cli.marts import DIMENSIONS, Marts, NothingPublishedError, Row, open_marts
from orchestration.cli.output import complain, out, print_json
from orchestration.home import Home

MODES = {"reach": "reach", "stay_above": "≥", "stay_below": "≤"}


def goals(as_json: bool) -> int:
    """Exit code 1 when nothing is published yet."""
    try:
        with open_marts(Home.find().marts) as marts:
            rows, info = read_goals(marts), marts.info()
    except NothingPublishedError as error:
        complain(error)
        return FAILED
    if as_json:
        print_json({"run_id": info["run_id"], "data_until": info["data_until"], "goals": rows})
        return 0
    console = out()
    if not rows:
        console.print("There are no goals yet: write some in goals.yml (docs/goals.md), then run `nyckeltal refresh`.")
    for part in goal_table(rows):
        console.print(part)
    _print_foot(console, rows, info)
    return 0


def read_goals(marts: Marts) -> list[Row]:
    """Goals that are not switched off, by objective, first deadline first, parents before their parts."""
    rows = marts.rows("select * from kpi_goals where is_active order by deadline, start_date, goal_id")
    first = {row["objective"]: position for position, row in reversed(list(enumerate(rows)))}
    by_id = {row["goal_id"]: row for row in rows}

    def ancestry(row: Row) -> list[str]:
        parent = by_id.get(row["parent_goal_id"])
        return [*(ancestry(parent) if parent else ()), row["goal_id"]]

    for row in rows:
        parent = by_id.get(row["parent_goal_id"])
        row["depth"] = len(ancestry(row)) - 1
        row["is_of_its_parents_kpi"] = parent is not None and parent["kpi_id"] == row["kpi_id"]
    return sorted(rows, key=lambda row: (first[by_id[ancestry(row)[0]]["objective"]], ancestry(row)))


def goal_table(rows: list[Row]) -> Iterator[RenderableType]:
    """A line per goal under its objective, and one more with the reason where it is not on track."""
    if rows:
        yield _line(Text(), *(Text(head, style="dim") for head in ("Goal", "now", "pace", "target", "at end", "until")))
    objective = None
    for row in rows:
        if row["depth"] == 0 and row["objective"] != objective:
            objective = row["objective"]
            yield Text(str(objective), style="bold blue", no_wrap=True, overflow="ellipsis")
        yield _line(*_cells(row))
        if row["status"] != "on_track":
            owner = f" ({row['owner_role']})" if row["owner_role"] else ""
            yield Padding(Text(f"{row['status_reason']}{owner}", style="dim"), (0, 0, 0, 2 + 2 * (1 + row["depth"])))


def _cells(row: Row) -> list[Text]:
    sign, colour = show.status(row["status"])
    unit = row["unit"] or "count"
    name, segment = row["kpi_label"] or row["kpi_id"], segment_of(row)
    label = Text("  " * row["depth"] + (segment if segment and row["is_of_its_parents_kpi"] else name))
    if segment and not row["is_of_its_parents_kpi"]:
        label.append(f" · {segment}", style="dim")
    is_capped = row["goal_kind"] == "stay"
    return [
        Text(sign or "·", style=colour),
        label,
        Text(show.number(row["current_value"], unit), style="bold"),
        Text("" if is_capped else show.number(row["pace_value"], unit)),
        Text((f"{MODES[row['mode']]} " if is_capped else "") + show.number(row["target_value"], unit)),
        Text("" if is_capped else show.number(row["expected_end_value"], unit)),
        Text(show.day(row["deadline"]).replace(" 20", " "), style="dim"),
    ]


def segment_of(row: Row) -> str:
    """What a goal is about beside its KPI: `paid_search`, or `its parts`; empty for the total."""
    if row["segment_set"] == "parts":
        return "its parts"
    return ", ".join(str(row[name]) for name in DIMENSIONS if row[name] != "(all)")


def _line(sign: Text, label: Text, *figures: Text) -> Table:
    """One line of columns; each is a table of its own, so that a reason may stand between two of them in full width."""
    line = Table(box=None, expand=True, show_header=False, pad_edge=False, padding=(0, 1, 0, 0))
    line.add_column(width=1)
    line.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    for width in (10, 10, 11, 10, 9):
        line.add_column(justify="right", no_wrap=True, width=width)
    line.add_row(sign, label, *figures)
    return line


def _print_foot(console: Console, rows: list[Row], info: dict[str, Any]) -> None:
    currencies = sorted({row["currency"] for row in rows} - {"none"})
    amounts = f" · amounts in {', '.join(currencies)}" if currencies else ""
    if legend := show.status_legend(row["status"] for row in rows):
        console.print(legend)
    console.print(f"[dim]data until {show.day(info['data_until'])}, run {info['run_id'][:8]}{amounts}[/dim]")
