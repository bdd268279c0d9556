"""Meta's business SDK reads the sandbox: code that we did not write holds it to the real format."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from sandbox.server import SandboxServer
from sandbox.vendors.meta_ads import ACCOUNT, MetaAds
from sandbox.vendors.meta_organic import PAGE, MetaOrganic
from sandbox.world import World
from tests.sandbox.conftest import AS_OF

pytestmark = pytest.mark.slow
WHY = "`make test-clients` installs the vendors' clients"
sdk_api = pytest.importorskip("facebook_business.api", reason=WHY)
sdk_session = pytest.importorskip("facebook_business.session", reason=WHY)
ad_accounts = pytest.importorskip("facebook_business.adobjects.adaccount", reason=WHY)
pages = pytest.importorskip("facebook_business.adobjects.page", reason=WHY)
page_posts = pytest.importorskip("facebook_business.adobjects.pagepost", reason=WHY)
refusals = pytest.importorskip("facebook_business.exceptions", reason=WHY)

FIELDS = ["campaign_id", "impressions", "spend", "actions"]
MARCH = {"since": "2026-03-01", "until": "2026-03-10"}


@pytest.fixture
def server(world: World) -> Iterator[SandboxServer]:
    with SandboxServer(world, AS_OF, {"meta_ads": MetaAds, "meta_organic": MetaOrganic}) as served:
        yield served


def api(server: SandboxServer, source: str, token: str, patch: pytest.MonkeyPatch) -> Any:
    patch.setattr(sdk_session.FacebookSession, "GRAPH", server.url(source))
    return sdk_api.FacebookAdsApi(sdk_session.FacebookSession(access_token=token), api_version="v26.0")


@pytest.fixture
def account(server: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> Any:
    return ad_accounts.AdAccount(f"act_{ACCOUNT}", api=api(server, "meta_ads", MetaAds.token, monkeypatch))


@pytest.fixture
def delivered(truth: dict[str, pd.DataFrame]) -> pd.DataFrame:
    rows = truth["ad_delivery"]
    days = (rows["date"] >= MARCH["since"]) & (rows["date"] <= MARCH["until"])
    rows = rows[days & (rows["platform"] == "meta_ads")]
    keys = [rows["date"].dt.strftime("%Y-%m-%d"), rows["campaign_id"].astype(str)]
    return rows.groupby(keys)[["impressions", "spend_micros"]].sum()


def test_it_pages_through_campaign_days(account: Any, delivered: pd.DataFrame) -> None:
    every = {"field": "campaign.effective_status", "operator": "IN", "value": ["ACTIVE", "ARCHIVED"]}
    params = {"level": "campaign", "time_increment": 1, "time_range": MARCH, "limit": 7, "filtering": [every]}
    found = {(row["date_start"], row["campaign_id"]): row for row in account.get_insights(fields=FIELDS, params=params)}
    assert {key: int(row["impressions"]) for key, row in found.items()} == delivered["impressions"].to_dict()
    assert {key: round(float(row["spend"]) * 100) for key, row in found.items()} == (
        (delivered["spend_micros"] // 10_000).to_dict()
    )


def test_it_runs_a_report(account: Any, delivered: pd.DataFrame) -> None:
    params = {"level": "account", "time_increment": "all_days", "time_range": MARCH}
    run = account.get_insights(fields=["impressions", "reach"], params=params, is_async=True).api_get()
    assert run["async_status"] == "Job Completed"
    (row,) = run.get_insights()
    assert int(row["impressions"]) == delivered["impressions"].sum()
    assert (row["date_start"], row["date_stop"]) == (MARCH["since"], MARCH["until"])


def test_it_understands_refusals(server: SandboxServer, monkeypatch: pytest.MonkeyPatch, account: Any) -> None:
    server.faults.add("meta_ads", "throttle")
    with pytest.raises(refusals.FacebookRequestError) as throttled:
        account.api_get(fields=["currency"])
    assert (throttled.value.http_status(), throttled.value.api_error_code()) == (400, 80000)
    account = type(account)(f"act_{ACCOUNT}", api=api(server, "meta_ads", "wrong", monkeypatch))
    with pytest.raises(refusals.FacebookRequestError) as refused:
        account.api_get(fields=["currency"])
    assert refused.value.api_error_code() == 190


def test_it_reads_a_page_and_its_posts_in_a_batch(
    server: SandboxServer, monkeypatch: pytest.MonkeyPatch, truth: dict[str, pd.DataFrame]
) -> None:
    token = pages.Page(PAGE, api=api(server, "meta_organic", MetaOrganic.token, monkeypatch)).api_get(
        fields=["access_token"]
    )
    client = api(server, "meta_organic", token["access_token"], monkeypatch)
    days = truth["social_days"]
    days = days[(days["platform"] == "facebook") & (days["date"] >= "2026-03-01") & (days["date"] <= "2026-03-10")]
    params = {"metric": "page_follows", "period": "day", "since": "2026-03-01", "until": "2026-03-11"}
    (metric,) = client.call("GET", (PAGE, "insights"), params).json()["data"]
    assert [point["value"] for point in metric["values"]] == days["followers_end"].tolist()
    assert metric["values"][-1]["end_time"] == "2026-03-11T07:00:00+0000"  # summer time has begun

    posts = client.call("GET", (PAGE, "published_posts"), {"limit": 3}).json()["data"]
    answers: list[Any] = []
    batch = client.new_batch()
    for post in posts:
        params = {"metric": ["post_media_view"]}
        page_posts.PagePost(post["id"], api=client).get_insights(params=params, batch=batch, success=answers.append)
    batch.execute()
    views = truth["social_posts"].set_index("post_id")["views"]
    values = [answer.json()["data"][0]["values"][0]["value"] for answer in answers]
    assert len(values) == 3
    for post, value in zip(posts, values, strict=True):
        assert 0 <= value <= views[post["id"].removeprefix(f"{PAGE}_")]
