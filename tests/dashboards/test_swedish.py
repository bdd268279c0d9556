"""A Swedish reader reads Swedish: no text of the rule tables is left in English on a page or in a report."""

import csv
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from dashboards.report import report_message
from dashboards.words import words
from orchestration.home import DBT_PROJECT, Home
from tests.dashboards.seen import PERSONAS, opened, query

# What both languages write alike.
ALIKE = {"segment", "leads", "sessions"}


def seed(name: str) -> list[dict[str, str]]:
    with (DBT_PROJECT / "seeds" / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def rule_texts() -> dict[str, str]:
    """Key of the words → the English text of the rule tables, which own it."""
    checks = seed("action_checks")
    return (
        {f"signal.{row['signal_id']}.action": row["action"] for row in seed("action_signals")}
        | {f"check.{row['kind']}.action": row["action"] for row in checks if row["action"]}
        | {f"check.{row['label']}": row["label"] for row in checks}
        | {f"anomaly.compared.{row['period_grain']}": row["compared_with"] for row in seed("anomaly_grains")}
        | {f"factor.{row['label']}": row["label"] for row in seed("kpi_products") if row["label"]}
    )


def english(catalog: list[dict[str, str]]) -> Iterator[str]:
    """Pieces of English that would be read as such: rule texts around their places, and labels of more than a word."""
    for text in (*rule_texts().values(), "was expected", "which is worse", "which is better"):
        yield from (piece.strip(" .,;:") for piece in re.split(r"\{\w+\}", text))
    for row in catalog:
        if row["label"] != row["label_sv"]:
            yield row["label"]


def test_the_rule_tables_own_the_english_words() -> None:
    known = words()
    assert {key: known[key]["en"] for key in rule_texts()} == rule_texts()
    for key, text in rule_texts().items():
        places = re.compile(r"\{\w+\}")
        assert sorted(places.findall(known[key]["sv"])) == sorted(places.findall(text)), key


def test_every_goal_check_that_a_page_shows_has_words() -> None:
    macro = (DBT_PROJECT / "macros" / "goal_findings.sql").read_text("utf-8")
    shown = re.findall(r"\['\w+', '(\w+)', '(?:error|warning)'", macro)
    assert len(shown) > 10
    assert [name for name in shown if f"goal_check.{name}" not in words()] == []


def leftovers(text: str, company: Home) -> list[str]:
    catalog = query(company, "select label, label_sv from kpi_catalog")
    pieces = {piece for piece in english(catalog) if " " in piece and piece.lower() not in ALIKE}
    goals = query(company, "select objective, owner_role from kpi_goals where objective_sv <> objective")
    assert goals
    pieces |= {goal[name] for goal in goals for name in ("objective", "owner_role")}
    assert len(pieces) > 100
    return [piece for piece in sorted(pieces) if re.search(rf"\b{re.escape(piece)}\b", text, re.IGNORECASE)]


@pytest.mark.parametrize("name", [*PERSONAS, "index"])
def test_no_english_rule_text_is_on_a_swedish_page(browser: Browser, company: Home, name: str) -> None:
    with opened(browser, company, name, "#lang=sv", locale="sv-SE") as seen:
        seen.page.evaluate("document.querySelectorAll('[lang=en]').forEach(one => one.remove())")
        seen.page.evaluate("document.querySelectorAll('script, style, noscript').forEach(one => one.remove())")
        text = " ".join(seen.page.evaluate("document.body.textContent").split())
        assert seen.page.get_attribute("html", "lang") == "sv"
    assert "Vad bör göras?" in text
    assert leftovers(text, company) == []


@pytest.mark.parametrize("persona", PERSONAS)
def test_no_english_rule_text_is_in_a_swedish_report(company: Home, persona: str) -> None:
    body = report_message(company, persona, "sv").get_body(("plain",))
    assert body is not None
    assert leftovers(" ".join(body.get_content().split()), company) == []


def test_the_index_is_in_the_readers_language(browser: Browser, company: Home) -> None:
    for locale, title in (
        ("sv-SE", "Marknadsföringens nyckeltal"),
        ("en-GB", "Marketing KPIs"),
        ("de-DE", "Marketing KPIs"),
    ):
        with opened(browser, company, "index", "", locale=locale) as seen:
            assert seen.page.locator("h1:visible").all_inner_texts() == [title]
            other = "en" if locale == "sv-SE" else "sv"
            seen.page.click(f'[data-choose="{other}"]:visible')
            seen.page.wait_for_selector(f'html[lang="{other}"]', timeout=5_000)  # told a little later
            assert seen.page.locator("h1:visible").count() == 1
            assert "lang=" + other in str(seen.page.locator("h2:visible a").first.get_attribute("href"))
