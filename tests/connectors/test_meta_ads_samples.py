"""Every ads sample of the vendor page lands as the page says, or ends in one clear error."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from connectors.common.errors import CredentialsRejectedError, SourceError, ThrottledError, VendorUnavailableError
from connectors.meta_ads import SOURCE
from tests.connectors.conftest import Answer, Call, FakeApi, Landing

TOKEN = "EAAGplanted"
ACCOUNT = "100000000000001"
EMPTY = {"data": []}


def load_week(landing: Landing) -> None:
    landing.refresh(SOURCE, date_from=date(2026, 3, 2), date_to=date(2026, 3, 8))


def asked(call: Call) -> dict[str, str]:
    """The parameters of a call, from its query or its form."""
    found = call.query if call.method == "GET" else parse_qs(call.body.decode())
    return {name: values[-1] for name, values in found.items()}


class Meta:
    """Serves the samples: ad days by cursor, country days, report runs by their status; all else is empty."""

    def __init__(self, samples: Path) -> None:
        self.samples = samples
        self.first: list[Answer] = []  # answered before any other insights
        self.statuses: list[str] = ["async_status_completed.json"]
        self.insights: Callable[[dict[str, str]], Any] = self.by_report

    def body(self, name: str) -> Any:
        return json.loads((self.samples / name).read_text("utf-8"))

    def error(self, name: str, headers: dict[str, str] | None = None) -> Answer:
        return Answer(self.body(name), 500 if "error_1_" in name else 400, headers or {})

    def __call__(self, call: Call) -> Answer:
        assert call.headers["Authorization"] == f"Bearer {TOKEN}"
        assert TOKEN not in call.path + str(call.query) + call.body.decode()
        place = call.path.removeprefix("/v26.0/")
        if place == f"act_{ACCOUNT}":
            return Answer(self.body("adaccount.json"))
        if self.first:
            return self.first.pop(0)
        if call.method == "POST":
            return Answer(self.body("async_create.json"))
        if place == "6023920149050":
            return Answer(self.body(self.statuses[0] if len(self.statuses) == 1 else self.statuses.pop(0)))
        return Answer(self.insights(asked(call)))

    def by_report(self, params: dict[str, str]) -> Any:
        if params.get("level") == "ad":
            return self.body("ads_insights_page_last.json" if params.get("after") else "ads_insights_page_1.json")
        if params.get("breakdowns") == "country":
            return self.body("ads_insights_breakdown_country.json")
        return self.body("ads_insights_empty.json")


@pytest.fixture
def meta(shared: Path, fake_api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> Meta:
    monkeypatch.setenv("SOURCES__META_ADS__ACCOUNT_IDS", f"act_{ACCOUNT}")
    monkeypatch.setenv("SOURCES__META_ADS__ACCESS_TOKEN", TOKEN)
    monkeypatch.setenv("SOURCES__META_ADS__BASE_URL", fake_api.url)
    monkeypatch.setattr("connectors.common.meta_graph.time.sleep", lambda _: None)
    fake_api.handler = vendor = Meta(shared / "vendors" / "samples" / "meta")
    return vendor


def test_two_pages_of_ads_land_with_absent_keys_as_zero_and_no_link_followed(
    meta: Meta, landing: Landing, fake_api: FakeApi
) -> None:
    load_week(landing)
    assert landing.rows(
        "select date, ad_set_name, ad_name, impressions, clicks, inline_link_clicks, spend_amount, omni_purchases, "
        "purchases, omni_purchase_value_amount, time_zone, currency from raw_meta_ads.ads_daily order by date, ad_id"
    ) == [
        (
            *(date(2026, 11, 1), "US 25-44", "carousel_a", 185, 9, 7, Decimal("14.35"), 1.0, 1.0, Decimal("49.99")),
            *("America/Los_Angeles", "USD"),
        ),
        (
            *(date(2026, 11, 2), "US 25-44", "carousel_a", 12, 0, 0, Decimal("0.04"), None, None, None),
            *("America/Los_Angeles", "USD"),
        ),
        (
            *(date(2026, 11, 2), "US 25-44", "video_b", 1040, 31, 20, Decimal("25.2"), None, None, None),
            *("America/Los_Angeles", "USD"),
        ),
    ]
    pages = [asked(call) for call in fake_api.calls if asked(call).get("level") == "ad"]
    assert [page.get("after") for page in pages] == [None, "MQZDZD"]
    assert json.loads(pages[0]["time_range"]) == {"since": "2026-03-02", "until": "2026-03-08"}
    assert "ARCHIVED" in pages[0]["filtering"]


def test_countries_land_and_an_unknown_one_too(meta: Meta, landing: Landing) -> None:
    load_week(landing)
    assert landing.rows(
        "select country, impressions, spend_amount from raw_meta_ads.campaign_countries_daily order by country"
    ) == [("US", 12, Decimal("0.04")), ("unknown", 3, Decimal("0.01"))]


def test_action_types_are_told_apart(meta: Meta, landing: Landing) -> None:
    meta.insights = lambda params: (
        meta.body("ads_insights_page_last.json")
        if params["level"] == "campaign" and "breakdowns" not in params and params["time_increment"] == "1"
        else EMPTY
    )
    load_week(landing)
    assert landing.rows(
        "select action_type, actions, value_amount from raw_meta_ads.campaign_actions_daily order by action_type"
    ) == [("lead", 2.0, None), ("link_click", 20.0, None)]


def test_nothing_delivered_is_an_empty_table(meta: Meta, landing: Landing) -> None:
    meta.insights = lambda _: EMPTY
    load_week(landing)
    assert landing.rows(
        "select (select count(*) from raw_meta_ads.campaigns_daily), (select count(*) from raw_meta_ads.reach), "
        "(select count(*) from raw_meta_ads.accounts)"
    ) == [(0, 0, 1)]


def test_a_wide_window_is_asked_for_by_report_runs_that_are_waited_for(
    meta: Meta, landing: Landing, fake_api: FakeApi
) -> None:
    meta.statuses = ["async_status_running.json", "async_status_completed.json"]
    meta.insights = lambda params: EMPTY if "level" in params else meta.body("ads_insights_page_last.json")
    landing.refresh(SOURCE, date_from=date(2026, 1, 1), date_to=date(2026, 2, 28))
    assert landing.rows("select ad_name, impressions from raw_meta_ads.ads_daily") == [("video_b", 1040)]
    # one question a day per object: campaigns, ads, three breakdowns, and reach at three levels
    assert len([call for call in fake_api.calls if call.method == "POST"]) == 8


def test_a_failed_report_run_is_asked_for_in_halves(meta: Meta, landing: Landing, fake_api: FakeApi) -> None:
    meta.statuses = ["async_status_failed.json", "async_status_completed.json"]
    landing.refresh(SOURCE, date_from=date(2026, 1, 1), date_to=date(2026, 2, 28))
    ranges = [json.loads(asked(call)["time_range"]) for call in fake_api.calls if "time_range" in asked(call)]
    assert {"since": "2026-01-01", "until": "2026-01-29"} in ranges
    assert {"since": "2026-01-30", "until": "2026-02-28"} in ranges


def test_a_report_that_fails_even_for_one_day_is_an_error(meta: Meta, landing: Landing, fake_api: FakeApi) -> None:
    meta.statuses = ["async_status_failed.json"]
    too_much = meta.error("error_1_reduce_data.json")

    def vendor(call: Call) -> Answer:
        return too_much if call.method == "GET" and call.path.endswith(f"act_{ACCOUNT}/insights") else meta(call)

    fake_api.handler = vendor
    with pytest.raises(SourceError, match="Report run failed"):
        landing.refresh(SOURCE, date_from=date(2026, 1, 1), date_to=date(2026, 2, 28))


def test_a_skipped_report_run_is_started_anew_and_given_up_at_last(
    meta: Meta, landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    skipped = meta.body("async_status_running.json") | {"async_status": "Job Skipped"}
    monkeypatch.setattr(meta, "body", lambda name: skipped if "status" in name else Meta.body(meta, name))
    with pytest.raises(VendorUnavailableError, match="keeps skipping"):
        landing.refresh(SOURCE, date_from=date(2026, 1, 1), date_to=date(2026, 2, 28))


def test_too_much_data_is_asked_for_in_halves(meta: Meta, landing: Landing, fake_api: FakeApi) -> None:
    meta.first = [meta.error("error_1_reduce_data.json")]
    load_week(landing)
    first = [json.loads(asked(call)["time_range"]) for call in fake_api.calls if "time_range" in asked(call)][:3]
    assert first == [
        {"since": "2026-03-02", "until": "2026-03-08"},
        {"since": "2026-03-02", "until": "2026-03-04"},
        {"since": "2026-03-05", "until": "2026-03-08"},
    ]


@pytest.mark.parametrize(
    "sample",
    [
        *("error_4_app_throttled.json", "error_17_user_throttled.json", "error_613_throttled.json"),
        *("error_80000_throttled.json", "error_2_transient.json"),
    ],
)
def test_throttling_and_transient_errors_are_waited_out(meta: Meta, landing: Landing, sample: str) -> None:
    meta.first = [meta.error(sample)] * 2
    load_week(landing)
    assert landing.rows("select count(*) from raw_meta_ads.ads_daily") == [(3,)]


def test_the_vendors_minutes_are_waited(meta: Meta, landing: Landing, monkeypatch: pytest.MonkeyPatch) -> None:
    told = meta.body("headers_throttle.json")
    waits: list[float | None] = []
    monkeypatch.setattr("connectors.common.http.ApiClient._pause", lambda _, __, seconds: waits.append(seconds))
    meta.first = [Answer(meta.body(told["body_file"]), told["http_status"], told["headers"])]
    load_week(landing)
    assert waits == [180.0]


def test_a_limit_nearly_used_up_slows_the_next_call(
    meta: Meta, landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("connectors.common.meta_graph.time.sleep", slept.append)
    meta.first = [
        Answer(EMPTY, headers={"x-app-usage": '{"call_count":86,"total_time":25,"total_cputime":25}'}),
        Answer(EMPTY, headers={"x-fb-ads-insights-throttle": '{"app_id_util_pct":100,"acc_id_util_pct":10}'}),
    ]
    load_week(landing)
    assert slept == [5.0, 300.0]


def test_a_limit_that_stays_used_up_ends_as_throttled(meta: Meta, landing: Landing) -> None:
    meta.first = [meta.error("error_80000_throttled.json")] * 9
    with pytest.raises(ThrottledError, match=r"limit is used up \(code 80000\)"):
        load_week(landing)


def test_an_expired_token_names_the_setting(meta: Meta, landing: Landing) -> None:
    meta.first = [meta.error("error_190_expired_token.json")]
    with pytest.raises(CredentialsRejectedError, match=r"it has expired.*Check `access_token`"):
        load_week(landing)


def test_an_error_that_quotes_the_token_is_told_without_it(meta: Meta, landing: Landing) -> None:
    for code in (190, 100):
        meta.first = [Answer({"error": {"message": f"Malformed access token {TOKEN}", "code": code}}, 400)]
        with pytest.raises(SourceError) as error:
            load_week(landing)
        assert TOKEN not in str(error.value)


def test_another_refusal_says_why(meta: Meta, landing: Landing) -> None:
    meta.first = [meta.error("error_100_invalid_metric.json")]
    with pytest.raises(SourceError, match=r"valid insights metric \[code 100\]"):
        load_week(landing)


def test_calls_are_signed_where_the_app_demands_it(
    meta: Meta, landing: Landing, fake_api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCES__META_ADS__APP_SECRET", "planted-secret")
    load_week(landing)
    proofs = {asked(call)["appsecret_proof"] for call in fake_api.calls}
    # HMAC-SHA256 of the token by the secret, made with openssl
    assert proofs == {"70dbf6ab2c3ef86ab25c678db00dd2a9e2bda27f9b92dc15add4cf81581a58cb"}


def test_weeks_are_asked_for_from_their_mondays_and_months_and_quarters_whole(
    meta: Meta, landing: Landing, fake_api: FakeApi
) -> None:
    landing.refresh(SOURCE, date_from=date(2026, 2, 4), date_to=date(2026, 2, 10))
    found = {
        asked(call)["time_increment"]: json.loads(asked(call)["time_range"])
        for call in fake_api.calls
        if asked(call).get("level") == "account"
    }
    # a window in the past does not cut the periods it ends in; the quarter is still open: up to the last known day
    assert found == {
        "1": {"since": "2026-02-04", "until": "2026-02-10"},
        "7": {"since": "2026-02-02", "until": "2026-02-15"},
        "monthly": {"since": "2026-02-01", "until": "2026-02-28"},
        "all_days": {"since": "2026-01-01", "until": "2026-03-16"},
    }


def test_days_before_the_vendors_history_are_not_asked_for_and_not_emptied(
    meta: Meta, landing: Landing, fake_api: FakeApi
) -> None:
    landing.refresh(SOURCE, date_from=date(2023, 2, 1), date_to=date(2023, 2, 17))
    assert [call for call in fake_api.calls if "insights" in call.path] == []
    landing.refresh(SOURCE, date_from=date(2023, 2, 16), date_to=date(2023, 3, 5))
    since = {json.loads(asked(call)["time_range"])["since"] for call in fake_api.calls if "level" in asked(call)}
    assert since == {"2023-02-18", "2023-02-20", "2023-03-01"}  # the quarter began before
