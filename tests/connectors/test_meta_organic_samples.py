"""Every organic sample of the vendor page lands as the page says, or ends in one clear error."""

import json
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from connectors.common.errors import CredentialsRejectedError, SourceError, UnexpectedAnswerError
from connectors.meta_organic import SOURCE
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
        if call.method == "POST":
            return Answer([self.in_batch(item) for item in json.loads(parse_qs(call.body.decode())["batch"][0])])
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
        if self.media_error:
            return self.body(self.media_error, 400)
        told = json.loads(self.body("ig_media_insights_reels").body)
        return Answer({"data": [metric for metric in told["data"] if metric["name"] in metrics.split(",")]})

    def in_batch(self, call: dict[str, str]) -> dict[str, Any]:
        path, _, query = call["relative_url"].partition("?")
        answer = self.answer(Call("GET", f"/v26.0/{path}", parse_qs(query), {}, b""))
        body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        return {"code": answer.status, "body": body.decode()}


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
    rows = landing.rows("select date, views, reach from raw_meta_organic.instagram_days order by date")
    assert rows[-2:] == [(date(2026, 11, 1), 5123, 2104), (date(2026, 11, 2), 5123, None)]
    assert landing.rows("select date, new_followers from raw_meta_organic.instagram_new_followers") == [
        (date(2026, 11, 1), 11)
    ]
    assert landing.rows("select date, followers from raw_meta_organic.follower_snapshots") == [
        (date(2026, 11, 3), 500)  # the stock of now, whatever days are asked for
    ]


def test_an_instagram_day_without_figures_is_no_row(vendor: Vendor, fake_api: FakeApi, landing: Landing) -> None:
    landing.refresh(SOURCE, LATER, **SPAN)
    fake_api.handler = lambda call: (
        vendor.body("ig_user_insights_empty") if call.path.endswith(f"{ACCOUNT}/insights") else vendor.answer(call)
    )
    landing.refresh(SOURCE, LATER, **SPAN)
    assert landing.rows("from raw_meta_organic.instagram_days") == []
    # The vendor shows these for 30 days only: what it showed once stays.
    assert landing.rows("select new_followers from raw_meta_organic.instagram_new_followers") == [(11,)]
    assert landing.rows("select count(*) from raw_meta_organic.page_days") == [(2,)]


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


def test_a_metric_that_one_kind_of_post_lacks_is_asked_of_the_others(
    vendor: Vendor, landing: Landing, fake_api: FakeApi
) -> None:
    def answer(call: Call) -> Answer:
        is_reel = "17900000000000001/" in call.path
        metrics = call.query.get("metric", [""])[0].split(",")
        return vendor.body("error_100_invalid_metric", 400) if is_reel and "saved" in metrics else reel(call)

    reel, vendor.answer = vendor.answer, answer  # type: ignore[method-assign]
    fake_api.handler = answer
    landing.refresh(SOURCE, LATER, **SPAN)
    assert landing.rows(
        "select post_type, saves, reach from raw_meta_organic.posts where platform = 'instagram' order by post_id"
    ) == [
        ("reel", None, 3020),
        ("photo", 31, 3020),
        ("photo", 31, 3020),
    ]


def test_what_a_batch_leaves_undone_is_asked_for_alone(
    vendor: Vendor, landing: Landing, fake_api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    throttled = {"code": 400, "body": vendor.body("error_4_app_throttled").body.decode()}
    undone = iter([None, throttled])
    in_batch = vendor.in_batch
    monkeypatch.setattr(vendor, "in_batch", lambda call: next(undone, in_batch(call)))
    fake_api.handler = vendor.answer
    landing.refresh(SOURCE, LATER, **SPAN)
    assert landing.rows("select distinct views from raw_meta_organic.posts where platform = 'facebook'") == [(70,)]


def test_a_broken_batch_is_asked_for_again(vendor: Vendor, landing: Landing, fake_api: FakeApi) -> None:
    broken = [Answer(b"<html>"), Answer(b'[{"code":200,"bo')]
    fake_api.handler = lambda call: broken.pop() if broken and call.method == "POST" else vendor.answer(call)
    landing.refresh(SOURCE, LATER, **SPAN)
    assert landing.rows("select distinct views from raw_meta_organic.posts where platform = 'facebook'") == [(70,)]


@pytest.mark.parametrize("owner", [PAGE, ACCOUNT, "17900000000000001"])
def test_a_missing_permission_is_an_error_and_no_empty_day(
    owner: str, vendor: Vendor, fake_api: FakeApi, landing: Landing
) -> None:
    landing.refresh(SOURCE, LATER, **SPAN)
    before = landing.rows("from raw_meta_organic.page_days"), landing.rows("from raw_meta_organic.posts")
    refused = {"error": {"message": "(#10) This endpoint requires the read_insights permission", "code": 10}}

    def answer(call: Call) -> Answer:
        return Answer(refused, 400) if call.path.endswith(f"/{owner}/insights") else real(call)

    real, vendor.answer = vendor.answer, answer  # type: ignore[method-assign]
    fake_api.handler = answer
    with pytest.raises(SourceError, match="read_insights"):
        landing.refresh(SOURCE, LATER, **SPAN)
    assert (landing.rows("from raw_meta_organic.page_days"), landing.rows("from raw_meta_organic.posts")) == before


def test_a_metric_that_became_an_object_is_an_error(vendor: Vendor, fake_api: FakeApi, landing: Landing) -> None:
    split = {"name": "page_media_view", "values": [{"value": {"like": 21}, "end_time": "2026-11-01T07:00:00+0000"}]}
    fake_api.handler = lambda call: (
        Answer({"data": [split]}) if call.path.endswith(f"{PAGE}/insights") else vendor.answer(call)
    )
    with pytest.raises(UnexpectedAnswerError, match="page_media_view has changed its shape"):
        landing.refresh(SOURCE, LATER, **SPAN)


def test_an_expired_page_token_is_fetched_again(vendor: Vendor, fake_api: FakeApi, landing: Landing) -> None:
    expired = [vendor.body("error_190_expired_token", 400)]
    fake_api.handler = lambda call: (
        expired.pop() if expired and call.path.endswith(f"{PAGE}/insights") else vendor.answer(call)
    )
    landing.refresh(SOURCE, LATER, **SPAN)
    assert landing.rows("select count(*) from raw_meta_organic.page_days") == [(2,)]
    tokens = [call for call in fake_api.calls if call.query.get("fields") == ["access_token"]]
    assert len(tokens) == 2


def test_without_any_account_the_setting_is_named(
    vendor: Vendor, landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PAGE_IDS", "IG_USER_IDS"):
        monkeypatch.delenv(f"SOURCES__META_ORGANIC__{name}")
    with pytest.raises(SourceError, match="Set `page_ids` or `ig_user_ids`"):
        landing.refresh(SOURCE, LATER, **SPAN)


def test_days_before_the_vendors_history_are_neither_asked_for_nor_emptied(
    vendor: Vendor, fake_api: FakeApi, landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    landing.refresh(SOURCE, LATER, **SPAN)
    before = landing.rows("from raw_meta_organic.page_days")
    monkeypatch.setenv("SOURCES__META_ORGANIC__PAGE_HISTORY_DAYS", "1")
    monkeypatch.setenv("SOURCES__META_ORGANIC__INSTAGRAM_HISTORY_DAYS", "1")
    fake_api.calls.clear()
    landing.refresh(SOURCE, LATER, **SPAN)
    assert [call for call in fake_api.calls if call.path.endswith(f"{PAGE}/insights")] == []
    assert landing.rows("from raw_meta_organic.page_days") == before
