"""`nyckeltal why ID`: a change, the sentence that explains it, and its split by segment and by factor."""

from datetime import date
from typing import Any

from rich.table import Table
from rich.text import Text

from orchestration.cli import FAILED, WRONG_USAGE, show
from orchestration.cli.kpi import WrongQuestionError, known_kpi
from orchestration.cli.marts import DIMENSIONS, Marts, NothingPublishedError, Row, open_marts
from orchestration.cli.output import complain, out, print_json
from orchestration.home import Home

AGAINST = {"previous": "the {grain} before", "previous_year": "the same {grain} a year before"}
NO_SPLIT = {
    "zero": "a factor is 0 in one of the two periods",
    "no_value": "a factor has no value in one of the two periods",
    "sign_change": "a factor or the KPI changes its sign",
    "missing": "a source of a factor misses a day",
}


def why(kpi_id: str, grain: str, period: str | None, by: str | None, against: str, as_json: bool) -> int:
    """Exit code 1 when nothing is published yet, 2 for a KPI, period or dimension that has no split."""
    try:
        with open_marts(Home.find().marts) as marts:
            content = read(marts, kpi_id, grain, _day(period), by, against)
    except NothingPublishedError as error:
        complain(error)
        return FAILED
    except WrongQuestionError as error:
        complain(error)
        return WRONG_USAGE
    if as_json:
        print_json(content)
    else:
        _print(content)
    return 0


def read(marts: Marts, kpi_id: str, grain: str, day: date | None, by: str | None, against: str) -> dict[str, Any]:
    """One change of the KPI's newest version as data: `reason`, `segments` and `factors`.

    `day`: any of the period, None = the last complete one; `by`: None = the set that explains most. Raises
    WrongQuestionError.
    """
    if by and by not in DIMENSIONS:
        raise WrongQuestionError(f"there is no dimension {by!r}; there are {', '.join(DIMENSIONS)}")
    known, info = known_kpi(marts, kpi_id), marts.info()
    change = [kpi_id, known["kpi_version"], grain, against]
    start = _start(marts, change, day)
    reasons = marts.rows(f"select * from kpi_change_reasons where {_CHANGE} and period_start = ?", [*change, start])
    reason = reasons[0] if reasons else None
    segment_set = by or (reason["leading_set"] if reason else None)
    content = {"run_id": info["run_id"], "data_until": info["data_until"], "kpi": known, "grain": grain}
    in_set = [*change, start, segment_set or "total"]
    segments = marts.rows(f"select * from kpi_changes where {_IN_SET} order by effect_rank", in_set)
    # By a dimension that was asked for (or a platform, where there is no total), each segment's factors.
    own_set = [*change, start, by or ("total" if reason else "platform")]
    factors = marts.rows(f"select * from kpi_change_factors where {_IN_SET} {_FACTOR_ORDER}", own_set)
    if by and not segments and not factors:
        sets = marts.rows(
            "select distinct segment_set from (select * from kpi_changes union all by name from kpi_change_factors) "
            f"where {_CHANGE} and segment_set <> 'total' order by all",
            change,
        )
        offered = ", ".join(row["segment_set"] for row in sets) or "nothing"
        raise WrongQuestionError(f"changes of {kpi_id} are not split by {by}, but by {offered}")
    return content | {
        "period_start": start,
        "comparison": against,
        "reason": reason,
        "segment_set": segment_set,
        "segments": segments if segment_set else [],
        "factors": factors,
    }


_CHANGE = "kpi_id = ? and kpi_version = ? and period_grain = ? and comparison = ?"
_IN_SET = f"{_CHANGE} and period_start = ? and segment_set = ?"
_FACTOR_ORDER = f"order by abs(value1 - value0) desc, {', '.join(DIMENSIONS)}, factor_position"


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise WrongQuestionError(f"{text!r} is no day; write it like 2026-02-01") from None


def _start(marts: Marts, change: list[object], day: date | None) -> date:
    """First day of the period that holds `day`; of the last one that has a change."""
    rows = marts.rows(
        f"select period_start from kpi_changes where {_CHANGE} "
        f"union select period_start from kpi_change_factors where {_CHANGE} order by period_start",
        [*change, *change],
    )
    starts: list[date] = [row["period_start"] for row in rows]
    kpi_id, _, grain, _ = change
    if not starts:
        raise WrongQuestionError(
            f"{kpi_id} has no change by {grain} that adds up from parts; `nyckeltal kpi {kpi_id}` shows its values"
        )
    if day is None:
        return starts[-1]
    wanted = date.fromisocalendar(*day.isocalendar()[:2], 1) if grain == "week" else day.replace(day=1)
    if wanted not in starts:
        raise WrongQuestionError(
            f"{kpi_id} has no change for the {grain} of {wanted}; there are changes from {starts[0]} to {starts[-1]}"
        )
    return wanted


