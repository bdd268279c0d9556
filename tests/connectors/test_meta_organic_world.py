"""The simulated company's organic accounts through server, connector and staging: what lands is the truth."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from connectors.common.errors import CredentialsRejectedError, UnexpectedAnswerError
from connectors.common.privacy import Hasher
from connectors.meta_organic import SOURCE, insights
from sandbox.server import Sandbox
from sandbox.vendors.meta_organic import MetaOrganic
from sandbox.world import World
from tests.connectors.conftest import AS_OF, Landing, serve
from tests.connectors.staging import staged

EARLIER = AS_OF - timedelta(days=28)  # a post is deleted the day after
NOW = pd.Timestamp(AS_OF).tz_localize(None)
LAST_DAY = pd.Timestamp("2026-03-17")
HISTORY_DAYS = "120"  # Instagram's views cost a call a day: no loads here go back much further than the world
COUNTERS = ("likes", "comments", "shares", "saves", "views", "reach")
FAULTS = (
    *("throttle", "throttle_retry_after", "server_error", "truncated", "not_json", "down"),
    *("error_200", "unknown_column"),
)
# Told only as of now, or for a few days: two loads know more of them than one.
UNREPEATABLE = {"follower_snapshots", "instagram_new_followers"}
Rows = dict[str, list[tuple[Any, ...]]]


def landed(landing: Landing) -> Rows:
    return {
        table.name: landing.rows(f"select {', '.join(table.columns)} from raw_meta_organic.{table.name} order by all")
        for table in SOURCE.tables
    }


@pytest.fixture(autouse=True)
def short_history(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MetaOrganic.credentials, "instagram_history_days", HISTORY_DAYS)


@pytest.fixture(scope="module")
def fresh(small_world: World, tmp_path_factory: pytest.TempPathFactory) -> Landing:
    """One undisturbed load."""
    landing = Landing(tmp_path_factory.mktemp("fresh") / "source.duckdb", Hasher(b"test-key"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(MetaOrganic.credentials, "instagram_history_days", HISTORY_DAYS)
        serve(small_world, patch)
        landing.refresh(SOURCE)
    return landing


@pytest.fixture(scope="module")
def expected(fresh: Landing) -> Rows:
    return landed(fresh)


@pytest.fixture(scope="module")
def models(fresh: Landing, tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    return staged(SOURCE, fresh.path, AS_OF, tmp_path_factory.mktemp("staged"))


def test_account_days_are_the_truth(models: dict[str, pd.DataFrame], small_world: World) -> None:
    truth = small_world.tables["social_days"].astype({"platform": object, "account_id": object})
    truth = truth[truth["date"] <= LAST_DAY].set_index(["platform", "date"]).sort_index()
    got = models["social_account_days"].assign(date=lambda rows: pd.to_datetime(rows["date"]))
    got = got.set_index(["platform", "date"]).sort_index()
    assert list(got.index) == list(truth.index)
    for column, name in {"views": "views", "reach": "reach", "account_id": "account_id"}.items():
        assert (got[column] == truth[name]).all(), column
    page, there = got.loc["facebook"], truth.loc["facebook"]
    for column, name in {"follows": "follows", "unfollows": "unfollows", "followers": "followers_end"}.items():
        assert (page[column] == there[name]).all(), column
    account, there = got.loc["instagram"], truth.loc["instagram"]
    assert account["followers"].dropna().to_dict() == {LAST_DAY: there["followers_end"].iloc[-1]}
    assert account["follows"].dropna().to_dict() == there["follows"].iloc[-29:].to_dict()
    assert account["unfollows"].isna().all()


def test_posts_are_the_truth_as_far_as_their_counters_have_grown(
    models: dict[str, pd.DataFrame], small_world: World
) -> None:
    truth = small_world.tables["social_posts"]
    truth = truth[(truth["published_at"] <= NOW) & ~(truth["deleted_at"] <= NOW)]
    truth = truth.assign(key=truth["post_id"].astype(object)).set_index("key").sort_index()
    got = models["social_posts"]
    got = got.assign(key=got["post_id"].str.removeprefix("444444444_")).set_index("key").sort_index()
    assert list(got.index) == list(truth.index)
    assert (got["published_at"] == truth["published_at"]).all()
    share = ((NOW - truth["published_at"]) / pd.Timedelta(hours=336)).clip(upper=1.0)
    is_page = (truth["platform"] == "facebook").to_numpy()
    for name in COUNTERS:
        wanted = np.floor(truth[name].astype(float) * share)
        assert (got[name].fillna(0) == wanted).all(), name
    assert got[is_page]["saves"].isna().all()
    kinds = truth["post_type"].astype(object).where(~is_page, "unknown")
    assert (got["post_type"] == kinds).all()


def test_a_snapshot_of_posts_is_what_their_counters_say_now(models: dict[str, pd.DataFrame]) -> None:
    columns = ["platform", "account_id", "post_id", "published_at", "likes", "comments", "shares", "saves"]
    kept, posts = (models[name].sort_values("post_id") for name in ("social_post_snapshots", "social_posts"))
    pd.testing.assert_frame_equal(kept[columns].reset_index(drop=True), posts[columns].reset_index(drop=True))
    assert set(pd.to_datetime(kept["date"])) == {LAST_DAY}


def test_a_reload_equals_a_load_from_scratch(sandbox: Sandbox, landing: Landing, expected: Rows) -> None:
    sandbox.as_of = EARLIER
    landing.refresh(SOURCE, EARLIER)
    before = landed(landing)
    sandbox.as_of = AS_OF
    landing.refresh(SOURCE)
    after = landed(landing)
    told_once = UNREPEATABLE | {"post_snapshots"}
    assert {name: rows for name, rows in after.items() if name not in told_once} == {
        name: rows for name, rows in expected.items() if name not in told_once
    }
    grown = {row[1]: row for row in after["posts"]}
    assert any(grown[row[1]] != row for row in before["posts"] if row[1] in grown)
    assert {row[1] for row in before["posts"]} - grown.keys()  # deleted since
    for table in UNREPEATABLE:
        assert set(before[table]) | set(expected[table]) == set(after[table])
    assert len(after["follower_snapshots"]) == 2
    assert len(after["instagram_new_followers"]) == 29 + 28
    # A later load looks at the posts of its window alone, and takes nothing of an earlier day away.
    recent = {row for row in expected["post_snapshots"] if row[4].date() >= date(2026, 2, 15)}
    added = set(after["post_snapshots"]) - set(before["post_snapshots"])
    assert len(before["post_snapshots"]) == len(before["posts"])
    assert set(before["post_snapshots"]) < set(after["post_snapshots"])
    assert recent <= added <= set(expected["post_snapshots"])


def test_the_same_load_again_changes_nothing(sandbox: Sandbox, landing: Landing, expected: Rows) -> None:
    landing.refresh(SOURCE)
    landing.refresh(SOURCE)
    assert landed(landing) == expected
    assert not landing.refresh(SOURCE).is_changed


def test_a_vanished_day_is_emptied(sandbox: Sandbox, landing: Landing, expected: Rows) -> None:
    landing.refresh(SOURCE)
    sandbox.faults.add("meta_organic", "vanished_day", path="/insights", day=date(2026, 3, 10))
    landing.refresh(SOURCE)
    for table in ("page_days", "instagram_days"):
        assert landed(landing)[table] == [row for row in expected[table] if row[0] != date(2026, 3, 10)]


def test_faults_along_the_way_end_in_the_same_rows(
    sandbox: Sandbox, landing: Landing, expected: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(insights, "PAGE_SIZE", 8)  # several pages of a small world
    monkeypatch.setattr(insights, "BATCH_SIZE", 8)
    for place, kind in enumerate(FAULTS, start=1):
        sandbox.faults.add("meta_organic", kind, path="/insights", after=2 * place)
        sandbox.faults.add("meta_organic", kind, path="/v26.0/", after=30 + 7 * place)
    for path in ("/published_posts", "/media"):
        sandbox.faults.add("meta_organic", "duplicate_page", path=path)
        sandbox.faults.add("meta_organic", "moving_row", path=path)
    landing.refresh(SOURCE)
    assert landed(landing) == expected
    assert all(fault.times == 0 for fault in sandbox.faults._faults)


def test_refused_credentials_and_a_changed_type_keep_what_was_loaded(sandbox: Sandbox, landing: Landing) -> None:
    landing.refresh(SOURCE)
    before = landed(landing)
    for kind in ("expired_token", "bad_credentials"):
        sandbox.faults.add("meta_organic", kind, times=9)
        with pytest.raises(CredentialsRejectedError, match=r"access_token.*SOURCES__META_ORGANIC__ACCESS") as error:
            landing.refresh(SOURCE)
        assert MetaOrganic.token not in str(error.value)
        assert MetaOrganic.page_token not in str(error.value)
        sandbox.faults.clear()
    sandbox.faults.add("meta_organic", "changed_type", path="/insights", after=3)
    with pytest.raises(UnexpectedAnswerError, match="changed its shape"):
        landing.refresh(SOURCE)
    assert landed(landing) == before
