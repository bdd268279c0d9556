"""The job as a whole over a toy company: isolation of sources, gates, windows, what is skipped."""

from datetime import date

import pytest

from tests.orchestration.conftest import Toy, query
from tests.orchestration.toy import SOURCES

NEXT_DAY = "2026-03-19T05:30:00+00:00"


def test_one_source_down_leaves_the_others_fresh_and_the_run_red_with_the_reason(toy: Toy) -> None:
    assert toy.refresh().success
    toy.held["faults"] = {"shop": "down"}

    run = toy.refresh(as_of=NEXT_DAY)

    assert not run.success
    assert run.status() == {"shop": "failed", "web": "loaded", "mail": "not_configured"}
    assert run.failure("serving__run_outcome") == "shop: /rows failed 5 times (HTTP 503). The next run tries again."
    assert toy.value("web_sessions", "day", "2026-03-18") == 2 * (100 + 76)
    assert toy.value("orders", "day", "2026-03-17") == 1
    assert toy.value("orders", "day", "2026-03-18") is None
    status = {row[0]: row[1:] for row in toy.marts("select source, data_until, last_error from source_status")}
    assert str(status["shop"][0]) == "2026-03-17"
    assert "HTTP 503" in status["shop"][1]
    assert (str(status["web"][0]), status["web"][1]) == ("2026-03-18", None)
    assert toy.marts("select validation_status from publish_info") == [("passed; not fresh: shop",)]

    toy.held["faults"] = {}
    run = toy.refresh(as_of=NEXT_DAY)
    assert run.success
    assert toy.value("orders", "day", "2026-03-18") == 1


@pytest.mark.parametrize("fault", ["credentials", "broken"])
def test_what_goes_wrong_at_a_source_is_one_sentence_without_its_data(toy: Toy, fault: str) -> None:
    toy.held["faults"] = {"web": fault}
    run = toy.refresh()
    assert run.status()["web"] == "failed"
    expected = {
        "credentials": "web: the vendor refuses the credentials (HTTP 401).",
        "broken": "web: an unexpected KeyError in toy.py line",
    }
    assert run.error("web").startswith(expected[fault])
    everything = [path.read_text("utf-8") for path in toy.home.runs.rglob("*.json")]
    assert not any("anna@example.com" in text for text in everything)


def test_a_failed_gate_holds_the_data_and_a_later_good_load_releases_them(toy: Toy) -> None:
    assert toy.refresh().success
    good = [dict(row) for row in toy.held["web"]]
    bad_days = ("2026-03-18", "2026-03-19")
    toy.held["web"] = [{**row, "sessions": -5} if row["date"] in bad_days else row for row in toy.held["web"]]

    run = toy.refresh(as_of="2026-03-20T05:30:00+00:00")

    assert not run.success
    assert run.status()["web"] == "held"
    assert run.error("web") == (
        "web: the new data are held back and the last good ones served, because sessions fails the check "
        "“counts and amounts are not negative”: 4 rows, for example 2026-03-18 direct"
    )
    checks = {e.check_name: e for e in run.result.get_asset_check_evaluations() if e.asset_key.path[0] == "web"}
    assert not checks["landing_gate"].passed
    assert checks["landing_gate"].description == run.error("web")
    assert toy.value("web_sessions", "day", "2026-03-17") == 2 * (100 + 75)
    assert toy.value("web_sessions", "day", "2026-03-18") is None
    assert toy.value("orders", "day", "2026-03-19") == 1

    # The same bad pages again: nothing new arrives, and still nothing is let through.
    assert toy.refresh(as_of="2026-03-20T05:30:00+00:00").status()["web"] == "held"

    # The bad days are mended, and no load reaches them any more: they count because they were never promoted.
    for day in (23, 24):
        assert toy.refresh(as_of=f"2026-03-{day}T05:30:00+00:00").status()["web"] == "held"
    toy.held["web"] = good
    assert toy.refresh(as_of="2026-03-24T05:30:00+00:00").status()["web"] == "held"
    run = toy.refresh(as_of="2026-03-24T05:30:00+00:00", date_from="2026-03-15", date_to="2026-03-23")
    assert run.status()["web"] == "loaded"
    assert toy.value("web_sessions", "day", "2026-03-18") == 2 * (100 + 76)


def test_a_refresh_without_news_builds_and_publishes_nothing(toy: Toy) -> None:
    first = toy.refresh()  # asks for all days, the next one for those that restate
    before = toy.home.marts.stat().st_ino
    run = toy.refresh()
    assert run.success
    assert run.status() == {"shop": "unchanged", "web": "unchanged", "mail": "not_configured"}
    assert not list(run.records.read("dbt"))
    assert toy.home.marts.stat().st_ino == before
    assert toy.marts("select run_id from publish_info") == [(first.run_id,)]

    toy.held["shop"][70]["amount"] = 999
    changed = toy.refresh()
    assert changed.status()["shop"] == "loaded"
    assert toy.marts("select amount from fct_orders where order_id = 'o70'") == [(999,)]


