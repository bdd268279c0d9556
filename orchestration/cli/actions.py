"""`nyckeltal actions`: what to do about KPIs that moved: the open actions in their order, or all, newest first."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from orchestration.cli import FAILED, show
from orchestration.cli.marts import DIMENSIONS, Marts, NothingPublishedError, Row, open_marts
from orchestration.cli.output import complain, out, print_json
from orchestration.home import Home

TONES = {"worse": "red", "better": "green"}


def actions(show_all: bool, as_json: bool) -> int:
    """Exit code 1 when nothing is published yet."""
    try:
        with open_marts(Home.find().marts) as marts:
            rows, info = read(marts, show_all), marts.info()
    except NothingPublishedError as error:
        complain(error)
        return FAILED
    if as_json:
        print_json({"run_id": info["run_id"], "data_until": info["data_until"], "actions": rows})
        return 0
    console = out()
    if not rows:
        console.print("No action is open." if not show_all else "No action was ever proposed.")
    shown = rows if show_all else [row for row in rows if not row["led_by"]]
    for row in shown:
        led = [other for other in rows if other["led_by"] == row["action_id"]]
        for part in _lines(row, [] if show_all else led):
            console.print(part)
        console.print()
    console.print(f"[dim]data until {show.day(info['data_until'])}, run {info['run_id'][:8]}[/dim]")
    return 0


def read(marts: Marts, show_all: bool) -> list[Row]:
    """The open actions in their order, or all, newest first.

    With the label and unit of their KPI, and their checks as `check_rows`.
    """
    rows = marts.rows(
        f"select * from kpi_actions where status = 'open' or {show_all} "
        "order by proposed_on desc, period_start desc, abs(score) desc nulls last, action_id"
    )
    if not show_all:
        rows = in_order(rows)
    checks: dict[str, list[Row]] = {}
    for check in marts.rows("select * from kpi_action_checks order by action_id, check_no"):
        checks.setdefault(check["action_id"], []).append(check)
    catalog = marts.catalog()
    for row in rows:
        known = catalog.get(row["kpi_id"], {})
        row |= {"label": known.get("label", row["kpi_id"]), "unit": known.get("unit", "count")}
        row["check_rows"] = checks.get(row["action_id"], [])
    return rows


def in_order(rows: list[Row]) -> list[Row]:
    """Open actions by their priority; what is led comes after its lead."""
    places = {row["action_id"]: row["priority"] for row in rows if row["priority"]}
    return sorted(rows, key=lambda row: (places[lead_of(row)], bool(row["led_by"]), row["action_id"]))


def lead_of(row: Row) -> str:
    """The action that stands for this one: another of the same cause, or itself."""
    return str(row["led_by"] or row["action_id"])


def segment_text(row: Row) -> str:
    """` · mobile`; nothing for a total."""
    values = [str(row[name]) for name in DIMENSIONS if row.get(name, "(all)") != "(all)"]
    return f" · {', '.join(values)}" if values else ""


def _lines(row: Row, led: list[Row]) -> Iterator[RenderableType]:
    head = Table.grid(expand=True, padding=(0, 1, 0, 0))
    head.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    head.add_column(justify="right", no_wrap=True)
    sign = Text("▲ " if row["movement"] == "up" else "▼ ", style=TONES.get(row["tone"], "default"))
    head.add_row(
        sign + Text(row["label"], style="bold") + Text(segment_text(row), style="dim"),
        Text(show.period(row["period_grain"], row["period_start"])),
    )
    yield head
    yield _indented(Text(row["reason"]))
    for check in row["check_rows"]:
        if check["outcome"] == "found":
            yield _indented(Text.assemble(("! ", "yellow"), f"{check['label']}: {check['finding']}"))
    for outcome, words in (("ok", "ok"), ("not_available", "not available")):
        if labels := [check["label"] for check in row["check_rows"] if check["outcome"] == outcome]:
            yield _indented(Text(f"{words}: {', '.join(labels)}", style="dim"))
    yield _indented(Text.assemble("→ ", (row["proposed_action"], "bold")))
    if led:
        names = ", ".join(f"{other['label']}{segment_text(other)}" for other in led)
        yield _indented(Text(f"the same for: {names}", style="dim"))
    yield _indented(Text(_dates(row), style="dim"))


def _dates(row: Row) -> str:
    """Who and until when; what is expected of it, and what came of it."""
    first = f"{row['owner_role']}, by {show.day(row['due_date'])}; "
    expected = _percent(row["expected_effect"])
    if row["status"] == "open":
        return f"{first}expected {expected}, measured on {show.day(row['measure_date'])}"
    if row["status"] == "not_measured":
        return f"{first}expected {expected}, no value on {show.day(row['measure_date'])}"
    value = show.number(row["measured_value"], row["unit"], row["currency"] if row["currency"] != "none" else "")
    return f"{first}expected {expected}, measured {_percent(row['measured_effect'])}: {value}"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:+.0f} %"


def _indented(text: Text) -> Padding:
    return Padding(text, (0, 0, 0, 2))
