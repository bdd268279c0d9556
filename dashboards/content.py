"""All that one persona's page holds, as data for JSON: read in one connection, so that it comes from one run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dashboards.actions import packed_actions, page_actions
from dashboards.axis import Axis, explained_by, explaining_axis, read_axis
from dashboards.benchmarks import read_benchmarks
from dashboards.changes import packed_changes, read_reasons
from dashboards.drawn import mark
from dashboards.funnels import funnel_kpis, packed_funnels, selections
from dashboards.goals import packed_goals, page_goals
from dashboards.lengths import PER_DAY, grows_with_time, packed_lengths, packed_per_day
from dashboards.numbers import LANGUAGES
from dashboards.rankings import EARNED_WITH_FEES, FIGURES, read_ranking
from dashboards.sentences import Facts, answers
from dashboards.series import DETAILS, FLAGS, Series, no_series, read_series, segments, shown_series
from dashboards.trust import HeldBack, packed_trust
from dashboards.views import PERSONAS
from orchestration.cli.marts import Marts, Row

KPI = ("kpi_id", "label", "label_sv", "unit", "direction", "grains", "formula")


@dataclass(frozen=True)
class Content:
    """`data`: for the page's JSON. `answers`: language → question → sentence of the last closed period, if any."""

    persona: str
    data: Mapping[str, Any]
    answers: Mapping[str, Mapping[str, str]]


def read_content(marts: Marts, persona: str, held: HeldBack | None) -> Content:
    info, catalog, sources = marts.info(), marts.catalog(), marts.sources()
    board = marts.rows("select * from kpi_boards where persona = ? order by position", [persona])
    kpis = [row["kpi_id"] for row in board if row["kpi_id"] in catalog]
    axis = read_axis(marts, str(board[0]["period_grain"]) if board else "month")
    explaining = explaining_axis(marts, axis)
    series = read_series(marts, kpis, axis) | no_series(catalog, kpis, axis)
    shown = shown_series(series, kpis, axis)
    offered = segments(series.values())
    chosen = selections(offered)
    counted = read_series(marts, funnel_kpis(persona), explaining)
    funnels = packed_funnels(persona, counted, explaining, chosen)
    reasons = read_reasons(marts, kpis, explaining)
    currency = next((row["currency"] for row in marts.rows(_CURRENCY)), "")
    own = {*kpis, *(row["kpi_id"] for row in page_goals(marts, board))}
    actions = page_actions(marts, persona, own, currency)
    goals = page_goals(marts, board, {row["kpi_id"] for row in actions if row["status"] == "open"})
    explained = explained_by(axis, explaining)
    ranking = read_ranking(marts, persona, explaining)
    short: dict[str, Any] = {}
    for start, other in explained.items():
        facts = Facts(
            persona=persona,
            catalog=catalog,
            info=info,
            held=held,
            sources=sources,
            goals=goals,
            actions=actions,
            grain=axis.grain,
            start=start,
            shown=shown,
            explained_grain=explaining.grain,
            explained=other,
            reasons=reasons.get(other, []) if other else [],
            funnels=funnels.get("total|", {}).get(other.isoformat(), []) if other else [],
            campaigns=_earning(ranking, other),
        )
        short[start.isoformat()] = {language: answers(facts, language) for language in LANGUAGES}
    named = {*kpis, *(row["kpi_id"] for row in goals), *(row["kpi_id"] for row in actions)}
    named |= {led["kpi_id"] for row in actions for led in row["led"]}
    data = {
        "persona": persona,
        "personas": PERSONAS,
        "mark": mark(info, held),
        **_head(info),
        **_periods(axis, explaining),
        "lengths": packed_lengths(axis),
        "explained_by": {start.isoformat(): other and other.isoformat() for start, other in explained.items()},
        "flags": FLAGS,
        "details": (*DETAILS, "target_off", *(name for name, *_ in PER_DAY)),
        "filters": offered,
        "kpis": {kpi_id: _kpi(catalog[kpi_id]) for kpi_id in sorted(named & set(catalog))},
        "board": kpis,
        "benchmarks": read_benchmarks(marts, axis),
        "shown": [item.key for item in shown],
        "series": _packed(series, shown, axis, catalog),
        "goals": packed_goals(marts, goals),
        "changes": packed_changes(marts, kpis, explaining, reasons, axis.grain),
        "funnels": funnels,
        "ranking": ranking,
        "figures": _figures(catalog, currency),
        "actions": packed_actions(actions, catalog, info["data_until"]),
        "trust": packed_trust(marts, info, held),
        "short": short,
    }
    last = short[axis.last.isoformat()] if axis.last else {}
    return Content(persona, data, last)


def _earning(ranking: Mapping[str, Any] | None, start: date | None) -> Mapping[str, Any] | None:
    """What the campaigns of a period bring in, where the page lists them."""
    if start is None or ranking is None or ranking["kind"] != "campaigns":
        return None
    found = ranking["periods"].get(start.isoformat())
    return found and found["earning"]


def _kpi(known: Row) -> dict[str, Any]:
    return {name: known[name] for name in KPI} | {"grows_with_time": grows_with_time(known)}


def _figures(catalog: Mapping[str, Row], currency: str) -> dict[str, Any]:
    """The figures of a ranking of campaigns: name, unit and currency."""
    return {
        name: {key: catalog[name][key] for key in ("label", "label_sv", "unit")} | {"currency": currency}
        for name in (*FIGURES, EARNED_WITH_FEES)
        if name in catalog
    }


def _head(info: Row) -> dict[str, Any]:
    return {
        "run_id": info["run_id"],
        "as_of": info["as_of"].date().isoformat(),
        "data_until": info["data_until"].isoformat(),
    }


def _periods(axis: Axis, explaining: Axis) -> dict[str, Any]:
    return {
        "grain": axis.grain,
        "explaining_grain": explaining.grain,
        "periods": [start.isoformat() for start in axis.starts],
        "choices": [start.isoformat() for start in axis.choices],
        "open_period": axis.open_start and axis.open_start.isoformat(),
    }


def _packed(
    series: Mapping[str, Series], shown: Sequence[Series], axis: Axis, catalog: Mapping[str, Row]
) -> dict[str, Any]:
    """Without platforms that no board shows: a total stands for them."""
    keys = {item.key for item in shown}
    return {
        key: item.packed(axis) | packed_per_day(catalog[item.kpi_id], axis, item.rows)
        for key, item in series.items()
        if item.segment_set != "platform" or key in keys
    }


_CURRENCY = "select distinct currency from kpi_values where currency <> 'none' order by currency limit 1"
