"""Every number of a page equals SQL on the marts, for every filter choice."""

import pytest
from playwright.sync_api import Browser

from orchestration.home import Home
from tests.dashboards.comparing import (
    compare_actions,
    compare_cards,
    compare_funnels,
    compare_goals,
    compare_split,
    compare_trend,
    snapshot,
)
from tests.dashboards.published_rows import CHOICES, read_rows
from tests.dashboards.seen import PERSONAS, opened


@pytest.mark.parametrize("persona", PERSONAS)
def test_every_view_equals_the_marts(browser: Browser, company: Home, persona: str) -> None:
    rows = read_rows(company, persona)
    with opened(browser, company, persona) as seen:
        assert seen.options("view") == rows.views()
        compare_goals(snapshot(seen), rows)
        for view in rows.views():
            seen.choose("view", view)
            shown = snapshot(seen)
            compare_cards(shown, rows, view)
            compare_trend(shown, rows)
            compare_funnels(shown, rows, view)
            compare_actions(shown, rows, view)


@pytest.mark.parametrize("persona", PERSONAS)
def test_every_period_equals_the_marts(browser: Browser, company: Home, persona: str) -> None:
    rows, splits = read_rows(company, persona), 0
    with opened(browser, company, persona) as seen:
        starts = seen.options("period")
        closed = sorted(
            {key[1] for key, row in rows.values.items() if key[0] == rows.grain and not row["is_open_period"]}
        )
        assert starts == closed[::-1][: CHOICES[rows.grain]]
        for start in starts:
            seen.choose("period", start)
            shown = snapshot(seen)
            compare_cards(shown, rows, "total|")
            compare_funnels(shown, rows, "total|")
            splits += compare_split(shown, rows)
        assert splits > len(starts) / 2


@pytest.mark.parametrize("persona", PERSONAS)
def test_the_trend_and_split_of_every_kpi(browser: Browser, company: Home, persona: str) -> None:
    rows = read_rows(company, persona)
    with opened(browser, company, persona) as seen:
        options = seen.options("kpi")
        assert len(options) >= len(rows.board)
        for option in options:
            seen.choose("kpi", option)
            shown = snapshot(seen)
            compare_trend(shown, rows)
            compare_split(shown, rows)
