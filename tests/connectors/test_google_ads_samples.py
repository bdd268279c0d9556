"""Google Ads: the vendor's sample bodies land as its page says, and its errors end in one clear sentence."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.common.errors import CredentialsRejectedError, SourceError, ThrottledError, VendorUnavailableError
from connectors.google_ads import SOURCE
from tests.connectors.conftest import AS_OF, Answer, Call, FakeApi, Landing

TOKEN = {"access_token": "ya29.planted-access", "expires_in": 3599, "token_type": "Bearer"}
ACCOUNT = {"id": "1234567890", "currencyCode": "EUR", "timeZone": "Europe/Berlin", "descriptiveName": "Example shop"}


@pytest.fixture
def samples(shared: Path) -> Path:
    return shared / "vendors" / "samples" / "google_ads"


@pytest.fixture
def api(fake_api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> FakeApi:
    settings = {
        "CUSTOMER_IDS": "123-456-7890",
        "CLIENT_ID": "client",
        "CLIENT_SECRET": "planted-secret",
        "REFRESH_TOKEN": "planted-refresh",
        "BASE_URL": fake_api.url,
        "TOKEN_URL": f"{fake_api.url}/token",
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"SOURCES__GOOGLE_ADS__{name}", value)
    return fake_api


def refresh(landing: Landing) -> None:
    landing.refresh(SOURCE, AS_OF, date_from=date(2026, 3, 1), date_to=date(2026, 3, 2))


def answering(api: FakeApi, reports: Callable[[str], Answer], customer: Answer | None = None) -> None:
    """`reports` answers the queries by day; the account's own query and the token are answered as usual."""

    def answer(call: Call) -> Answer:
        if call.path == "/token":
            return Answer(TOKEN)
        query = call.json()["query"]
        if "segments.date" in query:
            return reports(query)
        if "FROM customer_client" in query:
            return Answer([])
        if "geo_target_constant" in query:
            return Answer([{"results": [{"geoTargetConstant": {"id": "2276", "countryCode": "DE"}}]}])
        return customer or Answer([{"results": [{"customer": ACCOUNT}]}])

    api.handler = answer


def campaigns(answer: Answer) -> Callable[[str], Answer]:
    """Only campaign days have rows."""
    return lambda query: answer if "video_trueview_views FROM campaign " in query else Answer([])


def test_a_stream_of_two_chunks_lands_whole_and_exact(samples: Path, api: FakeApi, landing: Landing) -> None:
    answering(api, campaigns(Answer((samples / "search_stream_two_chunks.json").read_bytes())))
    refresh(landing)
    rows = landing.rows(
        "select date, campaign_id, campaign_type, impressions, clicks, cost_amount, conversions, "
        "conversions_value_amount, currency, time_zone from raw_google_ads.campaigns_daily order by date, campaign_id"
    )
    berlin = ("EUR", "Europe/Berlin")
    assert rows == [
        (date(2026, 11, 1), "111", "SEARCH", 1204, 61, Decimal("18.34"), 3.5, Decimal("214.75"), *berlin),
        (date(2026, 11, 1), "112", "PERFORMANCE_MAX", 9020, 143, Decimal("51.22"), 6.25, Decimal("480.1"), *berlin),
        (date(2026, 11, 2), "111", "SEARCH", 1180, 58, Decimal("17.11"), 2.0, Decimal("99.98"), *berlin),
        (date(2026, 11, 2), "113", "DISPLAY", 77, 0, Decimal("0"), 0.0, Decimal("0"), *berlin),
    ]


@pytest.mark.parametrize("name", ["search_page_1", "search_page_last"])
def test_a_page_of_the_other_method_has_the_same_rows(name: str, samples: Path, api: FakeApi, landing: Landing) -> None:
    page = json.loads((samples / f"{name}.json").read_bytes())
    answering(api, campaigns(Answer([page])))
    refresh(landing)
    wanted = sorted(int(row["metrics"]["impressions"]) for row in page["results"])
    assert landing.rows("select impressions from raw_google_ads.campaigns_daily order by 1") == [
        (impressions,) for impressions in wanted
    ]


@pytest.mark.parametrize("name", ["search_stream_empty_array", "search_stream_empty_chunk", "search_empty"])
def test_every_empty_form_empties_the_days(name: str, samples: Path, api: FakeApi, landing: Landing) -> None:
    day = {"campaign": {"id": "1"}, "segments": {"date": "2026-03-01", "device": "MOBILE"}}
    answering(api, campaigns(Answer([{"results": [{**day, "metrics": {"impressions": "7"}}]}])))
    refresh(landing)
    assert landing.rows("select impressions from raw_google_ads.campaigns_daily") == [(7,)]
    body = json.loads((samples / f"{name}.json").read_bytes())
    answering(api, lambda _: Answer(body if isinstance(body, list) else [body]))
    refresh(landing)
    assert landing.rows("select count(*) from raw_google_ads.campaigns_daily") == [(0,)]


