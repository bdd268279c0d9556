"""`nyckeltal kpi ID`: one KPI over time, or by a dimension."""

from datetime import date
from difflib import get_close_matches
from typing import Any

from rich.table import Table
from rich.text import Text

from orchestration.cli import FAILED, WRONG_USAGE, show
from orchestration.cli.as_known import NotKeptError, read_as_known
from orchestration.cli.marts import DIMENSIONS, Marts, NothingPublishedError, Row, open_marts
from orchestration.cli.output import complain, out, print_json
from orchestration.home import Home

PERIODS = {"day": 14, "week": 13, "month": 13, "quarter": 9}


class WrongQuestionError(Exception):
    """The marts hold no such series; the text says which there are."""


def kpi(
    kpi_id: str,
    grain: str,
    date_from: str | None,
    date_to: str | None,
    by: str | None,
    as_json: bool,
    as_known_on: str | None = None,
) -> int:
    """Exit code 1 when nothing is published yet, 2 for a KPI, grain or dimension that does not exist."""
    try:
        first, last = (date.fromisoformat(text) if text else None for text in (date_from, date_to))
        known_on = date.fromisoformat(as_known_on) if as_known_on else None
        dimensions = _dimensions(by)
        home = Home.find()
        with open_marts(home.marts) as marts:
            known = known_kpi(marts, kpi_id)
            rows = (
                _as_known(marts, home, kpi_id, grain, first, last, dimensions, known_on)
                if known_on
                else read(marts, kpi_id, grain, first, last, dimensions)
            )
            info = marts.info()
    except NothingPublishedError as error:
        complain(error)
        return FAILED
    except (WrongQuestionError, NotKeptError, ValueError) as error:
        complain(error)
        return WRONG_USAGE
    if as_json:
        told = {"run_id": info["run_id"], "data_until": info["data_until"], "as_known_on": known_on}
        print_json({**told, "kpi": known, "values": rows})
    elif known_on:
        _print_as_known(known, grain, dimensions, rows, known_on)
    else:
        _print(known, grain, dimensions, rows, info)
    return 0


def read(
    marts: Marts, kpi_id: str, grain: str, first: date | None, last: date | None, dimensions: list[str]
) -> list[Row]:
    """Rows of the KPI's newest version, newest period first, then the largest value.

    Without a range: the last periods, or by a dimension the last complete one. Raises WrongQuestionError.
    """
    segment_set = _segment_set(marts, kpi_id, grain, dimensions)
    rows = marts.rows(
        "select * from kpi_values where kpi_id = ? and period_grain = ? and segment_set = ? "
        "and kpi_version = (select max(kpi_version) from kpi_values where kpi_id = ?) "
        f"order by period_start desc, value desc nulls last, {', '.join(DIMENSIONS)}, attribution_basis",
        [kpi_id, grain, segment_set, kpi_id],
    )
    return _shown(rows, grain, first, last, bool(dimensions))


def _as_known(
    marts: Marts,
    home: Home,
    kpi_id: str,
    grain: str,
    first: date | None,
    last: date | None,
    dimensions: list[str],
    known_on: date,
) -> list[Row]:
    rows = read_as_known(marts, home.history, kpi_id, grain, _segment_set(marts, kpi_id, grain, dimensions), known_on)
    return _shown(rows, grain, first, last, bool(dimensions))


def _shown(rows: list[Row], grain: str, first: date | None, last: date | None, is_one_period: bool) -> list[Row]:
    """Those of the range; without one those of the last periods, or of the last complete one."""
    if first or last:
        return [row for row in rows if (first or date.min) <= row["period_start"] <= (last or date.max)]
    periods = sorted({row["period_start"] for row in rows}, reverse=True)
    if is_one_period and periods:
        complete = [row["period_start"] for row in rows if not row["is_open_period"]]
        periods = [max(complete, default=periods[0])]
    shown = set(periods[: PERIODS.get(grain, 1)])  # of a period to date there is one
    return [row for row in rows if row["period_start"] in shown]


def _dimensions(by: str | None) -> list[str]:
    names = [name.strip() for name in (by or "").split(",") if name.strip()]
    if unknown := [name for name in names if name not in DIMENSIONS]:
        raise WrongQuestionError(f"there is no dimension {unknown[0]!r}; there are {', '.join(DIMENSIONS)}")
    return names


def known_kpi(marts: Marts, kpi_id: str) -> Row:
    """The KPI's row of the catalogue; WrongQuestionError names near ones if there is none."""
    catalog = marts.catalog()
    if kpi_id in catalog:
        return catalog[kpi_id]
    near = get_close_matches(kpi_id, catalog, n=3, cutoff=0.4)
    hint = f"; did you mean {', '.join(near)}?" if near else ""
    raise WrongQuestionError(f"there is no KPI {kpi_id!r}{hint}")


