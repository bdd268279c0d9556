"""The runner: what a check says, and that a check that cannot run is told from data that are bad."""

import shutil
import threading
from datetime import date
from pathlib import Path

import duckdb
import pytest

import connectors
from connectors.common.source import Source
from connectors.common.table import DAY, MONEY, TEXT, WHOLE, Reload, Table
from connectors.config import read_config
from orchestration.quality import generic
from orchestration.quality.config import SIGNED as SIGNED_CONFIG
from orchestration.quality.runner import validate
from orchestration.quality.suite import Days, GateBrokenError, Rule, Unique, Volume

ROOT = Path(__file__).resolve().parents[2]
SESSIONS = Table(
    "sessions",
    {"date": DAY, "country": TEXT, "sessions": WHOLE, "correction": MONEY},
    ("date", "country"),
    Reload.WINDOW,
    window_column="date",
)
WEB = Source("web", "Web", (SESSIONS,), (), lambda _: None, 3, 2)  # type: ignore[arg-type,return-value]
LAST = date(2026, 3, 17)
DAYS = Days(date(2026, 3, 15), LAST, LAST)
SIGNED = {"sessions": frozenset({"correction"})}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """90 days of sessions in two countries until the last day."""
    path = tmp_path / "web.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create schema raw_web; create table raw_web.sessions as select date '2026-03-17' - n::integer as date, "
            "country, 10::bigint as sessions, -1::decimal(18, 6) as correction "
            "from range(90) as days(n), (values ('SE'), ('NO')) as countries(country), range(5) as parts(part)"
        )
        connection.execute("create or replace table raw_web.sessions as select distinct * from raw_web.sessions")
    return path


def change(file: Path, sql: str) -> None:
    with duckdb.connect(str(file)) as connection:
        connection.execute(sql)


def failed(file: Path, rules: list[Rule]) -> dict[str, str]:
    return {check.name: check.message for check in validate({"state": file}, [], rules) if not check.passed}


def rules() -> list[Rule]:
    return generic.rules(WEB, SESSIONS, DAYS, SIGNED)


def test_good_data_pass_and_release_the_file(file: Path) -> None:
    unique = Unique("sessions", generic.looked_at(WEB, SESSIONS, DAYS), SESSIONS.primary_key)
    volume = Volume("sessions", generic.looked_at(WEB, SESSIONS, DAYS), 1, 100)
    checks = validate({"state": file}, [unique, volume], rules())
    assert [check.name for check in checks if not check.passed] == []
    assert len(checks) == 6
    change(file, "drop table raw_web.sessions")  # a writer gets in: the gate holds nothing


@pytest.mark.parametrize(
    ("sql", "name", "message"),
    [
        (
            "update raw_web.sessions set sessions = -1 where date = '2026-03-16' and country = 'SE'",
            "counts and amounts are not negative",
            "1 rows, for example 2026-03-16 SE",
        ),
        (
            "update raw_web.sessions set country = null where date = '2026-03-17' and country = 'SE'",
            "keys are there",
            "1 rows, for example 2026-03-17 null",
        ),
        (
            "delete from raw_web.sessions where date > '2026-03-14'",
            "data are fresh",
            "1 rows, for example until 2026-03-14",
        ),
        (
            "insert into raw_web.sessions select date, 'Sverige ' || part, 1, 0 from "
            "(select distinct date from raw_web.sessions where date > '2026-03-14'), range(4) as parts(part); "
            "insert into raw_web.sessions select date, 'X' || part, 1, 0 from "
            "(select distinct date from raw_web.sessions where date < '2026-03-01'), range(2) as parts(part)",
            "no sudden new values of country",
            "1 rows, for example Sverige 0",
        ),
    ],
)
def test_what_is_implausible_is_named_with_a_sample(file: Path, sql: str, name: str, message: str) -> None:
    change(file, sql)
    assert failed(file, rules())[name] == message


def test_a_day_within_the_sources_lag_and_old_days_are_not_stale(file: Path) -> None:
    change(file, "delete from raw_web.sessions where date > '2026-03-16'")
    assert "data are fresh" not in failed(file, rules())
    change(file, "delete from raw_web.sessions where date > '2026-02-16'")
    old = Days(date(2026, 2, 1), date(2026, 2, 3), LAST)
    assert "data are fresh" not in failed(file, generic.rules(WEB, SESSIONS, old, SIGNED))


def test_repeated_keys_and_unusual_volumes_are_counted(file: Path) -> None:
    change(file, "insert into raw_web.sessions select * from raw_web.sessions where date = '2026-03-17'")
    rows = generic.looked_at(WEB, SESSIONS, DAYS)
    unique, volume = validate(
        {"state": file}, [Unique("sessions", rows, SESSIONS.primary_key), Volume("sessions", rows, 1, 7)], []
    )
    assert (unique.passed, unique.failed_rows) == (False, 4)
    assert unique.sample_key.startswith("2026-03-17")
    assert (volume.passed, volume.message) == (False, "8 rows, where 1 to 7 are usual")


def test_a_check_that_cannot_run_says_nothing_about_the_data(file: Path) -> None:
    with pytest.raises(GateBrokenError, match="nowhere"):
        validate({"state": file}, [], [Rule("x", "sessions", "select nowhere from raw_web.sessions")])
    with pytest.raises(GateBrokenError, match="could not run"):
        validate({"state": file}, [Unique("sessions", "select * from raw_web.sessions", ("nowhere",))], [])


def test_gates_may_run_in_two_threads(file: Path) -> None:
    found: list[int] = []

    def ask() -> None:
        found.append(len(validate({"state": file}, [], rules())))

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [4, 4]


def test_a_company_may_enter_figures_below_zero(tmp_path: Path) -> None:
    """A cost that is to fall, an NPS below zero: the configuration's gate lets them through, but no negative cost."""
    config = connectors.source("config")
    folder = tmp_path / "config"
    shutil.copytree(ROOT / "sandbox" / "config", folder)
    goals = (folder / "goals.yml").read_text("utf-8").replace("target_value: 10", "target_value: -10")
    (folder / "goals.yml").write_text(goals, "utf-8")
    (folder / "inputs").mkdir()
    (folder / "inputs" / "manual_kpis.csv").write_text(
        "kpi_id,period_grain,period_start,numerator,denominator,source_note,entered_by_role\n"
        "margin_net,month,2026-01-01,-100,50,books,head of finance\n",
        "utf-8",
    )
    costs = "cost_id,date_from,date_to,cost_type,amount,currency\nfee,2026-01-01,2026-01-31,tool,-5,SEK\n"
    (folder / "inputs" / "costs.csv").write_text(costs, "utf-8")
    state = tmp_path / "config.duckdb"
    landed = read_config(folder)
    assert min(landed["benchmarks"]["p10"].to_pylist()) < 0
    with duckdb.connect(str(state)) as connection:
        connection.execute("create schema raw_config")
        for name, rows in landed.items():
            connection.register("landed", rows)
            connection.execute(f"create table raw_config.{name} as select * from landed")
    filled = [table for table in config.tables if landed[table.name].num_rows]
    found = [rule for table in filled for rule in generic.rules(config, table, DAYS, SIGNED_CONFIG)]
    checks = validate({"state": state}, [], found)
    assert [check.table for check in checks if not check.passed] == ["costs"]
