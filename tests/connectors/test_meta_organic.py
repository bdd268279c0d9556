"""Facebook Pages and Instagram: sample bodies, retired metrics, snapshots, the whole way over a company."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from connectors.common import http
from connectors.common.errors import CredentialsRejectedError, SourceError
from connectors.meta_organic import SOURCE
from sandbox.adapter import BASE_URL, SandboxAdapter
from sandbox.server import Sandbox
from sandbox.world import World, build_world
from tests.connectors.conftest import AS_OF, Answer, Call, FakeApi, Landing

PAGE, ACCOUNT, TOKEN = "102030405060708", "17841400000000000", "EAAGsecret"
SPAN: dict[str, Any] = {"date_from": date(2026, 10, 28), "date_to": date(2026, 11, 2)}
LATER = AS_OF.replace(month=11, day=4)


class Vendor:
    """The sample bodies by path; `invalid`: metrics that fail a call."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.invalid: set[str] = set()
        self.media_error = ""
        self.asked: list[str] = []

    def body(self, name: str, status: int = 200) -> Answer:
        return Answer((self._folder / f"{name}.json").read_bytes(), status)

    def answer(self, call: Call) -> Answer:
        path = call.path.removeprefix("/v26.0/")
        metrics = call.query.get("metric", [""])[0]
        self.asked.append(metrics)
        if self.invalid & set(metrics.split(",")):
            return self.body("error_100_invalid_metric", 400)
        if "/" not in path:
            return Answer({"id": path, "access_token": "EAAGpage", "followers_count": 500})
        if path.endswith("/published_posts"):
            return self.body("page_posts_page_last" if "after" in call.query else "page_posts_page_1")
        if path.endswith("/media"):
            return self.body("ig_media_page_last" if "after" in call.query else "ig_media_page_1")
        if path.startswith(f"{PAGE}/"):
            return self.body("page_insights_day")
        if path.startswith(f"{ACCOUNT}/"):
            is_total = "metric_type" in call.query
            return self.body("ig_user_insights_total_value" if is_total else "ig_user_insights_timeseries")
        if path.startswith(PAGE):
            return Answer({"data": [{"name": "post_media_view", "period": "lifetime", "values": [{"value": 70}]}]})
        return self.body(self.media_error, 400) if self.media_error else self.body("ig_media_insights_reels")


