"""Building the pages: sizes, replacement, safety of what is inlined, and the rules of funnel and sentences."""

import csv
import json
import re
import time
from datetime import date
from pathlib import Path

import duckdb
import pytest

from dashboards import drawn, pages
from dashboards.axis import read_axis
from dashboards.drawn import is_drawn
from dashboards.funnels import only_weakest, read_funnel
from dashboards.lengths import length_text
from dashboards.numbers import alike, number, percent, period, size
from dashboards.pages import PageTooLargeError, as_json, build_pages
from dashboards.sentences import QUESTIONS, farthest_off
from dashboards.series import Series
from dashboards.views import SHOP
from dashboards.words import words
from orchestration.cli.marts import NothingPublishedError, open_marts
from orchestration.home import DBT_PROJECT, Home
from orchestration.records import Check, GateRecord, Records, write_json
from tests.dashboards.seen import PERSONAS, query


def test_every_persona_has_a_file_of_one_run_below_the_limit(company: Home) -> None:
    assert {file.name for file in company.pages.iterdir()} == {f"{name}.html" for name in (*PERSONAS, "index")}
    for persona in PERSONAS:
        text = (company.pages / f"{persona}.html").read_text("utf-8")
        data = text.partition('id="data">')[2].partition("</script>")[0]
        assert len(data.encode()) < 3_000_000
        assert json.loads(data)["run_id"] == query(company, "select run_id from publish_info")[0]["run_id"]