def _print(content: dict[str, Any]) -> None:
    console, known, reason = out(), content["kpi"], content["reason"]
    console.print(f"[bold]{known['label']}[/bold]  [dim]{known['kpi_id']} · {known['stage']} · {known['class']}[/dim]")
    if known.get("formula"):
        console.print(Text(known["formula"], style="dim"))
    against = AGAINST[content["comparison"]].format(grain=content["grain"])
    console.print(f"[bold]{show.period(content['grain'], content['period_start'])}[/bold] against {against}\n")
    if reason:
        console.print(Text(reason["sentence"]))
        console.print()
    if content["segments"]:
        console.print(_segments(content))
        console.print()
    if content["factors"]:
        console.print(_factors(content))
        console.print()
    console.print(f"[dim]data until {show.day(content['data_until'])}, run {content['run_id'][:8]}[/dim]")


def _table(first: str, numbers: list[str]) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="dim", expand=True, pad_edge=False)
    table.add_column(first, no_wrap=True, overflow="ellipsis", ratio=1)
    for name in numbers:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _segments(content: dict[str, Any]) -> Table:
    """A line per segment, the largest effects first, and the whole; ratios by kind, sums by their share."""
    unit, name, rows = content["kpi"]["unit"], content["segment_set"], content["segments"]
    total0, total1 = rows[0]["total0"], rows[0]["total1"]
    is_ratio = rows[0]["rate_effect"] is not None
    kinds = ("rate_effect", "mix_effect", "interaction_effect") if is_ratio else ()
    headings = ["values", "mix", "both"] if is_ratio else []
    points = "points" if unit in ("ratio", "index") else _currency(rows[0]) or "effect"
    table = _table(name.replace("_", " "), ["before", "now", *headings, points, *([] if is_ratio else ["share"])])
    for row in rows:
        effects = [show.effect(row[kind], unit, total1 - total0) for kind in (*kinds, "effect")]
        share = [] if is_ratio else [show.number(row["share_of_change"], "ratio")]
        table.add_row(
            Text(str(row[name])), show.number(row["value0"], unit), show.number(row["value1"], unit), *effects, *share
        )
    sums = [show.effect(sum(row[kind] for row in rows), unit, total1 - total0) for kind in (*kinds, "effect")]
    share = [] if is_ratio else ["100 %" if total1 != total0 else "–"]
    table.add_row("all", show.number(total0, unit), show.number(total1, unit), *sums, *share, style="bold")
    return table


def _factors(content: dict[str, Any]) -> Table:
    """The whole: a line per factor. By a dimension: a line per segment, a column per factor."""
    unit, rows = content["kpi"]["unit"], content["factors"]
    name = rows[0]["segment_set"]
    if name == "total":
        return _factors_of_total(unit, rows)
    labels = {row["factor_position"]: row["factor_label"] for row in rows}
    table = _table(f"{name.replace('_', ' ')} by factor", [labels[position] for position in sorted(labels)])
    cells: dict[str, list[Row]] = {}
    for row in rows:
        cells.setdefault(row[name], []).append(row)
    for segment, factors in cells.items():
        change = factors[0]["value1"] - factors[0]["value0"]
        table.add_row(Text(segment), *(show.effect(row["effect"], unit, change) for row in factors))
    return table


def _factors_of_total(unit: str, rows: list[Row]) -> Table:
    change = rows[0]["value1"] - rows[0]["value0"]
    points = "points" if unit in ("ratio", "index") else _currency(rows[0]) or "effect"
    table = _table("factor", ["before", "now", points, "share"])
    for row in rows:
        label = Text(("÷ " if row["factor_exponent"] < 0 else "") + row["factor_label"])
        values = (show.number(row[column], row["factor_unit"]) for column in ("factor0", "factor1"))
        table.add_row(
            label, *values, show.effect(row["effect"], unit, change), show.number(row["share_of_change"], "ratio")
        )
    if reason := rows[0]["no_split_reason"]:
        table.caption = f"not split: {NO_SPLIT[reason]}"
    return table


def _currency(row: Row) -> str:
    return "" if row["currency"] == "none" else str(row["currency"])