def _segment_set(marts: Marts, kpi_id: str, grain: str, dimensions: list[str]) -> str:
    """The set of these dimensions in either order; `platform` for a KPI that has no total over platforms."""
    there = {
        (row["period_grain"], row["segment_set"])
        for row in marts.rows("select distinct period_grain, segment_set from kpi_values where kpi_id = ?", [kpi_id])
    }
    wanted = {"_x_".join(dimensions), "_x_".join(reversed(dimensions))} if dimensions else {"total", "platform"}
    found = sorted((name for held, name in there if held == grain and name in wanted), reverse=True)
    if found:
        return found[0]
    offered = ", ".join(f"{name} by {held}" for held, name in sorted(there)) or "none"
    raise WrongQuestionError(
        f"{kpi_id} has no values by {grain}"
        + (f" and {' and '.join(dimensions)}" if dimensions else "")
        + f"; there are: {offered}"
    )


def _print(known: Row, grain: str, dimensions: list[str], rows: list[Row], info: Row) -> None:
    console = out()
    console.print(f"[bold]{known['label']}[/bold]  [dim]{known['kpi_id']} · {known['stage']} · {known['class']}[/dim]")
    if known.get("formula"):
        console.print(f"[dim]{known['formula']}[/dim]")
    is_one_period = bool(dimensions) and len({row["period_start"] for row in rows}) == 1
    if is_one_period:
        console.print(f"[bold]{show.period(grain, rows[0]['period_start'])}[/bold]")
    by = dimensions or (["platform"] if rows and rows[0]["segment_set"] == "platform" else [])
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="dim", expand=True)
    if not is_one_period:
        table.add_column(grain, no_wrap=True)
    for name in by:
        table.add_column(name.replace("_", " "), no_wrap=True, overflow="ellipsis", ratio=1)
    table.add_column("value", justify="right", no_wrap=True)
    table.add_column("", width=2, no_wrap=True)
    table.add_column("previous", no_wrap=True, width=11)
    table.add_column("year ago", no_wrap=True, width=11)
    if not by:
        table.add_column("", ratio=1)
    largest = max((abs(row["value"]) for row in rows if row["value"] is not None), default=0) or 1
    for row in rows:
        cells = _cells(known, grain, by, row, largest)
        table.add_row(*(cells[1:] if is_one_period else cells))
    console.print(table)
    console.print(f"[dim]data until {show.day(info['data_until'])}, run {info['run_id'][:8]}[/dim]")


def _print_as_known(known: Row, grain: str, dimensions: list[str], rows: list[Row], known_on: date) -> None:
    """The value of then beside that of now."""
    console = out()
    console.print(f"[bold]{known['label']}[/bold] as known on {show.day(known_on)}  [dim]{known['kpi_id']}[/dim]")
    by = dimensions or (["platform"] if rows and rows[0]["segment_set"] == "platform" else [])
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in (grain, *by):
        table.add_column(name, no_wrap=True)
    for name in ("known then", "", "known now"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        currency = row["currency"] if row["currency"] != "none" else ""
        then, now = (show.number(row[name], known["unit"], currency) for name in ("value", "value_now"))
        mark = "provisional" if row["is_provisional"] else ""
        table.add_row(
            show.period(grain, row["period_start"]),
            *(str(row[name]) for name in by),
            "missing" if row["is_missing"] else then,
            Text(mark, style="yellow"),
            Text(now, style="bold" if now != then else "dim"),
        )
    console.print(table)


def _cells(known: Row, grain: str, by: list[str], row: Row, largest: float) -> list[Any]:
    unit, currency = known["unit"], row["currency"] if row["currency"] != "none" else ""
    start = show.period(grain, row["period_start"]) + (" (open)" if row["is_open_period"] else "")
    value = "missing" if row["is_missing"] else show.number(row["value"], unit, currency)
    cells: list[Any] = [
        start,
        *(Text(str(row[name])) for name in by),  # a vendor's text, whatever brackets it holds
        Text(value, style="bold"),
        Text(show.marks(row), style="yellow"),
    ]
    for since in ("previous", "year"):
        text, moved = show.change(row, since, unit)
        cells.append(Text(text, style=show.change_colour(row, since, moved, known["direction"])))
    if not by:
        cells.append(Text("▆" * round(18 * abs(row["value"] or 0) / largest), style="blue"))
    return cells
