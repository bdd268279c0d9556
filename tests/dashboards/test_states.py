"""Every state that a page may be in is shown as it was designed; each is made by SQL in a copy of the marts."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from dashboards.pages import build_pages
from orchestration.home import Home
from orchestration.records import Check, GateRecord, Records, write_json
from tests.dashboards.published_company import HTML_NAME, changed
from tests.dashboards.seen import PERSONAS, opened, query, same

LAST_MONTH = "period_grain = 'month' and period_start = date '2026-02-01'"
TOTAL = f"{LAST_MONTH} and segment_set = 'total'"
# State → statements, KPI of the card, the card's state, words on it.
CARDS = {
    "zero denominator": (
        [
            "update kpi_values set value = null, numerator = 0, denominator = 0 "
            f"where kpi_id = 'cvr_session' and {TOTAL}"
        ],
        ("cvr_session", "zero-denominator", "No value: there are no cases to count yet in February 2026"),
    ),
    "missing source": (
        [
            f"update kpi_values set value = null, is_missing = true where kpi_id = 'revenue_net' and {TOTAL}",
            "update source_status set data_until = date '2026-03-01', last_error = 'shopify: the key is refused' "
            "where source = 'shopify'",
        ],
        ("revenue_net", "missing", "No value: a day of a source is missing"),
    ),
    "no value yet": (
        [f"update kpi_values set value = null, numerator = null, denominator = null where kpi_id = 'nps' and {TOTAL}"],
        ("nps", "no-value", "No value yet"),
    ),
}


def card(kpi_id: str) -> str:
    return f'.card[data-kpi="{kpi_id}"]'


def rebuilt(company: Home, folder: Path, statements: list[str]) -> Home:
    home = changed(company, folder, statements)
    build_pages(home)
    return home


@pytest.mark.parametrize("state", CARDS)
def test_a_card_without_a_value_says_why(browser: Browser, company: Home, tmp_path: Path, state: str) -> None:
    statements, (kpi_id, name, words) = CARDS[state]
    with opened(browser, rebuilt(company, tmp_path, statements), "executive") as seen:
        assert seen.page.get_attribute(card(kpi_id), "data-state") == name
        assert seen.text(f"{card(kpi_id)} .value") == words
        last = query(
            company,
            "select value from kpi_values where kpi_id = ? and period_grain = 'month' and segment_set = 'total' "
            "and period_start = date '2026-01-01'",
            [kpi_id],
        )[0]["value"]
        assert same(seen.page.get_attribute(f"{card(kpi_id)} [data-last-value]", "data-last-value"), last)
        assert "(January 2026)" in seen.text(f"{card(kpi_id)} [data-last-value]")
        banner = seen.has('[data-state="missing-source"]')
        assert banner == (state == "missing source")
        if banner:
            assert "Not every source is fresh: Shopify" in seen.text('[data-role="banner"]')
            assert "not fresh: Shopify" in seen.text('[data-answer="sure"]')
            assert "shopify: the key is refused" in seen.text('[data-source="shopify"]')
            assert "1 lacks a source (Net revenue)" in seen.text('[data-answer="sure"]')


def test_no_previous_period_and_no_target(browser: Browser, company: Home, tmp_path: Path) -> None:
    statements = [
        "update kpi_values set previous_value = null, change = null, change_ratio = null, previous_year_value = null, "
        f"year_change = null, year_change_ratio = null, target_value = null, status = 'no_target' where {TOTAL}",
        "delete from kpi_goals",
        "delete from kpi_change_reasons",
    ]
    with opened(browser, rebuilt(company, tmp_path, statements), "executive") as seen:
        assert seen.text(f'{card("revenue_net")} [data-change="previous"]') == "No value the month before"
        assert seen.text(f'{card("revenue_net")} [data-change="year"]') == "No value a year ago"
        assert seen.text(f'{card("revenue_net")} [data-state="no-target"]') == "No target for the month"
        assert seen.has('[data-state="no-goals"]')
        assert seen.text('[data-answer="track"]') == "No goal is set for these KPIs."
        assert seen.text('[data-answer="moved"]') == "Nothing moved that could be compared."
        assert seen.has('[data-state="no-split"]')


def test_a_target_is_met_missed_or_at_risk_in_words(browser: Browser, company: Home, tmp_path: Path) -> None:
    wanted = {
        "web_users": ("on_track", "✓ Target for the month met: 10"),
        "revenue_net": ("off_track", "✗ Target for the month missed: SEK"),
        "nps": ("at_risk", "! At risk: target for the month 10"),
    }
    statements = [
        f"update kpi_values set target_value = 10, status = '{status}' where kpi_id = '{kpi_id}' and {TOTAL}"
        for kpi_id, (status, _) in wanted.items()
    ]
    with opened(browser, rebuilt(company, tmp_path, statements), "executive") as seen:
        for kpi_id, (status, words) in wanted.items():
            line = seen.page.locator(f"{card(kpi_id)} [data-target]")
            assert line.get_attribute("data-status") == status
            assert line.inner_text().startswith(words)
            assert re.search(r"\([+−]", line.inner_text())


def test_a_month_of_fewer_days_says_so_of_what_adds_up(browser: Browser, company: Home) -> None:
    with opened(browser, company, "executive") as seen:
        assert "3 days fewer" in seen.text(f'{card("revenue_net")} [data-change="previous"]')
        assert "fewer" not in seen.text(f'{card("revenue_net")} [data-change="year"]')
        assert "; per day " in seen.text(f'{card("revenue_net")} [data-change="previous"]')
        told = seen.text('[data-answer="moved"]')
        assert "now 3 days fewer; per day " in told
        # Fewer people come by in a shorter month, which is no worse for it; a rate is no less.
        users = seen.text(f'{card("web_users")} [data-change="previous"]')
        assert users.startswith("▼")
        assert "worse" not in users
        assert "per day" not in users
        assert "3 days fewer" in seen.text(f'{card("web_users")} [data-change="previous"]')
        assert "fewer" not in seen.text(f'{card("cvr_session")} [data-change="previous"]')


def test_a_kpi_of_longer_periods_is_told_and_has_no_card(browser: Browser, company: Home) -> None:
    with opened(browser, company, "manager") as seen:
        assert seen.text('[data-state="other-grain"]') == (
            "No card for Budget used: it is counted by month and quarter, this page by week."
        )
        assert not seen.has(card("budget_used"))


def test_a_board_of_quarters_is_explained_by_months(browser: Browser, company: Home, tmp_path: Path) -> None:
    home = rebuilt(company, tmp_path, ["update kpi_boards set period_grain = 'quarter' where persona = 'executive'"])
    with opened(browser, home, "executive") as seen:
        assert seen.text("h1") == "Executive Q4 2025"
        assert "December 2025: changes are explained by whole months" in seen.text('[data-role="split"]')


@pytest.mark.parametrize("kpi_id", ["revenue_net", "cvr_session"])
def test_effects_beside_each_other_have_as_many_decimals(browser: Browser, company: Home, kpi_id: str) -> None:
    with opened(browser, company, "executive", f"#lang=en&kpi={kpi_id}") as seen:
        shown = seen.page.locator("[data-split] td:last-child").all_inner_texts()
        assert len(shown) > 3
        assert len({len(text.partition(".")[2]) for text in shown}) == 1, shown
        heads = seen.page.locator("[data-split] th:last-child").all_inner_texts()
        assert heads == [{"revenue_net": "Effect (SEK)", "cvr_session": "Effect (percentage points)"}[kpi_id]]


def test_a_goal_that_is_acted_on_stands_on_the_page(browser: Browser, company: Home, tmp_path: Path) -> None:
    goal = query(
        company,
        "select goal_id, kpi_id from kpi_goals where is_active and kpi_id not in "
        "(select kpi_id from kpi_boards where persona = 'specialist') order by goal_id limit 1",
    )[0]
    act = (
        f"update kpi_actions set kpi_id = '{goal['kpi_id']}', owner_role = 'specialist', status = 'open', "
        "priority = 999, led_by = null where action_id = (select min(action_id) from kpi_actions where led_by is null)"
    )
    for statements, is_there in (([act], True), (["delete from kpi_actions"], False)):
        with opened(browser, rebuilt(company, tmp_path / str(is_there), statements), "specialist") as seen:
            assert seen.has(f'[data-goal="{goal["goal_id"]}"]') == is_there


def test_where_all_can_only_be_waited_for_nothing_else_needs_doing(
    browser: Browser, company: Home, tmp_path: Path
) -> None:
    home = rebuilt(company, tmp_path, ["update kpi_actions set data_check = 'settled' where status = 'open'"])
    with opened(browser, home, "manager") as seen:
        due = min(action["due"] for action in seen.all("article[data-action]"))
        lead = seen.text('[data-state="only-waiting"]')
        assert lead.startswith(f"Nothing needs doing before {int(due[8:])} ")
        assert "the weakest step, from " in lead
        assert seen.text('[data-answer="todo"]').startswith("Nothing needs doing before ")
    with opened(browser, company, "manager") as seen:
        assert not seen.has('[data-state="only-waiting"]')


# What only those who run the product know.
JARGON = ("goals.yml", "marts", "settl", "failure line", "stands out", "sticker ut", "kpi_", "instead of")


@pytest.mark.parametrize("persona", PERSONAS)
@pytest.mark.parametrize("language", ["en", "sv"])
def test_a_page_speaks_plainly(browser: Browser, company: Home, persona: str, language: str) -> None:
    with opened(browser, company, persona, f"#lang={language}") as seen:
        text = seen.page.inner_text("body").lower()
    assert [word for word in JARGON if word in text] == []


def test_no_data_for_the_selection(browser: Browser, company: Home) -> None:
    with opened(browser, company, "executive") as seen:
        seen.choose("view", "device|mobile")
        # CAC has no rows by device at all.
        assert seen.text(f"{card('cac_blended')} .value") == "Not counted by device"
        seen.choose("kpi", str(len(seen.options("kpi")) - 3))
        assert seen.page.get_attribute(card("cac_blended"), "data-state") == "not-split"


def test_a_segment_without_rows_in_the_period_and_no_funnel(browser: Browser, company: Home, tmp_path: Path) -> None:
    statements = [f"delete from kpi_values where channel = 'email' and segment_set = 'channel' and {LAST_MONTH}"]
    with opened(browser, rebuilt(company, tmp_path, statements), "executive") as seen:
        seen.choose("view", "channel|email")
        assert seen.page.get_attribute(card("revenue_net"), "data-state") == "no-data"
        assert seen.text(f"{card('revenue_net')} .value") == "No data for this selection"
        assert seen.has('[data-state="no-funnel"]')
        assert seen.has('[data-state="no-action"]')


def test_the_open_period_is_marked_and_cannot_be_chosen(browser: Browser, company: Home) -> None:
    with opened(browser, company, "executive") as seen:
        assert "2026-03-01" not in seen.options("period")
        points = seen.all('[data-chart] [data-state="open-period"]')
        assert [point["period"] for point in points] == ["2026-03-01"]
        assert "Period not over yet" in seen.text('[data-role="trend"]')


def test_no_period_is_complete_yet(browser: Browser, company: Home, tmp_path: Path) -> None:
    home = rebuilt(
        company, tmp_path, ["delete from kpi_values where not is_open_period", "delete from kpi_change_reasons"]
    )
    for persona in ("executive", "manager"):
        with opened(browser, home, persona) as seen:
            assert seen.text('[data-state="no-period"]:visible >> nth=0') == "No period of this length is complete yet."
            assert "There is no value yet." in seen.text('[data-role="sure"]')
            assert "is final and rests" not in seen.text('[data-role="sure"]')
            assert seen.page.is_disabled('[data-filter="period"]')


def test_a_held_back_run_is_told_with_the_date_of_the_numbers(browser: Browser, company: Home, tmp_path: Path) -> None:
    home = changed(company, tmp_path, [])
    records = Records(home.runs, "later")
    write_json(
        records.folder / "run.json",
        {"run_id": "later", "as_of": "2026-03-19T05:30:00+00:00", "started_at": "2026-03-19T05:30:00"},
    )
    records.write_gate(GateRecord("marts", (Check("orders_match_the_shop", "kpi_values", passed=False),)))
    build_pages(home)
    words = (
        "The refresh of 19 Mar 2026 was held back by a check (orders match the shop). "
        "These are the last good numbers, of 18 Mar 2026."
    )
    with opened(browser, home, "manager") as seen:
        assert seen.text('[data-state="held-back"]') == words
        held = "The refresh of 19 Mar 2026 was held back by its checks, so these are older numbers. "
        assert seen.text('[data-answer="sure"]').startswith(held)
        assert words in seen.text('[data-role="sure"]')
    with opened(browser, home, "index", address="") as seen:
        assert seen.text(".banner") == words
    records.write_gate(GateRecord("marts", (Check("orders_match_the_shop", "kpi_values", passed=True),)))
    build_pages(home)
    with opened(browser, home, "manager") as seen:
        assert not seen.has('[data-state="held-back"]')


def test_names_with_html_stay_text(browser: Browser, company: Home) -> None:
    with opened(browser, company, "manager") as seen:
        names = [row["campaign"] for row in seen.all("[data-campaign]")]
        assert HTML_NAME in names
        assert not seen.has("main img, main b:text-is('Spring')")
        assert seen.page.title() == "Nyckeltal · Marketing manager"
        shown = [line["text"] for line in seen.all('[data-role="ranking"] tbody tr')]
        assert any(HTML_NAME in text for text in shown)
    for file in company.pages.glob("*.html"):
        assert "<img" not in file.read_text("utf-8")


def test_the_campaigns_are_those_of_the_largest_spend(browser: Browser, company: Home) -> None:
    with opened(browser, company, "manager") as seen:
        start = seen.page.input_value('[data-filter="period"]')
        rows = query(
            company,
            "select campaign, value from kpi_values where kpi_id = 'spend' and segment_set = 'campaign' "
            "and period_grain = 'week' and period_start = ? and value > 0 order by value desc, campaign limit 20",
            [start],
        )
        shown = seen.all("[data-campaign]")
        assert [row["campaign"] for row in shown] == [row["campaign"] for row in rows]
        assert [float(row["spend"]) for row in shown] == pytest.approx([row["value"] for row in rows])
