"""The simulated property through server, connector and staging: what lands is the truth, whatever happens."""

import shutil
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from connectors.common.errors import CredentialsRejectedError, ThrottledError, UnexpectedAnswerError
from connectors.common.privacy import Hasher
from connectors.common.window import period_start
from connectors.google_analytics import SOURCE
from sandbox.server import Sandbox
from sandbox.vendors.google_analytics import GoogleAnalytics
from sandbox.world import World
from sandbox.world.model import Losses
from tests.connectors.conftest import AS_OF, Landing, serve
from tests.connectors.staging import staged

TABLES = tuple(table.name for table in SOURCE.tables)
DATA = tuple(name for name in TABLES if name != "reports")  # which tells of the last load alone
UNTIL = pd.Timestamp(AS_OF.date() - timedelta(days=1))
EARLIER = AS_OF - timedelta(days=1, hours=1)
ACTIONS = {"purchase": "key_purchase", "form": "key_form", "newsletter": "key_newsletter"}
SETS = {"total": None, "channel": "channel_group", "country": "country", "device": "device"}
SECRETS = ("client_secret", "refresh_token")
MARCH = {"date_from": date(2026, 3, 1), "date_to": date(2026, 3, 17)}
Rows = dict[str, list[tuple[Any, ...]]]


def landed(landing: Landing) -> Rows:
    return {
        name: landing.rows(
            f"select {', '.join(SOURCE.table(name).columns)} from raw_google_analytics.{name} order by all"
        )
        for name in TABLES
    }


def without_reports(landing: Landing) -> Rows:
    found = landed(landing)
    return {name: found[name] for name in DATA}


@pytest.fixture(scope="module")
def first_load(small_world: World, tmp_path_factory: pytest.TempPathFactory) -> Landing:
    """What one undisturbed load leaves; not to be written to."""
    landing = Landing(tmp_path_factory.mktemp("fresh") / "source.duckdb", Hasher(b"test-key"))
    with pytest.MonkeyPatch.context() as patch:
        serve(small_world, patch)
        landing.refresh(SOURCE)
    return landing


@pytest.fixture
def loaded(first_load: Landing, landing: Landing) -> Landing:
    """A file of its own with that load."""
    landing.path.parent.mkdir(parents=True)
    shutil.copy(first_load.path, landing.path)
    return landing


@pytest.fixture(scope="module")
def expected(first_load: Landing) -> Rows:
    return landed(first_load)


@pytest.fixture(scope="module")
def seen(small_world: World) -> pd.DataFrame:
    """Sessions that had been processed, up to the last complete day."""
    rows = small_world.tables["sessions"]
    rows = rows[(rows["processed_at"] <= pd.Timestamp(AS_OF).tz_localize(None)) & (rows["date"] <= UNTIL)]
    texts = ("country", "device", "channel_group", "source", "medium", "campaign", "landing_page")
    rows = rows.astype(dict.fromkeys(texts, object))
    return rows.assign(any=rows[list(ACTIONS.values())].any(axis=1), sessions=1)