def test_a_day_that_comes_back_empty_is_held_back_until_a_person_asks_for_it(toy: Toy) -> None:
    toy.refresh()
    toy.held["web"] = [row for row in toy.held["web"] if row["date"] != "2026-03-16"]
    run = toy.refresh(as_of=NEXT_DAY)
    assert run.status()["web"] == "held"
    assert run.error("web") == (
        "web: the new data are held back and the last good ones served, because sessions fails the check “no whole day "
        "is gone”: 1 rows, for example 2026-03-16, which had 2 rows; where that is right, load it by hand: "
        "refresh --source web --from 2026-03-16 --to 2026-03-16"
    )
    assert toy.value("web_sessions", "day", "2026-03-16") == 2 * (100 + 74)
    assert toy.refresh(as_of=NEXT_DAY, date_from="2026-03-16", date_to="2026-03-16").success
    assert toy.value("web_sessions", "day", "2026-03-16") is None
    assert toy.value("web_sessions", "day", "2026-03-15") == 2 * (100 + 73)


def test_a_cadence_builds_its_class_and_the_first_run_builds_what_is_missing(toy: Toy) -> None:
    assert toy.refresh("daily").success
    assert toy.value("cvr_session", "week", "2026-03-09") is not None
    toy.held["shop"].append({"id": "extra", "date": "2026-03-10", "amount": 1})
    assert toy.refresh("daily").success
    assert toy.value("orders", "week", "2026-03-09") == 8
    sessions = sum(2 * (100 + number) for number in range(67, 74))
    assert toy.value("cvr_session", "week", "2026-03-09") == pytest.approx(7 / sessions)
    assert toy.refresh("weekly").success
    assert toy.value("cvr_session", "week", "2026-03-09") == pytest.approx(8 / sessions)
    # Nobody has run the daily one this morning: the days end the day before, and the weeks are published.
    toy.held["shop"].append({"id": "another", "date": "2026-03-10", "amount": 1})
    assert toy.refresh("weekly", as_of=NEXT_DAY).success
    assert toy.value("cvr_session", "week", "2026-03-09") == pytest.approx(9 / sessions)
    assert toy.marts("select max(period_start) from kpi_values where period_grain = 'day'") == [(date(2026, 3, 17),)]


def test_a_range_is_loaded_again_in_one_run(toy: Toy) -> None:
    toy.refresh()
    toy.held["web"][20]["sessions"] = 5000  # 2026-01-11, direct: long outside of what a refresh reloads
    assert toy.refresh(as_of=NEXT_DAY).success
    assert toy.value("web_sessions", "day", "2026-01-11") == 2 * 110
    run = toy.refresh(as_of=NEXT_DAY, date_from="2026-01-01", date_to="2026-01-31")
    assert run.success
    assert toy.value("web_sessions", "day", "2026-01-11") == 5110
    load = next(load for load in run.records.loads() if load.source == "web")
    assert (load.date_from, load.date_to) == ("2026-01-01", "2026-01-31")


def test_marts_that_fail_their_gate_are_not_published(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    toy.refresh()
    from orchestration.quality import marts
    from orchestration.quality.suite import Rule

    monkeypatch.setattr(
        marts, "kpi_rules", lambda *_: [Rule("nothing at all", "kpi_values", "select 'bad row' as sample_key")]
    )
    run = toy.refresh(as_of=NEXT_DAY)
    assert not run.success
    assert run.failure("serving__marts") == (
        "publish: the marts are held back and the last good ones served, because kpi_values fails the check "
        "“nothing at all”: 1 rows, for example bad row (1 of 2 checks failed)"
    )
    assert str(toy.marts("select data_until from publish_info")[0][0]) == "2026-03-17"


def test_source_days_say_what_is_missing(toy: Toy) -> None:
    toy.held["faults"] = {"shop": "down"}
    toy.refresh()
    ops = toy.home.landing("ops")
    days = query(
        ops, "select source, is_loaded, min(date), max(date) from raw_ops.source_days group by all order by all"
    )
    assert [(row[0], row[1], str(row[2]), str(row[3])) for row in days] == [
        ("shop", False, "2026-01-01", "2026-03-17"),
        ("web", True, "2026-01-01", "2026-03-17"),
    ]
    status = query(
        ops, "select source, is_configured, provisional_from, row_count from raw_ops.source_status order by 1"
    )
    assert [(row[0], row[1], str(row[2]), row[3]) for row in status] == [
        ("mail", False, "None", 0),
        ("shop", True, "None", 0),
        ("web", True, "2026-03-16", 152),
    ]


def test_every_source_is_run_by_the_schedule_of_its_company(toy: Toy) -> None:
    schedule = toy.definitions.get_schedule_def("daily")
    assert schedule.cron_schedule == "30 5 * * *"
    assert set(SOURCES) < {key.path[0] for key in toy.definitions.resolve_all_asset_keys()}