@pytest.fixture
def vendor(shared: Path, fake_api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> Vendor:
    made = Vendor(shared / "vendors" / "samples" / "meta")
    fake_api.handler = made.answer
    settings = {"BASE_URL": fake_api.url, "ACCESS_TOKEN": TOKEN, "PAGE_IDS": PAGE, "IG_USER_IDS": ACCOUNT}
    for name, value in settings.items():
        monkeypatch.setenv(f"SOURCES__META_ORGANIC__{name}", value)
    return made


def test_a_value_belongs_to_the_day_before_its_end(vendor: Vendor, landing: Landing) -> None:
    landing.refresh(SOURCE, LATER, **SPAN)
    assert landing.rows("select date, media_views, post_engagements from raw_meta_organic.page_days order by date") == [
        (date(2026, 10, 31), 1523, 77),
        (date(2026, 11, 1), 1388, 61),
    ]


def test_instagram_days_join_series_and_totals(vendor: Vendor, landing: Landing) -> None:
    landing.refresh(SOURCE, LATER, **SPAN)
    rows = landing.rows("select date, views, reach, new_followers from raw_meta_organic.instagram_days order by date")
    assert rows[-2:] == [(date(2026, 11, 1), 5123, 2104, 11), (date(2026, 11, 2), 5123, None, None)]
    assert landing.rows("select date, followers from raw_meta_organic.follower_snapshots") == [(date(2026, 11, 2), 500)]


def test_posts_land_with_their_counters_and_without_their_words(vendor: Vendor, landing: Landing) -> None:
    landing.refresh(SOURCE, LATER, **SPAN)
    rows = landing.rows(
        "select post_id, likes, comments, shares, views from raw_meta_organic.posts where platform = 'facebook'"
    )
    assert sorted(rows) == [
        (f"{PAGE}_8999", 12, 2, 0, 70),
        (f"{PAGE}_9000", 12, 2, 0, 70),
        (f"{PAGE}_9001", 12, 2, 3, 70),
    ]
    reels = landing.rows(
        "select post_type, likes, saves, reach from raw_meta_organic.posts where post_id = '17900000000000001'"
    )
    assert reels == [("reel", 210, 31, 3020)]
    assert b"Autumn sale" not in landing.path.read_bytes()


def test_endless_paging_is_not_followed(vendor: Vendor, fake_api: FakeApi, landing: Landing) -> None:
    vendor.answer, real = (
        (lambda call: vendor.body("page_insights_empty") if "/insights" in call.path else real(call)),
        vendor.answer,
    )  # type: ignore[method-assign]
    fake_api.handler = vendor.answer
    landing.refresh(SOURCE, LATER, **SPAN)
    assert landing.rows("select count(*) from raw_meta_organic.page_days") == [(0,)]
    assert len(fake_api.calls) < 30


def test_one_retired_metric_does_not_cost_the_others(vendor: Vendor, landing: Landing) -> None:
    vendor.invalid = {"page_media_view"}
    landing.refresh(SOURCE, LATER, **SPAN)
    assert landing.rows(
        "select media_views, post_engagements from raw_meta_organic.page_days order by date limit 1"
    ) == [(1523, 77)]
    assert [asked for asked in vendor.asked if asked == "page_media_view"] == ["page_media_view"]


@pytest.mark.parametrize("error", ["ig_error_10_not_enough_viewers", "ig_error_media_before_conversion"])
def test_media_without_figures_is_kept_without_them(error: str, vendor: Vendor, landing: Landing) -> None:
    vendor.media_error = error
    landing.refresh(SOURCE, LATER, **SPAN)
    rows = landing.rows("select likes, reach from raw_meta_organic.posts where post_id = '17900000000000001'")
    assert rows == [(210, None)]


@pytest.mark.parametrize(
    ("file", "error"), [("error_190_expired_token", CredentialsRejectedError), ("error_4_app_throttled", SourceError)]
)
def test_sample_errors_end_in_one_clear_sentence(
    file: str, error: type[Exception], vendor: Vendor, fake_api: FakeApi, landing: Landing
) -> None:
    fake_api.handler = lambda _: vendor.body(file, 400)
    with pytest.raises(error) as raised:
        landing.refresh(SOURCE, LATER, **SPAN)
    assert TOKEN not in str(raised.value)


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(size="small", months=4, seed=7, as_of=AS_OF)


@pytest.fixture
def sandbox(world: World, no_waiting: None, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    box = Sandbox(world, AS_OF, BASE_URL)
    monkeypatch.setitem(http._ADAPTERS, BASE_URL, SandboxAdapter(box))
    for name, value in box.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SOURCES__META_ORGANIC__INSTAGRAM_HISTORY_DAYS", "150")
    return box


DAYS = """
select date, media_views, media_viewers, follows, unfollows, followers from raw_meta_organic.page_days order by date
"""
POSTS = """
select post_id, likes, comments, shares, coalesce(saves, 0), views, reach from raw_meta_organic.posts order by post_id
"""


def test_all_days_and_posts_of_the_company_land(sandbox: Sandbox, world: World, landing: Landing) -> None:
    landing.refresh(SOURCE, date_from=world.history_start)
    days = world.tables["social_days"]
    page = days[days["platform"].astype(str) == "facebook"]
    columns = ["views", "reach", "follows", "unfollows", "followers_end"]
    days_of_page = page[columns].astype(int).itertuples(index=False, name=None)
    truth = [(day.date(), *values) for day, values in zip(page["date"], days_of_page, strict=True)]
    assert landing.rows(DAYS) == truth
    views = landing.rows("select sum(views), count(new_followers) from raw_meta_organic.instagram_days")
    assert views == [(int(days[days["platform"].astype(str) == "instagram"]["views"].sum()), 29)]
    posts = world.tables["social_posts"]
    there = posts[posts["deleted_at"].isna() & (posts["published_at"] < np.datetime64("2026-03-18"))]
    assert {row[0].removeprefix("444444444_") for row in landing.rows(POSTS)} == set(there["post_id"].astype(str))


def test_a_reload_of_thirty_days_equals_a_fresh_load(
    sandbox: Sandbox, world: World, landing: Landing, tmp_path: Path
) -> None:
    earlier = AS_OF - timedelta(days=10)
    sandbox.as_of = earlier
    landing.refresh(SOURCE, earlier)
    sandbox.as_of = AS_OF
    landing.refresh(SOURCE)
    fresh = Landing(tmp_path / "fresh" / "meta_organic.duckdb", landing.hasher)
    fresh.refresh(SOURCE)
    assert landing.rows(DAYS) == fresh.rows(DAYS)
    assert landing.rows(POSTS) == fresh.rows(POSTS)
    assert len(landing.rows("from raw_meta_organic.follower_snapshots")) == 2


@pytest.mark.parametrize(
    "kind",
    ["throttle", "server_error", "truncated", "not_json", "down", "duplicate_page", "unknown_column", "error_200"],
)
def test_a_passing_fault_leaves_right_data(kind: str, sandbox: Sandbox, landing: Landing, tmp_path: Path) -> None:
    span: dict[str, Any] = {"date_from": date(2026, 3, 1), "date_to": date(2026, 3, 17)}
    fresh = Landing(tmp_path / "fresh" / "meta_organic.duckdb", landing.hasher)
    fresh.refresh(SOURCE, **span)
    sandbox.faults.add("meta_organic", kind, after=3)
    landing.refresh(SOURCE, **span)
    assert landing.rows(DAYS) == fresh.rows(DAYS)
    assert landing.rows(POSTS) == fresh.rows(POSTS)


def test_refused_credentials_keep_what_was_loaded(sandbox: Sandbox, landing: Landing) -> None:
    span: dict[str, Any] = {"date_from": date(2026, 3, 1), "date_to": date(2026, 3, 17)}
    landing.refresh(SOURCE, **span)
    before = landing.rows(POSTS)
    sandbox.faults.add("meta_organic", "bad_credentials", times=9)
    with pytest.raises(CredentialsRejectedError) as raised:
        landing.refresh(SOURCE, **span)
    assert landing.rows(POSTS) == before
    assert json.dumps("EAAGsandbox") not in str(raised.value)
