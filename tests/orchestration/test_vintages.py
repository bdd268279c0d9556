"""Vintages: what is kept of a warehouse that changes from day to day, and what a KPI was known to be."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.cli.as_known import NotKeptError, read_as_known
from orchestration.cli.marts import Marts
from orchestration.serving.capture import Known, add
from orchestration.serving.vintages import MEASURES, folder_of, known, vintage_files

WAREHOUSE = """
create schema measures; create schema kpi; create schema canonical; attach ':memory:' as ops_landing;
create schema ops_landing.raw_ops;
create table measures.measure_values (
    measure_id varchar, attribution_basis varchar, period_grain varchar, period_start date, segment_set varchar,
    platform varchar, channel varchar, value decimal(38, 12)
);
create table kpi.kpi_keys as select 1 as kpi_no, 'cpa' as kpi_id, 1 as kpi_version, 'none' as attribution_basis;
create table canonical.int_periods (period_no integer, period_grain varchar, period_start date);
create table kpi.kpi_period_quality (
    kpi_no integer, platform varchar, period_no integer, is_missing boolean, settled_share double
);
create table kpi.kpi_unfed (kpi_no integer, period_no integer);
create table ops_landing.raw_ops.source_status as
select 'ads' as source, date '2026-03-01' as data_until, date '2026-03-01' as provisional_from, true as is_configured;
"""
MARTS = """
create table kpi_catalog as select 'cpa' as kpi_id, 1 as kpi_version;
create table kpi_measures as
select 'cpa' as kpi_id, 1 as kpi_version, 'none' as attribution_basis, part, measure_id, 'none' as measure_basis,
    cast(weight as decimal(9, 4)) as weight, true as is_ratio, false as is_stock, false as is_share,
    date '0001-01-01' as valid_from, date '9999-12-31' as valid_before
from (values ('num', 'spend', 1), ('num', 'credit', -1), ('den', 'claims', 1)) as terms(part, measure_id, weight);
create table kpi_values as
select 'cpa' as kpi_id, 1 as kpi_version, 'day' as period_grain, start as period_start, 'total' as segment_set,
    '(all)' as platform, '(all)' as channel, 'none' as attribution_basis, 'SEK' as currency, value
from (values (date '2026-03-01', 12.5), (date '2026-03-02', 20.0)) as told(start, value);
"""


class Company:
    """A warehouse of three measures by day, and the mornings on which it was looked at."""

    def __init__(self, history: Path) -> None:
        self.history = history
        self.connection = duckdb.connect(":memory:")
        self.connection.execute("set timezone = 'UTC'")
        self.connection.execute(WAREHOUSE)

    def holds(self, days: Mapping[str, Mapping[str, float]], settled: dict[str, float]) -> None:
        """Day → measure → value, and day → settled share (below 0: missing)."""
        for table in ("measures.measure_values", "canonical.int_periods", "kpi.kpi_period_quality"):
            self.connection.execute(f"delete from {table}")
        for number, (day, share) in enumerate(settled.items()):
            self.connection.execute("insert into canonical.int_periods values (?, 'day', ?)", [number, day])
            row = [1, "(all)", number, share < 0, max(share, 0)]
            self.connection.execute("insert into kpi.kpi_period_quality values (?, ?, ?, ?, ?)", row)
        for day, values in days.items():
            for name, value in values.items():
                row = [name, "none", "day", day, "total", "(all)", "(all)", value]
                self.connection.execute("insert into measures.measure_values values (?, ?, ?, ?, ?, ?, ?, ?)", row)

    def morning(self, day: str, hour: int = 5) -> dict[str, int]:
        on = date.fromisoformat(day)
        return add(self.connection, self.history, Known(datetime(on.year, on.month, on.day, hour, tzinfo=UTC), on))

    def files(self) -> list[Path]:
        return vintage_files(folder_of(self.history, MEASURES))

    def measures(self, until: str = "2100-01-01") -> dict[tuple[str, str], float]:
        told = known(MEASURES, self.files(), f"known_on <= date '{until}'")
        rows = self.connection.execute(f"select measure_id, period_start, value from ({told})").fetchall()
        return {(name, str(day)): float(value) for name, day, value in rows}

    def cpa(self, known_on: str) -> dict[str, Any]:
        """The KPI's value by day as it was known then."""
        with duckdb.connect(":memory:") as connection:
            connection.execute(MARTS)
            rows = read_as_known(Marts(connection), self.history, "cpa", "day", "total", date.fromisoformat(known_on))
        return {str(row["period_start"]): (row["value"], row["is_provisional"], row["value_now"]) for row in rows}


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    found = Company(tmp_path)
    yield found
    found.connection.close()


ONE = {"2026-03-01": {"spend": 100, "claims": 4}}
MORE = {"2026-03-01": {"spend": 110, "credit": 10, "claims": 8}, "2026-03-02": {"spend": 40, "claims": 2}}


def test_a_morning_keeps_what_changed_and_each_day_is_readable_for_ever(company: Company) -> None:
    company.holds(ONE, {"2026-03-01": 0})
    assert company.morning("2026-03-02") == {"measures": 2, "quality": 1, "sources": 1}
    assert company.morning("2026-03-03") == {"measures": 0, "quality": 0, "sources": 1}
    company.holds(MORE, {"2026-03-01": 1, "2026-03-02": 0.25})
    assert company.morning("2026-03-04") == {"measures": 5, "quality": 2, "sources": 1}
    assert company.measures("2026-03-03") == {("spend", "2026-03-01"): 100, ("claims", "2026-03-01"): 4}
    assert company.measures()[("claims", "2026-03-01")] == 8