@pytest.fixture(scope="module")
def models(first_load: Landing, tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    return staged(SOURCE, first_load.path, AS_OF, tmp_path_factory.mktemp("staging"))


def sums(rows: pd.DataFrame, keys: list[str], columns: list[str]) -> list[tuple[Any, ...]]:
    grouped = rows.groupby(keys)[columns].sum().reset_index()
    return list(grouped.itertuples(index=False, name=None))


def test_sessions_are_the_truth(models: dict[str, pd.DataFrame], seen: pd.DataFrame) -> None:
    got = models["web_sessions_daily"].rename(columns={"source_name": "source"})
    got["revenue_micros"] = (got["revenue_amount"] * 1_000_000).round().astype("int64")
    truth = seen.rename(columns={"is_engaged": "engaged_sessions", "is_new_user": "new_users"})
    truth = truth.rename(columns={"key_purchase": "transactions", "engaged_seconds": "engagement_seconds"})
    keys = ["date", "channel_group", "source", "medium", "campaign", "country", "device"]
    counts = ["sessions", "engaged_sessions", "page_views", "engagement_seconds", "new_users", "transactions"]
    assert len(seen) > 30_000
    assert sums(got, keys, [*counts, "revenue_micros"]) == sums(truth, keys, [*counts, "revenue_micros"])
    assert len(got) == len(got.drop_duplicates(keys))
    assert set(got["currency"] + " " + got["time_zone"]) == {"SEK Europe/Stockholm"}
    assert not got[["has_other_row", "is_thresholded", "is_sampled"]].any(axis=None)


def test_sessions_with_a_key_action_are_the_truth(models: dict[str, pd.DataFrame], seen: pd.DataFrame) -> None:
    got = models["web_key_actions_daily"].rename(columns={"source_name": "source"})
    keys = ["date", "channel_group", "source", "medium", "campaign", "country", "device"]
    assert set(got["key_action"]) == {"any", *ACTIONS}
    for action, flag in {**ACTIONS, "any": "any"}.items():
        rows = got[got["key_action"] == action]
        assert sums(rows, keys, ["sessions"]) == sums(seen[seen[flag]], keys, ["sessions"]), action
    # A session with two actions is one session with any.
    assert got[got["key_action"] == "any"]["sessions"].sum() < got[got["key_action"] != "any"]["sessions"].sum()


def test_landing_pages_are_the_truth(models: dict[str, pd.DataFrame], seen: pd.DataFrame) -> None:
    got = models["web_landing_pages_daily"]
    keys = ["date", "channel_group", "landing_page"]
    everything = got[got["key_action"] == "(all)"]
    truth = seen.rename(columns={"is_engaged": "engaged_sessions"})
    assert sums(everything, keys, ["sessions", "engaged_sessions"]) == sums(
        truth, keys, ["sessions", "engaged_sessions"]
    )
    for action, flag in {**ACTIONS, "any": "any"}.items():
        rows = got[got["key_action"] == action]
        assert sums(rows, keys, ["sessions"]) == sums(seen[seen[flag]], keys, ["sessions"]), action


@pytest.mark.parametrize("grain", ["day", "week", "month", "quarter"])
@pytest.mark.parametrize("segment_set", list(SETS))
def test_people_are_distinct_at_every_grain(
    grain: Any, segment_set: str, models: dict[str, pd.DataFrame], seen: pd.DataFrame
) -> None:
    got = models["web_people"]
    got = got[(got["period_grain"] == grain) & (got["segment_set"] == segment_set)]
    column = SETS[segment_set]
    keys = ["period_start", *([column] if column else [])]
    starts = {day: pd.Timestamp(period_start(grain, day)) for day in seen["date"].unique()}
    truth = seen.assign(period_start=seen["date"].map(starts))
    active = truth[truth["is_engaged"] | truth["is_new_user"]]
    everybody = got[got["key_action"] == "(all)"]
    for measure, rows in {
        "total_users": truth,
        "active_users": active,
        "new_users": truth[truth["is_new_user"]],
    }.items():
        counted = rows.groupby(keys)["person_id"].nunique()
        told = everybody.set_index(keys)[measure]
        assert told[told > 0].sort_index().to_dict() == counted.to_dict(), measure
    for action, flag in {**ACTIONS, "any": "any"}.items():
        counted = truth[truth[flag]].groupby(keys)["person_id"].nunique()
        assert got[got["key_action"] == action].set_index(keys)["total_users"].to_dict() == counted.to_dict(), action


def test_people_of_a_week_are_not_the_sum_of_its_days(models: dict[str, pd.DataFrame]) -> None:
    people = models["web_people"]
    people = people[(people["segment_set"] == "total") & (people["key_action"] == "(all)")]
    total = people.groupby("period_grain")["total_users"].sum()
    assert total["day"] > total["week"] > total["month"] > total["quarter"]


def test_the_next_days_load_equals_one_from_scratch(sandbox: Sandbox, landing: Landing, expected: Rows) -> None:
    sandbox.as_of = EARLIER
    landing.refresh(SOURCE, EARLIER)
    before = landed(landing)
    sandbox.as_of = AS_OF
    landing.refresh(SOURCE)
    after = without_reports(landing)
    assert after == {name: expected[name] for name in DATA}
    restated = [row for row in after["sessions_daily"] if row[0] < EARLIER.date()]
    assert restated != before["sessions_daily"]  # sessions are processed up to 40 hours late


def test_a_second_load_changes_nothing(sandbox: Sandbox, loaded: Landing, expected: Rows) -> None:
    loaded.refresh(SOURCE)
    assert without_reports(loaded) == {name: expected[name] for name in DATA}
    assert not loaded.refresh(SOURCE).is_changed


def test_a_past_window_does_not_cut_its_periods(sandbox: Sandbox, loaded: Landing, expected: Rows) -> None:
    loaded.refresh(SOURCE, AS_OF, date_from=date(2026, 1, 5), date_to=date(2026, 1, 8))
    assert landed(loaded)["people"] == expected["people"]


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.google_analytics.reports.PAGE_ROWS", 1_000)


@pytest.mark.parametrize(
    "kind",
    [
        *("throttle", "throttle_retry_after", "expired_token", "error_200", "server_error", "truncated", "not_json"),
        *("duplicate_page", "moving_row", "unknown_column", "down"),
    ],
)
def test_a_fault_in_the_middle_ends_in_the_same_rows(
    kind: str, sandbox: Sandbox, loaded: Landing, expected: Rows, small_pages: None
) -> None:
    fault = sandbox.faults.add("google_analytics", kind, path="runReport", after=1)
    loaded.refresh(SOURCE, AS_OF, **MARCH)
    assert without_reports(loaded) == {name: expected[name] for name in DATA}
    assert fault.times == 0


def test_the_vendors_own_smaller_pages_lose_no_row(
    sandbox: Sandbox, loaded: Landing, expected: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(GoogleAnalytics, "page_size", 700)
    loaded.refresh(SOURCE, AS_OF, **MARCH)
    assert without_reports(loaded) == {name: expected[name] for name in DATA}


def test_a_vanished_day_is_emptied(sandbox: Sandbox, loaded: Landing, expected: Rows) -> None:
    day = date(2026, 3, 16)
    sandbox.faults.add("google_analytics", "vanished_day", times=99, path="runReport", day=day.isoformat())
    loaded.refresh(SOURCE)
    after = landed(loaded)
    for name in ("sessions_daily", "key_actions_daily", "landing_pages_daily"):
        assert after[name] == [row for row in expected[name] if row[0] != day], name
        assert after[name] != expected[name], name


@pytest.mark.parametrize(
    ("kind", "error", "words"),
    [
        ("bad_credentials", CredentialsRejectedError, "SOURCES__GOOGLE_ANALYTICS__REFRESH_TOKEN"),
        ("changed_type", UnexpectedAnswerError, "has changed its shape"),
    ],
)
def test_a_lasting_fault_keeps_what_was_loaded(
    kind: str, error: type[Exception], words: str, sandbox: Sandbox, loaded: Landing, expected: Rows
) -> None:
    sandbox.faults.add("google_analytics", kind, times=99, path="runReport")
    with pytest.raises(error, match=words) as raised:
        loaded.refresh(SOURCE)
    assert landed(loaded) == expected
    assert not any(GoogleAnalytics.credentials[name] in str(raised.value) for name in SECRETS)


@pytest.mark.parametrize(
    ("tokens", "left_out"),
    [
        (4_200, {"channel/form", "total/purchase", "landing_pages/form"}),
        (2_300, {"channel/form", "total/purchase", "landing_pages/form", "country/any"}),
        (800, {"channel/form", "landing_pages/(all)", "country/any", "country/(all)", "key_actions/form"}),
    ],
)
def test_what_weighs_least_is_left_out_first_and_keeps_its_rows(
    tokens: int,
    left_out: set[str],
    sandbox: Sandbox,
    loaded: Landing,
    expected: Rows,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(GoogleAnalytics, "tokens", tokens)
    loaded.refresh(SOURCE)
    told = {row[0] for row in loaded.rows("select report from raw_google_analytics.reports where is_left_out")}
    assert left_out <= told
    assert told.isdisjoint({"sessions", "key_actions/any", "total/(all)", "total/any"})
    assert without_reports(loaded) == {name: expected[name] for name in DATA}


def test_without_any_quota_the_load_fails_and_keeps_what_was_loaded(
    sandbox: Sandbox, loaded: Landing, expected: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(GoogleAnalytics, "tokens", 5)
    with pytest.raises(ThrottledError, match="tokens for a project per hour"):
        loaded.refresh(SOURCE)
    assert landed(loaded) == expected


@pytest.fixture
def lossy(small_world: World, monkeypatch: pytest.MonkeyPatch, no_waiting: None) -> Sandbox:
    monkeypatch.setattr(small_world, "losses", Losses(landing_pages_kept=10, user_threshold=40))
    return serve(small_world, monkeypatch)


def test_folded_pages_and_withheld_people_are_flagged(lossy: Sandbox, landing: Landing, seen: pd.DataFrame) -> None:
    landing.refresh(SOURCE)
    pages = landing.rows(
        "select landing_page = '(other)', has_other_row, sum(sessions) from raw_google_analytics.landing_pages_daily "
        "where key_action = '(all)' group by all order by 1"
    )
    assert [row[:2] for row in pages] == [(False, True), (True, True)]
    assert sum(row[2] for row in pages) == len(seen)
    per_day = landing.rows(
        "select count(distinct landing_page) from raw_google_analytics.landing_pages_daily "
        "where key_action = '(all)' group by date"
    )
    assert max(row[0] for row in per_day) == 11
    people = landing.rows(
        "select min(total_users), bool_and(is_thresholded) from raw_google_analytics.people "
        "where segment_set = 'channel' and key_action = '(all)' and period_grain = 'day'"
    )
    assert people[0][0] >= 40
    assert people[0][1]
    totals = landing.rows("select bool_or(is_thresholded) from raw_google_analytics.people where segment_set = 'total'")
    assert totals == [(False,)]


def test_no_secret_lands(first_load: Landing) -> None:
    content = first_load.path.read_bytes()
    for name in SECRETS:
        assert GoogleAnalytics.credentials[name].encode() not in content
