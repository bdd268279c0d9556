"""Who was not seen for long is forgotten once a month; who was seen in any source since is not."""

import os
from datetime import UTC, date, datetime, timedelta

import dagster as dg
import duckdb
import pytest

from connectors.common.erasure import Erased
from orchestration.erasing import erase
from orchestration.erasing.names import hashes_of, names_of
from orchestration.erasing.stale import stale_names
from orchestration.recovery import housekeeping
from orchestration.run import Run, RunSettings
from tests.orchestration.conftest import AS_OF, Toy
from tests.orchestration.erasing.conftest import Stored


def test_one_row_of_any_source_keeps_a_person(stored: Stored) -> None:
    mine = names_of(stored.home, stored.sources, hashes_of(stored.address, stored.hasher))
    leading = {name for name in mine if name[0] != "phone"}
    everybody = stale_names(stored.home, stored.sources, date(2100, 1, 1))
    assert leading <= everybody
    assert stale_names(stored.home, stored.sources, date(2000, 1, 1)) == set()
    orders = [value for kind, value in mine if kind == "shopify customer"]
    for file in (stored.home.state("shopify"), stored.home.landing("shopify")):
        with duckdb.connect(str(file)) as connection:
            connection.execute(
                "update raw_shopify.orders set created_at = timestamptz '2099-01-01' where customer_id = ?", orders
            )
    assert everybody - stale_names(stored.home, stored.sources, date(2098, 1, 1)) >= leading


def test_who_is_forgotten_already_is_not_forgotten_again(stored: Stored) -> None:
    everybody = stale_names(stored.home, stored.sources, date(2100, 1, 1))
    erase(stored.home, stored.sources, everybody)
    count = len(Erased.read(stored.home.erasures).substitutes)
    assert stale_names(stored.home, stored.sources, date(2100, 1, 1)) == set()
    assert count == len(everybody) > 1000


def test_the_first_run_of_a_month_tidies(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    company = toy.folder / "config" / "company.yml"
    company.write_text(company.read_text("utf-8") + "retention: {people_months: 36, runs_days: 20}\n", "utf-8")
    forgotten: list[date] = []
    monkeypatch.setattr(housekeeping, "forget_people", lambda home, sources, before: forgotten.append(before))
    with dg.DagsterInstance.ephemeral() as instance:

        def run(run_id: str, as_of: str) -> bool:
            return housekeeping.tidy_monthly(Run.of(run_id, RunSettings(as_of=as_of)), {}, instance)

        assert run("first", AS_OF)
        assert not run("second", "2026-03-31T21:59:00+00:00"), "23:59 in the company's zone"
        assert run("third", "2026-03-31T22:01:00+00:00")
        assert run("fourth", "2026-07-01T05:30:00+00:00"), "the machine slept over a month's end"
    assert forgotten == [date(2023, 3, 17), date(2023, 3, 31), date(2023, 6, 30)]
    assert {path.parent.name for path in toy.home.runs.glob("*/run.json")} == {"fourth"}


def test_dagsters_old_runs_go_and_those_that_run_stay() -> None:
    @dg.job
    def nothing() -> None: ...

    with dg.DagsterInstance.ephemeral() as instance:
        done = nothing.execute_in_process(instance=instance)
        running = instance.create_run_for_job(nothing, status=dg.DagsterRunStatus.STARTED)
        now = instance.get_run_records(dg.RunsFilter(run_ids=[done.run_id]))[0].create_timestamp
        housekeeping.forget_dagster_runs(instance, now - timedelta(days=1))
        assert instance.get_runs_count() == 2
        housekeeping.forget_dagster_runs(instance, now + timedelta(days=1))
        assert [run.run_id for run in instance.get_runs()] == [running.run_id]


def test_old_logs_go(toy: Toy) -> None:
    kept, gone = toy.home.dbt / "logs" / "dbt.log", toy.home.dagster / "storage" / "r1" / "compute_logs" / "a.err"
    for path in (kept, gone):
        path.parent.mkdir(parents=True)
        path.touch()
    os.utime(gone, (0, 0))
    housekeeping.forget_logs(toy.home, datetime(2026, 1, 1, tzinfo=UTC))
    assert kept.exists()
    assert not gone.exists()