def test_a_ratio_is_computed_from_the_sums_of_then(company: Company) -> None:
    company.holds(ONE, {"2026-03-01": 0})
    company.morning("2026-03-02")
    company.holds(MORE, {"2026-03-01": 1, "2026-03-02": 0.25})
    company.morning("2026-03-04")
    assert company.cpa("2026-03-02") == {"2026-03-01": (25.0, True, 12.5)}
    assert company.cpa("2026-03-03") == {"2026-03-01": (25.0, True, 12.5)}
    assert company.cpa("2026-03-04") == {"2026-03-01": (12.5, False, 12.5), "2026-03-02": (20.0, True, 20.0)}


def test_nothing_is_told_of_a_day_that_was_missing_then(company: Company) -> None:
    company.holds({"2026-03-01": {"spend": 100}}, {"2026-03-01": -1})
    company.morning("2026-03-02")
    assert company.cpa("2026-03-02") == {"2026-03-01": (None, True, 12.5)}


def test_what_vanished_is_gone_from_then_on_and_there_before(company: Company) -> None:
    company.holds(ONE, {"2026-03-01": 0})
    company.morning("2026-03-02")
    company.holds({"2026-03-01": {"spend": 100}}, {"2026-03-01": 0})
    company.morning("2026-03-03")
    assert company.measures() == {("spend", "2026-03-01"): 100}
    assert company.measures("2026-03-02")[("claims", "2026-03-01")] == 4
    # Nothing was claimed: a division by nothing is nothing, not the value of before.
    assert company.cpa("2026-03-03")["2026-03-01"][0] is None


def test_a_clock_that_stands_before_the_last_vintage_rewrites_nothing(
    company: Company, caplog: pytest.LogCaptureFixture
) -> None:
    company.holds(MORE, {"2026-03-01": 1, "2026-03-02": 0.25})
    company.morning("2026-03-04")
    company.holds(ONE, {"2026-03-01": 0})
    assert company.morning("2026-03-02") == {}
    assert "stands before the last vintage (2026-03-04 05:00 UTC)" in caplog.text
    assert company.measures()[("claims", "2026-03-01")] == 8


def test_the_files_of_a_month_that_ended_become_one_and_say_the_same(company: Company) -> None:
    for day in range(2, 12):
        company.holds({"2026-03-01": {"spend": 100 + day, "claims": 4}}, {"2026-03-01": 0})
        company.morning(f"2026-03-{day:02d}")
    before = {day: company.measures(f"2026-03-{day:02d}") for day in range(2, 12)}
    assert len(company.files()) == 10
    company.morning("2026-04-01")
    assert len(company.files()) == 1
    assert {day: company.measures(f"2026-03-{day:02d}") for day in range(2, 12)} == before
    # Numbers go on after the last one.
    company.holds({"2026-03-01": {"spend": 1, "claims": 4}}, {"2026-03-01": 0})
    company.morning("2026-04-02")
    assert company.measures()[("spend", "2026-03-01")] == 1


def test_compacting_that_was_killed_between_its_steps_changes_nothing(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in (2, 3, 4):
        company.holds({"2026-03-01": {"spend": 100 + day}}, {"2026-03-01": 0})
        company.morning(f"2026-03-{day:02d}")

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", die)
        patch.setattr("orchestration.loading.promote.remove_leftovers", lambda _: None)
        with pytest.raises(KeyboardInterrupt):
            company.morning("2026-04-01")
    assert company.measures("2026-03-03") == {("spend", "2026-03-01"): 103}
    company.morning("2026-04-01")
    assert len(company.files()) == 1
    assert company.measures("2026-03-03") == {("spend", "2026-03-01"): 103}


def test_what_is_not_kept_is_said_in_a_sentence(company: Company) -> None:
    with duckdb.connect(":memory:") as connection:
        connection.execute(MARTS)
        marts = Marts(connection)
        with pytest.raises(NotKeptError, match="no vintages are kept yet"):
            read_as_known(marts, company.history, "cpa", "day", "total", date(2026, 3, 2))
        company.holds(ONE, {"2026-03-01": 0})
        company.morning("2026-03-02")
        with pytest.raises(NotKeptError, match="the first vintage is of 2026-03-02"):
            read_as_known(marts, company.history, "cpa", "day", "total", date(2026, 3, 1))
        with pytest.raises(NotKeptError, match="by day and country is not kept"):
            read_as_known(marts, company.history, "cpa", "day", "country", date(2026, 3, 2))


def test_a_damaged_vintage_is_set_aside_and_what_stands_is_kept_anew(
    company: Company, caplog: pytest.LogCaptureFixture
) -> None:
    company.holds(ONE, {"2026-03-01": 0})
    company.morning("2026-03-02")
    company.holds(MORE, {"2026-03-01": 1, "2026-03-02": 0.25})
    company.morning("2026-03-04")
    damaged = company.files()[-1]
    content = damaged.read_bytes()
    damaged.write_bytes(content[: len(content) // 2])
    with pytest.raises(NotKeptError, match="the next refresh sets a damaged one aside"):
        company.cpa("2026-03-04")
    assert company.morning("2026-03-05")["measures"] == 5
    assert "is damaged and was set aside" in caplog.text
    assert len(list(damaged.parent.glob("*.corrupt-*"))) == 1
    # What was known on the first morning still is; what the damaged file knew is known from today.
    assert company.cpa("2026-03-02") == {"2026-03-01": (25.0, True, 12.5)}
    with pytest.raises(NotKeptError, match="after 2026-03-02 and before 2026-03-05 stood in a file that was damaged"):
        company.cpa("2026-03-04")
    assert company.cpa("2026-03-05") == {"2026-03-01": (12.5, False, 12.5), "2026-03-02": (20.0, True, 20.0)}