def test_a_page_that_holds_too_much_is_refused_and_the_old_ones_stay(
    made: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {file.name: file.read_bytes() for file in made.pages.iterdir()}
    monkeypatch.setattr(pages, "MOST_BYTES", 100_000)
    with pytest.raises(PageTooLargeError, match=r"the executive's page would hold \d+\.\d MB of data, more than 0"):
        build_pages(made)
    assert {file.name: file.read_bytes() for file in made.pages.iterdir()} == before


@pytest.mark.slow
def test_three_years_build_in_ten_seconds_and_stay_below_the_limit(made: Home) -> None:
    """The company's last year three times, one after the other."""
    first = "case period_grain when 'month' then date '2025-03-01' else date '2025-03-03' end"
    with duckdb.connect(str(made.marts)) as connection:
        connection.execute(f"delete from kpi_values where period_start < {first}")
        connection.execute(
            "create table year as select * from kpi_values where not is_open_period "
            "and period_grain in ('day', 'week', 'month') and period_start < date '2026-03-01'"
        )
        for years in (1, 2):
            connection.execute(
                "insert into kpi_values select * replace (cast(case period_grain "
                f"when 'month' then period_start - interval {12 * years} month "
                f"else period_start - interval {364 * years} day end as date) as period_start) from year"
            )
    started = time.process_time()  # of this process, however busy the machine is
    for page in build_pages(made):
        assert page.data_bytes < 3_000_000
    assert time.process_time() - started < 10
    with open_marts(made.marts) as marts:
        assert len(read_axis(marts, "month").closed) == 36
        assert len(read_axis(marts, "week").closed) > 150


def test_the_example_of_the_documentation_runs(
    company: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (Path(__file__).parents[2] / "docs" / "pages.md").read_text("utf-8")
    (example,) = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    monkeypatch.setenv("NYCKELTAL_HOME", str(company.root))
    exec(example, {})
    assert [line.partition(":")[0] for line in capsys.readouterr().out.splitlines()] == list(QUESTIONS)


def test_swedish_names_are_of_kpis_that_there_are() -> None:
    seeds = DBT_PROJECT / "seeds"
    named, known = (
        {row["kpi_id"] for row in csv.DictReader((seeds / name).open(encoding="utf-8"))}
        for name in ("kpi_labels_sv.csv", "kpi_definitions.csv")
    )
    assert named <= known


def test_every_text_of_a_page_is_there_in_both_languages() -> None:
    for key, texts in words().items():
        assert set(texts) == {"en", "sv"}, key
        places = [sorted(re.findall(r"{(\w+)}", text)) for text in texts.values()]
        assert places[0] == places[1], key
    asked = {
        found
        for file in (Path(pages.__file__).with_name("page") / "script").glob("*.js")
        for found in re.findall(r'\bt\("([\w.]+)"', file.read_text("utf-8"))
    }
    assert asked
    assert asked <= set(words())


def test_nothing_published_is_said(tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(NothingPublishedError, match="run `nyckeltal refresh` first"):
        build_pages(Home(tmp_path_factory.mktemp("empty")))


def test_inlined_json_cannot_end_its_element() -> None:
    text = as_json({"name": "</script><!-- <script>", "line": "a\u2028b"})
    assert "<" not in text
    assert "\u2028" not in text
    assert json.loads(text) == {"name": "</script><!-- <script>", "line": "a\u2028b"}


def test_a_page_runs_its_own_script_alone(company: Home) -> None:
    text = (company.pages / "executive.html").read_text("utf-8")
    assert "default-src 'none'" in text
    assert "unsafe-inline" not in text
    assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in text


def test_every_answer_stands_on_the_index_and_where_scripts_are_off(company: Home) -> None:
    index = (company.pages / "index.html").read_text("utf-8")
    page = (company.pages / "manager.html").read_text("utf-8").partition("<noscript>")[2]
    for question in (
        "Are we on track?",
        "What moved, and why?",
        "Where is the bottleneck?",
        "What to do?",
        "How sure are we?",
    ):
        assert index.count(question) == len(PERSONAS)
        assert page.count(question) >= 1


def _series(kpi_id: str, now: tuple[float, float], before: tuple[float, float]) -> Series:
    rows = {
        start: {
            "numerator": pair[0],
            "denominator": None,
            "value": pair[1],
            "is_missing": False,
            "is_provisional": False,
            "currency": "SEK",
        }
        for start, pair in {date(2026, 2, 1): now, date(2026, 1, 1): before}.items()
    }
    return Series(kpi_id, "total", "", rows)


def test_a_point_more_in_a_step_carries_through_the_later_ones() -> None:
    found = {
        item.key: item
        for item in (
            _series("web_sessions", (1000, 1000), (1000, 1000)),
            _series("engagement_rate", (500, 0.5), (600, 0.6)),
            _series("cvr_session_purchase", (50, 0.05), (30, 0.03)),
            _series("aov_net", (25_000, 500), (1, 1)),
        )
    }
    funnel = read_funnel(SHOP, found, ("total", ""), date(2026, 2, 1), date(2026, 1, 1))
    assert funnel is not None
    engaged, bought = funnel["steps"][1:]
    assert (engaged["rate"], engaged["previous_rate"], engaged["change"]) == (0.5, 0.6, -0.1)
    # 10 more engaged sessions of which a tenth buys; 5 more purchases of 500 engaged sessions.
    assert (engaged["gained"], engaged["money"]) == (1, 500)
    assert (bought["gained"], bought["money"]) == (5, 2500)
    # From 60 to 50 % is less than from 5 to 10 %.
    assert funnel["weakest"] == 1


def test_a_funnel_divides_by_nothing_and_knows_no_earlier_period() -> None:
    found = {
        item.key: item
        for item in (_series("web_sessions", (0, 0), (10, 10)), _series("engagement_rate", (0, 0), (5, 0.5)))
    }
    funnel = read_funnel(SHOP, found, ("total", ""), date(2026, 2, 1), None)
    assert funnel is not None
    assert [step["rate"] for step in funnel["steps"]] == [None, None, None]
    assert [step["previous_rate"] for step in funnel["steps"]] == [None, None, None]
    assert funnel["weakest"] is None
    assert read_funnel(SHOP, found, ("channel", "email"), date(2026, 2, 1), None) is None


def test_of_all_funnels_one_step_is_the_weakest() -> None:
    funnels = [
        {"name": name, "weakest": weakest, "steps": [{"relative_change": None}, {"relative_change": change}]}
        for name, weakest, change in (("shop", 1, 0.02), ("leads", 1, -0.01), ("ads", None, None))
    ]
    assert [funnel["weakest"] for funnel in only_weakest(funnels)] == [None, 1, None]
    assert only_weakest(funnels[2:]) == funnels[2:]


def test_the_goal_that_is_farthest_off_is_named() -> None:
    goals = [
        {"goal_id": "a", "status": "at_risk", "current_value": 1.0, "pace_value": 10.0},
        {"goal_id": "b", "status": "off_track", "current_value": 8.0, "pace_value": 10.0},
        {"goal_id": "c", "status": "off_track", "current_value": 7.0, "pace_value": 10.0},
        {"goal_id": "d", "status": "off_track", "current_value": None, "pace_value": 10.0},
    ]
    assert (farthest_off(goals) or {})["goal_id"] == "c"
    assert (farthest_off(goals[:1]) or {})["goal_id"] == "a"
    assert farthest_off([]) is None


@pytest.mark.parametrize(
    ("value", "unit", "english", "swedish"),
    [
        (0.0342, "ratio", "3.42%", "3,42\u00a0%"),
        (1_234_567.5, "money", "SEK\u00a01,234,568", "1\u00a0234\u00a0568\u00a0SEK"),
        (-12.5, "money", "−SEK\u00a012.5", "−12,5\u00a0SEK"),
        (0.0, "money", "SEK\u00a00", "0\u00a0SEK"),
        (0.0, "x", "0×", "0×"),
        (0.0004, "ratio", "0.04%", "0,04\u00a0%"),
        (887.13, "count", "887", "887"),
        (2.345, "x", "2.35×", "2,35×"),
        (12.0, "count", "12", "12"),
        (3.25, "count", "3.3", "3,3"),
        (None, "count", "–", "–"),
    ],
)
def test_numbers_are_written_as_each_language_writes_them(
    value: float | None, unit: str, english: str, swedish: str
) -> None:
    assert (number(value, unit, "SEK", "en"), number(value, unit, "SEK", "sv")) == (english, swedish)


def test_values_beside_each_other_have_the_decimals_of_the_largest() -> None:
    assert alike((218.0, -18.1, 0.4, 0.0, None), "money", "SEK", "en") == [
        *("SEK\u00a0218", "−SEK\u00a018", "SEK\u00a00.40", "SEK\u00a00", "–")
    ]
    assert alike((0.242, 0.0713), "ratio", "", "en") == ["24.2%", "7.1%"]
    assert alike((22.0, 3.23), "count", "", "en") == ["22", "3"]


def test_periods_of_other_lengths_say_so() -> None:
    def told(month: date, other: date) -> str:
        return length_text("month", month, other, "en")

    assert told(date(2026, 2, 1), date(2026, 1, 1)) == "3 days fewer"
    assert told(date(2026, 3, 1), date(2026, 1, 1)) == ""
    assert told(date(2024, 2, 1), date(2025, 2, 1)) == "1 day more"
    assert told(date(2026, 1, 1), date(2025, 1, 1)) == "1 weekday (Mon–Fri) fewer"
    assert length_text("quarter", date(2026, 1, 1), date(2025, 10, 1), "sv") == "2 dagar färre"
    assert length_text("week", date(2026, 3, 9), date(2026, 3, 2), "en") == ""


def test_differences_and_periods_in_words() -> None:
    assert size(-0.00123, "ratio", "", "en") == "0.12\u00a0percentage points"
    assert percent(-0.1234, "sv") == "12,3\u00a0%"
    assert period("week", date(2026, 3, 9), "en") == "week 11, 2026"
    assert period("quarter", date(2026, 2, 1), "en") == "Feb–Apr 2026"
    assert period("month", date(2026, 2, 1), "sv") == "februari 2026"


def test_pages_know_what_they_were_drawn_from(made: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not again for the same; anew for a page that is gone, other code, a held-back run and another publish."""
    assert is_drawn(made)
    index = made.pages / "index.html"
    text = index.read_text("utf-8")
    index.unlink()
    assert not is_drawn(made)
    index.write_text(text, "utf-8")
    with monkeypatch.context() as other:
        other.setattr(drawn, "_code", lambda: "other code")
        assert not is_drawn(made)
    records = Records(made.runs, "late")
    told = {"run_id": "late", "as_of": "2026-03-19T05:30:00+00:00", "started_at": "2026-03-19T05:30:00"}
    write_json(records.folder / "run.json", told)
    records.write_gate(GateRecord("marts", (Check("rows_are_unique", "kpi_values", passed=False),)))
    assert not is_drawn(made)
    records.write_gate(GateRecord("marts", (Check("rows_are_unique", "kpi_values", passed=True),)))
    assert is_drawn(made)
    with duckdb.connect(str(made.marts)) as connection:
        connection.execute("update publish_info set run_id = 'another'")
    assert not is_drawn(made)
    build_pages(made)
    assert is_drawn(made)
    made.marts.unlink()
    assert not is_drawn(made)