def test_a_manager_account_stands_for_the_accounts_below_it(
    samples: Path, api: FakeApi, landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCES__GOOGLE_ADS__CUSTOMER_IDS", "222-222-2222")
    clients = (samples / "customer_client.json").read_bytes()
    manager = [{"results": [{"customer": {"id": "2222222222", "manager": True}}]}]
    answering(api, lambda _: Answer([]), Answer(manager))
    usual = api.handler
    api.handler = lambda call: (
        Answer(clients) if b"FROM customer_client" in call.body and call.path != "/token" else usual(call)
    )
    refresh(landing)
    assert landing.rows("select account_id, account_name, currency, time_zone from raw_google_ads.accounts") == [
        ("1234567890", "Example shop", "EUR", "Europe/Berlin")
    ]
    reports = [call for call in api.calls if b"segments.date" in call.body]
    assert {call.path.split("/")[3] for call in reports} == {"1234567890"}
    assert {call.headers["login-customer-id"] for call in reports} == {"2222222222"}


@pytest.mark.parametrize(
    ("name", "status", "error", "words"),
    [
        ("error_400_manager_metrics", 400, SourceError, "REQUESTED_METRICS_FOR_MANAGER"),
        ("error_400_page_size", 400, SourceError, "PAGE_SIZE_NOT_SUPPORTED"),
        ("error_401_expired_token", 401, CredentialsRejectedError, "SOURCES__GOOGLE_ADS__REFRESH_TOKEN"),
        ("error_429_quota", 429, ThrottledError, "RESOURCE_EXHAUSTED.*asks to wait 5603 s"),
        ("error_429_quota_stream_wrapped", 429, ThrottledError, "asks to wait 5603 s"),
        ("error_429_temporary", 429, ThrottledError, "RESOURCE_TEMPORARILY_EXHAUSTED.*asks to wait 30 s"),
    ],
)
def test_an_error_ends_in_one_clear_sentence(
    name: str, status: int, error: type[Exception], words: str, samples: Path, api: FakeApi, landing: Landing
) -> None:
    body = (samples / f"{name}.json").read_bytes()
    answering(api, lambda _: Answer(body, status))
    with pytest.raises(error, match=words) as raised:
        refresh(landing)
    assert "planted" not in str(raised.value)


def test_an_expired_token_is_renewed_once_and_the_query_repeated(samples: Path, api: FakeApi, landing: Landing) -> None:
    expired = [Answer((samples / "error_401_expired_token.json").read_bytes(), 401)]
    whole = Answer((samples / "search_stream_two_chunks.json").read_bytes())
    answering(api, lambda query: expired.pop() if expired else campaigns(whole)(query))
    refresh(landing)
    assert landing.rows("select count(*) from raw_google_ads.campaigns_daily") == [(4,)]
    assert [call.path for call in api.calls].count("/token") == 2
    assert b"refresh_token=planted-refresh" in next(call.body for call in api.calls if call.path == "/token")


def test_an_account_that_is_closed_is_passed_over_and_keeps_its_days(
    samples: Path, api: FakeApi, landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCES__GOOGLE_ADS__CUSTOMER_IDS", "1234567890, 9999999999")
    closed, is_closed = (samples / "error_403_customer_not_enabled.json").read_bytes(), False

    def answer(call: Call) -> Answer:
        if call.path == "/token":
            return Answer(TOKEN)
        account = call.path.split("/")[3]
        if account.startswith("9") and is_closed:
            return Answer(closed, 403)
        row = {"campaign": {"id": "1"}, "segments": {"date": "2026-03-01"}, "customer": {**ACCOUNT, "id": account}}
        is_day = b"video_trueview_views FROM campaign " in call.body
        return Answer([{"results": [row]}] if is_day or b"segments" not in call.body else [])

    api.handler = answer
    refresh(landing)
    is_closed = True
    refresh(landing)
    kept = landing.rows("select account_id from raw_google_ads.campaigns_daily order by 1")
    assert kept == [("1234567890",), ("9999999999",)]


def test_a_load_without_any_open_account_fails(samples: Path, api: FakeApi, landing: Landing) -> None:
    answering(api, lambda _: Answer([]), Answer((samples / "error_403_customer_not_enabled.json").read_bytes(), 403))
    with pytest.raises(SourceError, match="none of the accounts in `customer_ids`"):
        refresh(landing)


def test_an_error_after_some_chunks_is_found_and_all_is_asked_again(
    samples: Path, api: FakeApi, landing: Landing
) -> None:
    chunks = json.loads((samples / "search_stream_two_chunks.json").read_bytes())
    failure = {"error": {"code": 500, "message": "Internal error", "status": "INTERNAL"}}
    broken = [Answer([chunks[0], failure])]
    answering(api, campaigns(Answer(chunks)))
    usual = api.handler
    is_campaigns = b"video_trueview_views FROM campaign "
    api.handler = lambda call: broken.pop() if broken and is_campaigns in call.body else usual(call)
    refresh(landing)
    assert landing.rows("select count(*) from raw_google_ads.campaigns_daily") == [(4,)]
    assert not broken
    answering(api, lambda _: Answer([chunks[0], failure]))
    with pytest.raises(VendorUnavailableError):
        refresh(landing)


def test_a_refused_refresh_token_names_the_setting(shared: Path, api: FakeApi, landing: Landing) -> None:
    refused = (shared / "vendors" / "samples" / "ga4" / "token_refresh_400_invalid_grant.json").read_bytes()
    api.handler = lambda _: Answer(refused, 400)
    with pytest.raises(CredentialsRejectedError, match=r"invalid_grant.*SOURCES__GOOGLE_ADS__REFRESH_TOKEN") as raised:
        refresh(landing)
    assert "planted" not in str(raised.value)
