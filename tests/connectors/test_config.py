"""Configuration: what lands, and that every mistake is told with file and line."""

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.common.errors import SourceError
from connectors.config import SOURCE, ConfigError, read_company, read_config
from tests.connectors.conftest import Landing

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the start configuration."""
    copy = tmp_path / "config"
    shutil.copytree(ROOT / "config", copy)
    monkeypatch.setenv("NYCKELTAL_CONFIG", str(copy))
    return copy


@pytest.mark.parametrize("start", ["config", "sandbox/config"])
def test_the_shipped_configurations_are_valid(start: str) -> None:
    assert read_config(ROOT / start)["company"].num_rows == 1


def test_what_is_entered_lands(folder: Path, landing: Landing) -> None:
    (folder / "inputs" / "costs.csv").write_text(
        "cost_id,date_from,date_to,cost_type,channel,amount,currency\n"
        'fee,2026-01-01,2026-01-31,agency_fee,paid_search,"15000.50",SEK\n'
    )
    landing.refresh(SOURCE)
    assert landing.rows("select date_from, amount, currency from raw_config.costs") == [
        (date(2026, 1, 1), Decimal("15000.500000"), "SEK")
    ]
    assert landing.rows("select rate from raw_config.vat_rates where country = 'NO'") == [(Decimal("0.2500000000"),)]
    assert not landing.refresh(SOURCE).is_changed


def test_a_removed_row_is_gone_at_the_next_load(folder: Path, landing: Landing) -> None:
    rates = folder / "inputs" / "fx.csv"
    head = "date,currency,to_currency,rate\n"
    rates.write_text(f"{head}2026-01-01,EUR,SEK,11.2\n2026-01-02,EUR,SEK,11.3\n")
    landing.refresh(SOURCE)
    rates.write_text(f"{head}2026-01-02,EUR,SEK,11.4\n")
    landing.refresh(SOURCE)
    assert landing.rows("select date, rate from raw_config.fx_rates") == [(date(2026, 1, 2), Decimal("11.4"))]


def test_holidays_land_in_the_order_of_the_file_and_are_none_without_it(folder: Path) -> None:
    file = folder / "holidays.csv"
    file.write_text("holiday,date\nmidsummer_eve,2026-06-19\neaster_day,2026-04-05\neaster_day,2025-04-20\n")
    landed = read_config(folder)["holidays"].to_pylist()
    assert [(row["position"], row["holiday"], row["date"]) for row in landed] == [
        (1, "midsummer_eve", date(2026, 6, 19)),
        (2, "easter_day", date(2026, 4, 5)),
        (3, "easter_day", date(2025, 4, 20)),
    ]
    file.unlink()
    assert read_config(folder)["holidays"].num_rows == 0


def test_a_budget_needs_a_day_to_be_spent_on(folder: Path) -> None:
    plan, days = folder / "inputs" / "budgets.csv", folder / "inputs" / "budget_days.csv"
    plan.write_text(plan.read_text("utf-8") + "may,2026-05-01,2026-05-02,email,10,SEK\n", "utf-8")
    days.write_text(days.read_text("utf-8") + "2026-05-01,0\n", "utf-8")
    assert read_config(folder)["budgets"].num_rows == 1
    days.write_text(days.read_text("utf-8") + "2026-05-02,0.0\n", "utf-8")
    with pytest.raises(ConfigError, match=r"inputs/budget_days.csv: the budget 'may' .* all days from 2026-05-01"):
        read_config(folder)


def test_norway_is_a_country_and_not_false(folder: Path) -> None:
    assert read_company(folder).vat_rates["NO"] == 0.25


def company(old: str, new: str) -> tuple[str, str, str]:
    return "company.yml", old, new


GOAL = {
    "goal_id": "a",
    "objective": "x",
    "goal_type": "profit",
    "stage": "conversion",
    "kpi_id": "roas_net",
    "target_value": "4",
    "start_date": "2026-01-01",
    "deadline": "2026-06-30",
}


def goal(old: str, new: str, **child: str) -> tuple[str, str, str]:
    """`goals.yml` with one goal, changed (its `segment` stands on line 9 then), and one more where `child` is given."""
    written = _yaml(GOAL).replace(old, new, 1)
    return "goals.yml", "goals: []", "goals:\n" + written + (_yaml(GOAL | {"goal_id": "b"} | child) if child else "")


def _yaml(record: dict[str, str]) -> str:
    return "".join(f"  {'-' if name == 'goal_id' else ' '} {name}: {value}\n" for name, value in record.items())


def benchmark(rows: str) -> tuple[str, str, str]:
    head = "kpi_id,kpi_version,source,source_date,p10,p25,p50,p75,p90,unit"
    return "benchmarks/x.csv", "", f"{head}\n{rows}\n"


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        (
            *company("Europe/Stockholm", "Europe/Stokholm"),
            r"config/company.yml line 4: `time_zone`: 'Europe/Stokholm' is no time zone",
        ),
        (*company("currency: SEK ", "currency: kr "), r"line 5: `reporting_currency`: 'kr' is no currency"),
        (*company("min_n: 30", "min_n: none"), r"line 10: `min_n`"),
        (*company("phase: growth", "phaze: growth"), r"line 8: `phaze` is not known: did you mean `phase`\?"),
        (
            *company("kind: web_event, event: sign_up", "kind: web_event"),
            r"line 18: `key_actions.3`: the key action 'newsletter' is a web event",
        ),
        (*company("lead: form}", "lead: fomr}"), r"platform_actions of google_ads names 'fomr': add it"),
        (*company("name: Your", "name: [Your"), r"company.yml line \d+ is not valid YAML"),
        (
            "inputs/costs.csv",
            "currency\n",
            "currency\nx,2026-01-01,31/1,tool,,5,SEK\n",
            r"line 2: `date_to` is '31/1': write a day like",
        ),
        ("inputs/costs.csv", "currency\n", "currency\nx,2026-01-01,2026-01-02,tool,,NaN,SEK\n", r"`amount` is 'NaN'"),
        (
            "inputs/costs.csv",
            "currency\n",
            "currency\nx,2026-01-01,2026-01-02,tool,,1,000,SEK\n",
            r"line 2 has more or fewer cells",
        ),
        (
            "inputs/costs.csv",
            "currency\n",
            "currency\nx,2026-01-01,2026-01-02,tool,radio,1,SEK\n",
            r"line 2: `channel`: 'radio' is no channel",
        ),
        (
            "inputs/costs.csv",
            "currency\n",
            "currency\nx,2026-01-01,2026-01-02,fee,,1,SEK\n",
            r"line 2: `cost_type` is 'fee': write 'agency_fee', 'tool', 'staff' or 'production'",
        ),
        ("inputs/costs.csv", "currency\n", 'currency\n"x,1\n', r"line 2: unexpected end of data"),
        (
            "inputs/budgets.csv",
            "currency\n",
            "currency\nx,2026-02-01,2026-01-31,,5,SEK\n",
            r"inputs/budgets.csv line 2: date_to 2026-01-31 lies before date_from 2026-02-01: swap them",
        ),
        ("inputs/budgets.csv", "currency\n", "currency\nx,2026-01-01,2026-01-31,,-5,SEK\n", r"line 2: `amount`"),
        ("inputs/budget_days.csv", "weight\n", "weight\n2026-01-01,-1\n", r"inputs/budget_days.csv line 2: `weight`"),
        ("inputs/budget_days.csv", "weight\n", "weight\n2026-01-01,1\n2026-01-01,2\n", r"line 3: date are those of"),
        (
            "channels.csv",
            "priority\n",
            "priority\ncrm,x,post,1\n",
            r"channels.csv line 2: `channel`: 'post' is no channel",
        ),
        (*company("min_n: 30", "min_n: 30\nname: Twice"), r"line 11: `name` stands already on line 3"),
        (*company("# reload_days: {google_ads", "reload_days: {gogle_ads"), r"`reload_days`: 'gogle_ads' is no source"),
        (*company("DE: 0.19", "DE: 19"), r"`vat_rates`: DE has 19: write a share"),
        ("inputs/costs.csv", "amount,", "amount,colour,", r"line 1 has the unknown column 'colour'"),
        ("inputs/fx.csv", ",rate", "", r"line 1 lacks the column 'rate'"),
        (
            "inputs/fx.csv",
            "rate\n",
            "rate\n2026-01-01,EUR,SEK,1\n2026-01-01,EUR,SEK,2\n",
            r"line 3: date and currency and to_currency are those of line 2",
        ),
        *[
            ("inputs/manual_kpis.csv", "role\n", f"role\n{row}\n", rf"inputs/manual_kpis.csv line 2: {words}")
            for row, words in (
                (
                    "brand_recal,quarter,2026-01-01,2,5,panel,cmo",
                    r"the KPI 'brand_recal' .* did you mean brand_recall\?",
                ),
                (
                    "roas_net,month,2026-01-01,2,5,books,cmo",
                    r"the KPI 'roas_net' cannot be entered by hand: these can: br",
                ),
                ("brand_recall,week,2026-01-05,2,5,panel,cmo", r"`period_grain` is 'week': write 'month' or 'quarter'"),
                ("brand_recall,quarter,2026-02-01,2,5,panel,cmo", r"2026-02-01 is not the first day of a quarter"),
                ("brand_recall,month,2026-02-02,2,5,panel,cmo", r"2026-02-02 is not the first day of a month"),
                ("brand_recall,month,2026-02-01,2,,panel,cmo", r"brand_recall has a denominator: add it"),
                (
                    "input_budget,month,2026-02-01,2,5,plan,cmo",
                    r"input_budget has no denominator: leave that cell empty",
                ),
                ("brand_recall,month,2026-02-01,2,-5,panel,cmo", r"`denominator` is '-5'"),
                ("brand_recall,month,2026-02-01,2,5,,cmo", r"`source_note` is missing: add it"),
            )
        ],
        (
            "holidays.csv",
            "date\n",
            "date\neaster_day,2025-04-20\neaster_day,2025-04-21\n",
            r"holidays.csv line 3: easter_day is on 2025-04-21 and on 2025-04-20, less than 300 days apart: write",
        ),
        (
            "holidays.csv",
            "date\n",
            "date\neaster_day,20 April\n",
            r"holidays.csv line 2: `date` is '20 April': write a day like",
        ),
        ("holidays.csv", "date\n", "date\nEaster Day,2025-04-20\n", r"line 2: `holiday`: 'Easter Day' is no id"),
        ("goals.yml", "goals: []", "goals: [{goal_id: a}]", r"goals.yml line 2: `goals.1.objective` is missing"),
        (*goal("06-30", "06-29"), r"goals.yml line 10: `goals.1.deadline`: 2026-06-29 is not the last day of a month"),
        (*goal("01-01", "01-02"), r"line 9: `goals.1.start_date`: 2026-01-02 is not the first day .* write 2026-01-01"),
        (*goal("2026-06-30", "2025-12-31"), r"line 10: `goals.1.deadline`: 2025-12-31 is not after start_date 2026"),
        (*goal("value: 4", "value: 4\n    change_type: percent"), r"line 9: `goals.1.change_type`: percent of what\?"),
        (
            *goal("value: 4", "value: 4\n    baseline_end: 2025-12-31"),
            r"line 9: `goals.1.baseline_end`: an end without",
        ),
        (
            *goal("value: 4", "value: 4\n    baseline_start: 2026-07-01"),
            r"line 9: `goals.1.baseline_start`: a baseline ends before the deadline 2026-06-30",
        ),
        (*goal("value: 4", "value: 4\n    parent: b"), r"line 9: `goals.1.parent`: there is no goal 'b'"),
        (*goal("value: 4", "value: 4\n    parent: a"), r"line 9: `goals.1.parent`: 'a' is its own ancestor"),
        (*goal("value: 4", "value: 4\n    segment: email"), r"line 9: `goals.1.segment`: 'email' is no segment: write"),
        (*goal("value: 4", "value: 4\n    segment: {chanel: email}"), r"`goals.1.segment.chanel` is 'chanel'"),
        (*goal("value: 4", "value: 4\n    segment: parts"), r"parts of 'a' do not add up: no goal names it"),
        (
            *goal("value: 4", "value: 4\n    segment: parts", kpi_id="nps", parent="a", segment="{channel: email}"),
            r"line 9: `goals.1.segment`: .* they are not all of its KPI",
        ),
        (*goal("value: 4", "value: 4\n    segment: parts", parent="a"), r"do not all name the same dimensions"),
        (*goal("id: a", "id: a", goal_id="a"), r"line 11: `goals.2.goal_id`: the goal 'a' stands twice"),
        (
            "boards.yml",
            "{}",
            "\n  ceo: {period_grain: month, kpis: [nps]}",
            r"boards.yml line 3: `boards.ceo.*'executive'",
        ),
        ("boards.yml", "{}", "\n  manager: {period_grain: month, kpis: []}", r"line 3: `boards.manager.kpis`"),
        (
            "boards.yml",
            "{}",
            "\n  manager:\n    period_grain: month\n    kpis:\n      - nps\n      - nps",
            r"boards.yml line 7: `boards.manager.kpis.2`: 'nps' is on the board already",
        ),
        (
            *benchmark("nps,1,panel,2025-06-30,1,2,3,2,5,index"),
            r"x.csv line 2: p75 is 2, less than p50 with 3: percentiles rise",
        ),
        (*benchmark("nps,1,panel,2025-06-30,1,2,3,4,5,points"), r"line 2: `unit`: 'points' is no unit: write count"),
        (*benchmark("nps,1,panel,June,1,2,3,4,5,index"), r"x.csv line 2: `source_date` is 'June': write a day"),
        (
            *benchmark("nps,1,panel,2025-06-30,1,2,3,4,5,index\nnps,1,panel,2025-06-30,1,2,3,4,5,index"),
            r"x.csv line 3: kpi_id and .* are those of line 2",
        ),
    ],
)
def test_mistakes_are_told_with_file_and_line(file: str, old: str, new: str, words: str, folder: Path) -> None:
    path = folder / file
    path.parent.mkdir(exist_ok=True)
    path.touch()
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(ConfigError, match=words) as raised:
        read_config(folder)
    assert "\n" not in str(raised.value)


def test_a_goal_by_quarter_spans_quarters_of_the_fiscal_year(folder: Path) -> None:
    quarters = GOAL | {"period_grain": "quarter", "start_date": "2026-05-01", "deadline": "2027-04-30"}
    (folder / "goals.yml").write_text("goals:\n" + _yaml(quarters))
    with pytest.raises(ConfigError, match="2026-05-01 is not the first day of a quarter: write 2026-04-01"):
        read_config(folder)
    company = (folder / "company.yml").read_text()
    (folder / "company.yml").write_text(company.replace("fiscal_year_start_month: 1", "fiscal_year_start_month: 5"))
    assert read_config(folder)["goals"].num_rows == 1


def test_a_benchmark_stands_in_one_file_only(folder: Path) -> None:
    _, _, text = benchmark("nps,1,panel,2025-06-30,1,2,3,4,5,index")
    (folder / "benchmarks").mkdir()
    (folder / "benchmarks" / "a.csv").write_text(text)
    assert read_config(folder)["benchmarks"].num_rows == 1
    (folder / "benchmarks" / "b.csv").write_text(text)
    with pytest.raises(ConfigError, match=r"benchmarks/b.csv repeats a benchmark of a.csv \(nps, panel, 2025-06-30\)"):
        read_config(folder)


def test_a_mistake_keeps_what_was_loaded(folder: Path, landing: Landing) -> None:
    landing.refresh(SOURCE)
    (folder / "company.yml").write_text("name: x\n")
    with pytest.raises(SourceError, match=r"company\.yml"):
        landing.refresh(SOURCE)
    assert landing.rows("select company_name from raw_config.company") == [("Your company",)]


def test_a_folder_without_configuration_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"company\.yml is missing: make it after docs"):
        read_config(tmp_path)
