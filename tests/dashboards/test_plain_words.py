"""What a reader who knows only the page must not misread: differences, decimals, verdicts, marks and line breaks."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from dashboards.action_words import action_text, check_text, values_like
from dashboards.actions import turned_out
from dashboards.change_words import change_sentence
from dashboards.funnel_words import weakest_sentence
from dashboards.goals import warning
from dashboards.numbers import apart, rates_apart
from dashboards.pages import build_pages
from dashboards.rankings import SHOWN, largest
from dashboards.sentences import QUESTIONS
from orchestration.home import Home
from tests.dashboards.published_company import changed
from tests.dashboards.seen import GAP, PERSONAS, opened, query


def rebuilt(company: Home, folder: Path, statements: list[str]) -> Home:
    home = changed(company, folder, statements)
    build_pages(home)
    return home


@pytest.mark.parametrize(
    ("value", "other", "unit", "told"),
    [
        (35.556, 33.107, "index", f"2.5{GAP}points"),
        (0.5899, 0.5873, "ratio", f"0.3{GAP}percentage points"),
        (0.022756, 0.021906, "ratio", f"0.09{GAP}percentage points"),
        (0.5899, 0.5897, "ratio", f"0.02{GAP}percentage points"),  # shown as the same
        (200.4, 218.2, "money", f"SEK{GAP}18"),
    ],
)
def test_a_difference_is_that_of_the_values_shown(value: float, other: float, unit: str, told: str) -> None:
    assert apart(value, other, unit, "SEK", "en") == told


@pytest.mark.parametrize(
    ("rate", "previous", "told"),
    [
        (0.5899, 0.5873, ("59.0%", "58.7%", f"+0.3{GAP}percentage points")),
        (0.5899, 0.5897, ("58.99%", "58.97%", f"+0.02{GAP}percentage points")),  # the same with one decimal
        (0.0223, 0.0228, ("2.23%", "2.28%", f"−0.05{GAP}percentage points")),
        (0.0987, 0.1012, ("9.9%", "10.1%", f"−0.2{GAP}percentage points")),
        (0.5, 0.5, ("50.0%", "50.0%", f"0.0{GAP}percentage points")),
    ],
)
def test_the_points_between_two_rates_are_those_of_what_is_shown(
    rate: float, previous: float, told: tuple[str, str, str]
) -> None:
    assert rates_apart(rate, previous, "en") == told


def finding(value: float, base: float, movement: str, additivity: str = "A", **own: Any) -> str:
    check: dict[str, Any] = {"kind": "segments", "label": "channel that moved most", "outcome": "found"}
    check |= {"kpi_id": None, "segment_set": "channel", "found_name": "unknown", "found_share": 0.9}
    row = action(movement=movement, reporting_currency="SEK", **own)
    catalog = {"leads": {"unit": "count", "additivity": additivity}}
    return check_text(row, check | {"found_value": value, "found_base": base}, catalog, {}, "en")[1]


def test_a_check_of_all_segments_says_so_where_the_action_names_another() -> None:
    told = finding(4204.0, 8710.0, "down", channel="cross_network")
    assert told.startswith("Of all channels Unknown channel fell most: 4,204 after 8,710; ")
    assert finding(90.0, 80.0, "up", channel="email").startswith(
        "Of all channels Unknown channel rose most: 90 after 80"
    )
    # Its part in a rate fell, not its value; of rates another may have fallen more.
    assert finding(90.0, 80.0, "down", channel="email").startswith("Of all channels Unknown channel moved it most: ")
    assert finding(1.6, 2.3, "down", "R", channel="email").startswith("Of all channels Unknown channel moved it most: ")
    for same in ({"channel": "unknown"}, {"channel": "(all)", "segment_set": "total"}):
        assert finding(4204.0, 8710.0, "down", **same).startswith("in the whole company Unknown channel, 4,204 after ")


def action(**own: Any) -> dict[str, Any]:
    row = {"signal_id": "better_than_expected", "kpi_id": "leads", "segment_set": "channel", "start_segment": None}
    segments = dict.fromkeys(
        ("platform", "source_medium", "campaign", "country", "device", "landing_page", "customer_type"), "(all)"
    )
    values = {"value": 0.0, "expected_value": 10.0, "measured_value": None, "tone": "worse"}
    return row | segments | values | {"channel": "email", "proposed_action": "", "check_rows": []} | own


@pytest.mark.parametrize(
    ("tone", "measured", "found"),
    [
        ("worse", None, None),
        ("worse", 6.0, "back"),
        ("worse", 4.0, "not_back"),
        ("worse", 30.0, "back"),  # better still
        ("neutral", 30.0, "not_back"),  # as far off on the other side
        ("better", 4.0, "lasted"),
        ("better", 6.0, "not_lasted"),
    ],
)
def test_an_earlier_action_has_a_verdict(tone: str, measured: float | None, found: str | None) -> None:
    assert turned_out(action(tone=tone, measured_value=measured)) == found


def test_a_segment_that_is_not_known_is_to_be_found_out_and_not_scaled() -> None:
    assert "consider scaling" in action_text(action(), "en")
    for channel in ("unknown", "(other)"):
        assert action_text(action(channel=channel), "en").startswith("Find out what is behind “")
    whole = action(segment_set="total", channel="(all)", start_set="channel", start_segment="unknown")
    assert "Start with" not in action_text(whole, "en")
    assert "Start with E-mail." in action_text(whole | {"start_segment": "email"}, "en")


def test_values_of_one_kpi_have_the_decimals_of_its_largest() -> None:
    rows = [action(value=11.3), action(value=-20.0, measured_value=3.0), action(kpi_id="cpc", value=0.1)]
    assert values_like(rows) == {"leads": -20.0, "cpc": 10.0}


def test_what_has_no_cause_says_why_and_of_which_period_it_is() -> None:
    reason: dict[str, Any] = {"value0": 71.0, "value1": 68.0, "change": -3.0, "relative_change": -0.042}
    reason |= {"currency": "none", "movement": "down", "leading_set": "platform", "leading_segment": None}
    reason |= {"leading_factor": None, "leading_kind": None, "segments": 2}
    reason |= {"period_start": date(2026, 3, 9), "base_start": date(2026, 3, 2)}
    known = {"label": "Followers", "label_sv": "Följare", "unit": "count", "additivity": "A"}
    assert change_sentence(reason, known, "week", "en").endswith("as no single segment explains it")
    told = change_sentence(reason | {"segments": 1}, known, "week", "en")
    assert told.endswith("(71 the week before): what it comes from cannot be read, as it is not divided further")
    assert " in week 11" not in told
    beside_days = change_sentence(reason, known, "week", "en", "day")
    assert " to 68 in week 11, 2026 (71 the week before): " in beside_days


def test_the_weakest_step_and_the_one_where_a_point_brings_most_are_two() -> None:
    def step(name: str, gained: float | None) -> dict[str, Any]:
        rates = {"rate": 0.5, "previous_rate": 0.6, "relative_change": -1 / 6, "is_provisional": False}
        return {"name": name, "gained": gained, "money": None} | rates

    steps = [step("sessions", None), step("engaged_sessions", 5.0), step("purchases", 50.0)]
    funnel = {"weakest": 1, "best": 2, "currency": "", "steps": steps}
    told = weakest_sentence([funnel], "month", "", "en")
    assert told.startswith(
        "Weakest step, the one that fell most against what it was: from sessions to engaged sessions"
    )
    assert told.endswith(
        "A point more brings most from engaged sessions to sessions with a purchase: 50 sessions with a purchase "
        "(a point is not equally easy to win in every step)."
    )
    same = weakest_sentence([funnel | {"weakest": 2}], "month", "", "en")
    assert same.endswith(" No other step brings more per point.")


def test_a_bar_is_the_way_to_a_goal_and_has_a_legend(browser: Browser, company: Home) -> None:
    goals = query(company, "select goal_id, goal_kind, progress_share, status from kpi_goals where is_active")
    kinds = {row["goal_id"]: row["goal_kind"] for row in goals}
    with opened(browser, company, "executive") as seen:
        shown = seen.page.eval_on_selector_all(
            "[data-goal]", "all => all.map(one => [one.dataset.goal, one.querySelectorAll('.bar').length])"
        )
        assert {count for _, count in shown} == {0, 1}
        assert not [goal for goal, count in shown if count and kinds[goal] == "stay"]
        assert "line: where it should be by now" in seen.text('[data-role="track"] .legend')


def test_a_point_that_may_change_is_hollow_also_where_it_is_chosen(browser: Browser, company: Home) -> None:
    with opened(browser, company, "specialist", "#lang=en&kpi=cpc") as seen:
        assert "may still change" in seen.text('.card[data-kpi="cpc"]')
        assert seen.page.get_attribute('[data-chart] circle[r="4.5"]', "class") == "s-soft"
    with opened(browser, company, "executive", "#lang=en&kpi=nps") as seen:
        assert seen.page.get_attribute('[data-chart] circle[r="4.5"]', "class") == "s-dot"


def test_posts_of_one_kind_and_day_are_told_apart(browser: Browser, company: Home, tmp_path: Path) -> None:
    alike = "update fct_social_posts set post_type = 'reel', platform = 'instagram', publish_date = date '2026-03-10'"
    with opened(browser, rebuilt(company, tmp_path, [alike]), "specialist") as seen:
        names = [row["text"] for row in seen.all("[data-post] th")]
        assert len(names) > 2
        assert len(set(names)) == len(names)
        assert all(re.search(r"^Instagram, reel \d+/\d+", name) for name in names), names
        assert "1/2: the first of two of that kind on that day." in seen.text('[data-role="ranking"]')


def last_week(company: Home) -> date:
    found = query(
        company, "select max(period_start) as start from kpi_values where period_grain = 'week' and not is_open_period"
    )
    return found[0]["start"]


def test_campaigns_that_cost_more_than_they_bring_in_are_marked_and_counted(browser: Browser, company: Home) -> None:
    rows = query(
        company,
        "select s.campaign, s.value as spend, r.value as roas from kpi_values s join kpi_values r "
        "using (period_grain, period_start, segment_set, campaign) "
        "where s.kpi_id = 'spend' and r.kpi_id = 'roas_net_media' "
        "and segment_set = 'campaign' and period_grain = 'week' and period_start = ? and s.value > 0",
        [last_week(company)],
    )
    losing = {row["campaign"]: row["spend"] for row in rows if row["roas"] is not None and row["roas"] < 1}
    with opened(browser, company, "manager") as seen:
        shown = seen.all("[data-campaign]")
        marked = {row["campaign"] for row in shown if "less than its media cost" in row["text"]}
        assert marked == set(losing) & {row["campaign"] for row in shown}
        assert marked
        assert "ROAS, net revenue on media" in seen.text('[data-role="ranking"] thead')
        known = [row for row in rows if row["roas"] is not None]
        part = sum(losing.values()) / sum(row["spend"] for row in known) * 100
        told = seen.text('[data-answer="track"]')
        assert f"{len(known) - len(losing)} of {len(known)} campaigns bring in at least their media cost" in told
        assert f"(the others took {part:.1f}% of the spend" in told


def test_the_campaigns_and_the_fees_add_up_to_the_card(browser: Browser, company: Home, tmp_path: Path) -> None:
    week = f"period_grain = 'week' and period_start = date '{last_week(company)}'"
    wanted = query(
        company,
        f"select kpi_id, denominator, value from kpi_values where {week} and segment_set = 'total' "
        "and kpi_id in ('roas_net', 'spend')",
    )
    whole, spend = ({row["kpi_id"]: row for row in wanted}[name] for name in ("roas_net", "spend"))
    with opened(browser, company, "manager") as seen:
        shown = sum(float(row["spend"]) for row in seen.all("[data-campaign]"))
        fees = float(seen.all("[data-fees]")[0]["fees"])
        (last,) = seen.all("[data-whole]")
        assert not seen.has("[data-rest]")
        assert fees == pytest.approx(whole["denominator"] - spend["value"])
        assert shown + fees == pytest.approx(float(last["whole"])) == pytest.approx(whole["denominator"])
        assert last["roas"] == seen.page.get_attribute('.card[data-kpi="roas_net"]', "data-value")
        assert f"{whole['value']:.2f}×" in last["text"]
        assert last["text"].startswith("All, with fees (ROAS, true cost)")
    no_fees = f"update kpi_values set denominator = {spend['value']} where kpi_id = 'roas_net' and {week}"
    with opened(browser, rebuilt(company, tmp_path, [no_fees]), "manager") as seen:
        assert not seen.has("[data-fees]")
        assert seen.all("[data-whole]")[0]["text"].startswith("All (ROAS, true cost)")


def test_of_the_other_campaigns_it_is_said_how_many_bring_in_their_cost() -> None:
    def campaign(name: str, spend: float, revenue: float) -> dict[str, dict[str, Any]]:
        own: dict[str, Any] = {"campaign": name, "is_missing": False, "is_provisional": False}
        earned = {"numerator": revenue, "denominator": spend, "value": revenue / spend}
        return {
            "spend": own | {"numerator": spend, "denominator": None, "value": spend},
            "roas_net_media": own | earned,
        }

    largest_spends = {f"large {number}": campaign(f"large {number}", 100.0, 90.0) for number in range(SHOWN)}
    others = {"a": campaign("a", 10.0, 10.0), "b": campaign("b", 10.0, 2.0)}
    found = largest(largest_spends | others)
    rest = found["rest"]
    assert (rest["count"], rest["paying"], rest["spend"], rest["roas_net_media"]) == (2, 1, 20.0, 0.6)
    assert (found["earning"]["paying"], found["earning"]["count"]) == (1, SHOWN + 2)
    assert found["whole"] is None


@pytest.mark.parametrize("is_acted_on", [True, False])
def test_a_goal_that_is_off_track_has_its_action_named_or_missed(
    company: Home, tmp_path: Path, is_acted_on: bool
) -> None:
    last = "select action_id from kpi_actions where status = 'open' and led_by is null order by priority desc limit 1"
    statements = [
        "update kpi_goals set status = 'on_track'",
        "update kpi_goals set status = 'off_track', current_value = 1, pace_value = 9 where kpi_id = 'nps'",
        "update kpi_actions set owner_role = 'executive', kpi_id = 'leads' "
        "where kpi_id = 'nps' or owner_role = 'executive'",
        f"update kpi_actions set kpi_id = 'nps' where {str(is_acted_on).lower()} and action_id = ({last})",
    ]
    executive = build_pages(changed(company, tmp_path, statements))[0]
    told = dict(zip(QUESTIONS, executive.content.answers["en"].values(), strict=True))["todo"]
    assert ("For NPS, whose goal is off track: " in told) == is_acted_on
    without = "No action is proposed for NPS, whose goal is off track; its last value is of February 2026."
    assert (without in told) != is_acted_on


@pytest.mark.parametrize(
    ("until", "reason", "start", "told"),
    [
        ("2025-12-31", "worse than the failure line", "2025-12-01", " in December 2025 where"),
        ("2026-02-28", "worse than the failure line", "2026-02-01", " where"),  # the page's own
        ("2026-03-17", "worse than the failure line; the period is not over", "", " until 17 Mar 2026 where"),
    ],
)
def test_a_goals_value_is_of_a_period_that_is_named(
    browser: Browser, company: Home, tmp_path: Path, until: str, reason: str, start: str, told: str
) -> None:
    statements = [
        "update kpi_goals set status = 'on_track'",
        f"update kpi_goals set status = 'off_track', current_value = 1, pace_value = 9, current_until = '{until}', "
        f"status_reason = '{reason}' where kpi_id = 'nps'",
    ]
    with opened(browser, rebuilt(company, tmp_path, statements), "executive") as seen:
        assert f"Farthest off: NPS, 1.0{told} 9.0 was due." in seen.text('[data-answer="track"]')
        (goal,) = [row for row in seen.all("[data-goal]") if row["text"].partition("NPS")[1]]
        assert goal["valueStart"] == start
        wanted = {"2025-12-01": "In December 2025", "2026-02-01": "In February 2026"}.get(start, "Until 17 Mar 2026")
        assert wanted in goal["text"]


def test_a_warning_of_a_goal_says_how_long_the_spans_are() -> None:
    goal = {"period_grain": "month", "goal_kind": "level", "baseline_end": date(2025, 12, 31)}
    goal |= {"deadline": date(2026, 6, 30)}
    check = {"problem": "unseen", "past_spans": 16}
    assert warning(goal, check, "en").startswith("ambitious: in none of the 16 earlier spans of 6 months ")
    weekly = goal | {"period_grain": "week", "deadline": date(2026, 1, 7)}
    assert "spans of 1 week " in warning(weekly, check, "en")
    stay = warning(goal | {"goal_kind": "stay"}, check, "en")
    assert stay == "ambitious: none of the 16 earlier months was as good"


def test_what_is_final_is_counted_and_what_has_no_cases_is_not_few(
    browser: Browser, company: Home, tmp_path: Path
) -> None:
    nothing = (
        "update kpi_values set value = null, numerator = 0, denominator = 0, n = 0, is_unreliable = true where "
        "kpi_id = 'nps' and period_grain = 'month' and segment_set = 'total' and period_start = date '2026-02-01'"
    )
    with opened(browser, rebuilt(company, tmp_path, [nothing]), "executive") as seen:
        assert "no cases" in seen.text('[data-doubt="total||nps"]')
        assert re.search(r"no value yet \(.*NPS\)", seen.text('[data-answer="sure"]'))
        assert "(0)" not in seen.text('[data-role="sure"]')


@pytest.mark.parametrize("persona", PERSONAS)
def test_every_card_is_counted_once_in_how_sure_we_are(browser: Browser, company: Home, persona: str) -> None:
    settling = query(
        company,
        "select distinct label from kpi_goals join kpi_catalog using (kpi_id, kpi_version) "
        "where is_active and contains(status_reason, 'days still settle')",
    )
    with opened(browser, company, persona) as seen:
        shown = seen.text('[data-answer="sure"]')
        cards, goals = seen.page.locator(".card").count(), seen.all("[data-goal]")
        counted, _, others = shown.partition(" Goals whose latest value may still change: ")
    found = re.search(r"^Of the (\d+) values of [^,]+, (.+)\.", counted)
    assert found, shown
    assert int(found[1]) == cards
    assert sum(map(int, re.findall(r"(?:^|, |and )(\d+) (?:is|are|may|ha|lack)", found[2]))) == cards, found[2]
    named = {row["label"] for row in settling if any(row["label"] in goal["text"] for goal in goals)}
    assert {label for label in named if label in others.partition(". ")[0]} == named


@pytest.mark.parametrize("persona", PERSONAS)
def test_the_marks_that_are_drawn_and_no_others_are_explained(browser: Browser, company: Home, persona: str) -> None:
    with opened(browser, company, persona) as seen:
        found = set()
        for period in seen.options("period")[:6]:
            seen.choose("period", period)
            drawn = {row["mark"] for row in seen.all("[data-mark]")}
            assert {row["explained"] for row in seen.all("[data-explained]")} == drawn
            found.add(frozenset(drawn))
        assert any(found)


def test_a_benchmark_says_of_whom_and_of_when_it_is(browser: Browser, company: Home, tmp_path: Path) -> None:
    statements = ["update kpi_values set benchmark_value = 0.5 where kpi_id in ('engagement_rate', 'cvr_session')"]
    statements += [
        f"update kpi_benchmarks set p50 = 0.5, benchmark_date = '2025-09-30', benchmark_sector = {sector} "
        f"where kpi_id = '{kpi_id}'"
        for kpi_id, sector in (("engagement_rate", "'e-commerce'"), ("cvr_session", "'(any)'"))
    ]
    with opened(browser, rebuilt(company, tmp_path, statements), "executive") as seen:
        told = {
            row: seen.text(f'.card[data-kpi="{row}"] [data-benchmark]') for row in ("engagement_rate", "cvr_session")
        }
    assert told["engagement_rate"] == "Median of e-commerce, 2025: 50.0%"
    assert told["cvr_session"] == "Benchmark's median, 2025: 50.0%"


@pytest.mark.parametrize("language", ["en", "sv"])
def test_every_page_ends_with_what_its_words_mean(browser: Browser, company: Home, language: str) -> None:
    with opened(browser, company, "manager", f"#lang={language}") as seen:
        told = {row["word"]: row["text"] for row in seen.all("[data-word]")}
        cards = {row["kpi"] for row in seen.all(".card")}
        named = seen.page.evaluate("Object.keys(JSON.parse(document.getElementById('data').textContent).kpis)")
    assert cards <= set(told) <= set(named)
    catalog = query(company, "select kpi_id, label, label_sv, formula from kpi_catalog")
    names = {row["kpi_id"]: row["label_sv" if language == "sv" else "label"] for row in catalog}
    assert all(len(text) > len(names[kpi_id]) for kpi_id, text in told.items())
    # The catalogue's own formulas are English.
    by_formula = [row["kpi_id"] for row in catalog if told.get(row["kpi_id"], "").endswith(row["formula"])]
    assert bool(set(by_formula) - cards) == (language == "en")


def test_a_chart_says_what_it_draws_and_which_period_is_marked(browser: Browser, company: Home) -> None:
    with opened(browser, company, "manager", "#lang=en&kpi=cpl") as seen:
        for period in seen.options("period")[:4]:
            seen.choose("period", period)
            week = date.fromisoformat(period).isocalendar().week
            assert seen.all("[data-chart] .s-name")[0]["text"] == f"w{week} ’26"
            assert f"The chosen period: week {week}, 2026" in seen.text('[data-role="trend"] .legend')
        assert seen.all('[data-chart] [data-role="axis"]')[0]["text"] == "Cost per lead (SEK)"


def test_no_line_breaks_within_a_date_or_e_mail(browser: Browser, company: Home) -> None:
    with opened(browser, company, "executive") as seen:
        raw = seen.page.inner_text("main")
        assert f"30{GAP}Jun 2026" in raw
        assert "30 Jun" not in raw
        assert "e-mail" not in raw.lower()
        assert "E\u2011mail" in (seen.page.text_content('[data-filter="view"]') or "")


def test_the_names_of_the_pages_stay_within_the_margin_of_a_phone(browser: Browser, company: Home) -> None:
    with opened(browser, company, "specialist", viewport={"width": 390, "height": 900}) as seen:
        right = "document.querySelector('.top nav a:last-child').getBoundingClientRect().right"
        assert seen.page.evaluate(right) <= 390 - 16
