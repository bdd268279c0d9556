"""The pages for everybody: screen readers, the keyboard, narrow screens, paper, both languages; and soon drawn."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from orchestration.home import Home
from tests.dashboards.seen import PERSONAS, SCHEMES, WIDTHS, opened, query

SERIOUS = ("serious", "critical")
WIDER_THAN_THEIR_PANEL = """[...document.querySelectorAll(".panel table, .panel select, .card p")]
  .filter((one) => one.getBoundingClientRect().right > one.closest(".panel, .card").getBoundingClientRect().right)
  .map((one) => one.textContent.slice(0, 60))"""
# A figure beside a name stays where the others stand: the content of its panel ends there.
BEYOND_THEIR_ROW = """[...document.querySelectorAll(".step > *, .goal dl > div")]
  .filter((one) => one.scrollWidth > one.clientWidth + 1
    || one.getBoundingClientRect().right > one.closest(".panel").getBoundingClientRect().right - 12)
  .map((one) => one.textContent.slice(0, 60))"""


# All four with `make test-slow`; the fast suite has each width and each scheme once.
@pytest.mark.parametrize(
    ("scheme", "width"),
    [
        pytest.param(scheme, width, marks=pytest.mark.slow if (scheme == "dark") == (width == WIDTHS[0]) else [])
        for scheme in SCHEMES
        for width in WIDTHS
    ],
)
def test_axe_finds_nothing_serious_and_nothing_scrolls_sideways(
    browser: Browser, company: Home, scheme: str, width: int
) -> None:
    for name in (*PERSONAS, "index"):
        options = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme, "bypass_csp": True}
        with opened(browser, company, name, **options) as seen:
            found = Axe().run(seen.page).response["violations"]
            assert [
                (one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found if one["impact"] in SERIOUS
            ] == []
            assert seen.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
            assert seen.page.evaluate(WIDER_THAN_THEIR_PANEL) == [], name
            assert seen.page.evaluate(BEYOND_THEIR_ROW) == [], name


@pytest.mark.slow  # by the clock: only a quiet machine tells
@pytest.mark.parametrize("persona", PERSONAS)
def test_a_page_is_drawn_within_three_seconds(browser: Browser, company: Home, persona: str) -> None:
    """The fastest of three: the machine may be busy with other things."""
    drawn = []
    for _ in range(3):
        with opened(browser, company, persona) as seen:
            assert seen.has(".card")
            timing = "performance.timing.domContentLoadedEventEnd - performance.timing.navigationStart"
            drawn.append(seen.page.evaluate(timing))
    assert min(drawn) < 3000, drawn


def test_the_keyboard_reaches_a_card_and_stays_there(browser: Browser, company: Home) -> None:
    with opened(browser, company, "executive") as seen:
        seen.page.focus('.card[data-kpi="nps"] button')
        seen.page.keyboard.press("Enter")
        assert seen.page.evaluate("document.activeElement.closest('.card').dataset.kpi") == "nps"
        assert seen.all(".card[data-chosen]")[0]["kpi"] == "nps"
        assert "NPS" in (seen.page.get_attribute("[data-chart]", "aria-label") or "")


def test_a_column_that_has_no_room_stands_under_the_name(browser: Browser, company: Home) -> None:
    for width, wanted in ((390, 1), (1366, 0)):
        with opened(browser, company, "manager", viewport={"width": width, "height": 900}) as seen:
            row = seen.text("[data-campaign] >> nth=0")
            assert row.count("Campaign conversion rate: ") == wanted
            assert len(re.findall(r"\d%", row)) == 1


def test_what_is_seen_lies_in_the_address(browser: Browser, company: Home) -> None:
    with opened(browser, company, "executive") as seen:
        seen.choose("view", "device|mobile")
        seen.choose("period", "2026-01-01")
        seen.choose("theme", "dark")
        address = seen.page.evaluate("location.hash")
        cards = seen.all("[data-series]")
    with opened(browser, company, "executive", address=address) as seen:
        assert seen.all("[data-series]") == cards
        assert seen.page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_swedish_has_its_own_words_and_numbers(browser: Browser, company: Home) -> None:
    revenue = query(
        company,
        "select value from kpi_values where kpi_id = 'revenue_net' and segment_set = 'total' "
        "and period_grain = 'month' and period_start = date '2026-02-01'",
    )[0]["value"]
    for options in ({"address": "#lang=sv"}, {"address": "", "locale": "sv-SE"}):
        with opened(browser, company, "executive", **options) as seen:
            assert seen.page.get_attribute("html", "lang") == "sv"
            assert seen.text("h1") == "Ledning februari 2026"
            shown = f"{revenue:,.0f}".replace(",", "\u00a0") + "\u00a0SEK"
            assert seen.text('.card[data-kpi="revenue_net"] .value') == shown
            assert seen.text('.card[data-kpi="revenue_net"] h3') == "Nettointäkt"
            assert seen.text("#h-weakest") == "Var är flaskhalsen?"


@pytest.mark.parametrize("persona", PERSONAS)
def test_a_page_prints_on_one_sheet(browser: Browser, company: Home, persona: str) -> None:
    with opened(browser, company, persona, address="#lang=en&theme=dark") as seen:
        sheets = re.findall(rb"/Type\s*/Page\b", seen.page.pdf(prefer_css_page_size=True, print_background=True))
        assert len(sheets) == 1
