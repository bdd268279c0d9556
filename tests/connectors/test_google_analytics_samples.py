"""Google Analytics: the vendor's sample bodies land as its page says, and its errors end in one clear sentence."""

import json
from collections.abc import Callable
from copy import deepcopy
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from connectors.common.errors import (
    CredentialsRejectedError,
    SourceError,
    ThrottledError,
    UnexpectedAnswerError,
    VendorUnavailableError,
)
from connectors.google_analytics import SOURCE
from tests.connectors.conftest import AS_OF, Answer, Call, FakeApi, Landing

TOKEN = {"access_token": "ya29.planted-access", "expires_in": 3599, "token_type": "Bearer"}
# The vendor's names of what the connector asks for, at its place among the sample's headers.
_SAMPLE_DIMENSIONS = {"date": 0, "sessionDefaultChannelGroup": 1, "deviceCategory": 3}
_SAMPLE_METRICS = {
    **{"sessions": 0, "engagedSessions": 1, "totalUsers": 2, "newUsers": 3, "screenPageViews": 4},
    **{"userEngagementDuration": 5, "purchaseRevenue": 9},
}


@pytest.fixture
def samples(shared: Path) -> Path:
    return shared / "vendors" / "samples" / "ga4"


@pytest.fixture
def api(fake_api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> FakeApi:
    settings = {
        "PROPERTY_ID": "properties/123456789",
        "CLIENT_ID": "client",
        "CLIENT_SECRET": "planted-secret",
        "REFRESH_TOKEN": "planted-refresh",
        "BASE_URL": fake_api.url,
        "TOKEN_URL": f"{fake_api.url}/token",
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"SOURCES__GOOGLE_ANALYTICS__{name}", value)
    return fake_api


def refresh(landing: Landing, first: date = date(2026, 3, 1), last: date = date(2026, 3, 2)) -> None:
    landing.refresh(SOURCE, AS_OF, date_from=first, date_to=last)


def reshaped(page: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """A sample page with the columns that were asked for: the sample's values where it has them."""
    page = deepcopy(page)
    dimensions = [item["name"] for item in asked["dimensions"]]
    metrics = [item["name"] for item in asked["metrics"]]
    for row in page.get("rows", []):
        told, figures = row["dimensionValues"], row["metricValues"]
        source, _, medium = told[2]["value"].partition(" / ")
        split = {"sessionSource": {"value": source}, "sessionMedium": {"value": medium or source}}
        row["dimensionValues"] = [
            told[_SAMPLE_DIMENSIONS[name]] if name in _SAMPLE_DIMENSIONS else split.get(name, {"value": "(not set)"})
            for name in dimensions
        ]
        row["metricValues"] = [
            figures[_SAMPLE_METRICS[name]] if name in _SAMPLE_METRICS else {"value": "0"} for name in metrics
        ]
    page["dimensionHeaders"] = [{"name": name} for name in dimensions]
    page["metricHeaders"] = [{"name": name, "type": "TYPE_INTEGER"} for name in metrics]
    return page


def answering(api: FakeApi, sessions: Callable[[dict[str, Any]], Answer], empty: dict[str, Any]) -> None:
    """`sessions` answers the sessions report, the others are empty."""

    def answer(call: Call) -> Answer:
        if call.path == "/token":
            return Answer(TOKEN)
        asked = call.json()
        is_sessions = "transactions" in [item["name"] for item in asked["metrics"]]
        return sessions(asked) if is_sessions else Answer(reshaped(empty, asked))

    api.handler = answer


def read(file: Path) -> dict[str, Any]:
    return json.loads(file.read_bytes())


def test_pages_land_whole_with_zone_currency_and_flags(samples: Path, api: FakeApi, landing: Landing) -> None:
    first, last = read(samples / "run_report_page_1.json"), read(samples / "run_report_page_last.json")
    size, offsets = len(first["rows"]), []

    def page(asked: dict[str, Any]) -> Answer:
        offsets.append(asked["offset"])
        return Answer(reshaped(first if asked["offset"] == "0" else last, asked))

    answering(api, page, read(samples / "run_report_empty.json"))
    refresh(landing)
    assert offsets == ["0", str(size)]
    rows = landing.rows(
        "select date, channel_group, source, medium, device, sessions, engaged_sessions, page_views, "
        "engagement_seconds, new_users, revenue_amount, time_zone, currency, property_id, "
        "has_other_row, is_thresholded, is_sampled "
        "from raw_google_analytics.sessions_daily order by date, channel_group"
    )
    assert len(rows) == first["rowCount"] == size + len(last["rows"])
    property_ = ("America/Los_Angeles", "USD", "123456789")
    direct = (date(2026, 11, 1), "Direct", "(direct)", "(none)", "desktop", 344, 165, 614, 20581.0, 143)
    assert rows[0][:10] == direct
    assert rows[0][10:14] == (Decimal("1093.5"), *property_)
    other = next(row for row in rows if row[1] == "(other)")
    assert (other[5], other[2]) == (19, "(other)")
    lost = bool(last["metadata"].get("dataLossFromOtherRow"))
    assert {row[14:] for row in rows} == {(lost, False, False)}


@pytest.mark.parametrize(
    ("name", "flags"), [("run_report_thresholded", (False, True, False)), ("run_report_sampled", (False, False, True))]
)
def test_losses_are_kept_with_each_row(
    name: str, flags: tuple[bool, ...], samples: Path, api: FakeApi, landing: Landing
) -> None:
    page = read(samples / f"{name}.json")
    answering(api, lambda asked: Answer(reshaped(page, asked)), read(samples / "run_report_empty.json"))
    refresh(landing)
    told = "has_other_row, is_thresholded, is_sampled"
    assert landing.rows(f"select {told} from raw_google_analytics.sessions_daily") == [flags]
    assert landing.rows(f"select {told} from raw_google_analytics.reports where report = 'sessions'") == [flags]


def test_an_empty_report_empties_the_days(samples: Path, api: FakeApi, landing: Landing) -> None:
    empty, page = read(samples / "run_report_empty.json"), read(samples / "run_report_sampled.json")
    page["rows"][0]["dimensionValues"][0]["value"] = "20260301"
    answering(api, lambda asked: Answer(reshaped(page, asked)), empty)
    refresh(landing)
    assert landing.rows("select sessions from raw_google_analytics.sessions_daily") == [(344,)]
    answering(api, lambda asked: Answer(reshaped(empty, asked)), empty)
    refresh(landing)
    assert landing.rows("select count(*) from raw_google_analytics.sessions_daily") == [(0,)]


def test_other_columns_than_asked_for_are_refused(samples: Path, api: FakeApi, landing: Landing) -> None:
    restricted = (samples / "run_report_restricted_cost.json").read_bytes()
    answering(api, lambda _: Answer(restricted), read(samples / "run_report_empty.json"))
    with pytest.raises(UnexpectedAnswerError, match="other columns than were asked for"):
        refresh(landing)


@pytest.mark.parametrize(
    ("name", "status", "error", "words"),
    [
        ("error_400_invalid_field", 400, SourceError, "INVALID_ARGUMENT: Field sessionDefaultChannelGrouping"),
        ("error_401_expired_token", 401, CredentialsRejectedError, "SOURCES__GOOGLE_ANALYTICS__REFRESH_TOKEN"),
        ("error_403_permission", 403, SourceError, "Viewer of the property in `property_id`"),
        ("error_429_concurrent", 429, ThrottledError, "Exhausted concurrent requests quota"),
        ("error_429_tokens_per_project_hour", 429, ThrottledError, "per hour, asks to wait 3600 s"),
    ],
)
def test_an_error_ends_in_one_clear_sentence(
    name: str, status: int, error: type[Exception], words: str, samples: Path, api: FakeApi, landing: Landing
) -> None:
    body = (samples / f"{name}.json").read_bytes()
    answering(api, lambda _: Answer(body, status), read(samples / "run_report_empty.json"))
    with pytest.raises(error, match=words) as raised:
        refresh(landing)
    assert "planted" not in str(raised.value)


def test_a_request_asks_what_the_vendors_example_asks(samples: Path, api: FakeApi, landing: Landing) -> None:
    example, asked = read(samples / "request_run_report.json"), []

    def note(body: dict[str, Any]) -> Answer:
        asked.append(body)
        return Answer(reshaped(read(samples / "run_report_empty.json"), body))

    answering(api, note, read(samples / "run_report_empty.json"))
    refresh(landing)
    assert set(asked[0]) <= set(example)
    assert [item["dimension"]["dimensionName"] for item in asked[0]["orderBys"]] == [
        item["name"] for item in asked[0]["dimensions"]
    ]
    assert asked[0]["dateRanges"] == [{"startDate": "2026-03-01", "endDate": "2026-03-02"}]
    assert isinstance(asked[0]["limit"], str) == isinstance(example["limit"], str)


def test_an_expired_token_is_renewed_once(samples: Path, api: FakeApi, landing: Landing) -> None:
    expired, empty = (
        [Answer(read(samples / "error_401_expired_token.json"), 401)],
        read(samples / "run_report_empty.json"),
    )
    answering(api, lambda asked: expired.pop() if expired else Answer(reshaped(empty, asked)), empty)
    refresh(landing)
    assert [call.path for call in api.calls].count("/token") == 2


def test_every_report_carries_the_token_of_one_answer(samples: Path, api: FakeApi, landing: Landing) -> None:
    empty, given = read(samples / "run_report_empty.json"), read(samples / "token_refresh_ok.json")
    api.handler = lambda call: Answer(given) if call.path == "/token" else Answer(reshaped(empty, call.json()))
    refresh(landing)
    (asked, *reports) = api.calls
    assert parse_qs(asked.body.decode())["grant_type"] == ["refresh_token"]
    assert {call.headers["Authorization"] for call in reports} == {f"Bearer {given['access_token']}"}
    assert given["access_token"].encode() not in landing.path.read_bytes()


def test_a_refused_refresh_token_names_the_setting(samples: Path, api: FakeApi, landing: Landing) -> None:
    refused = (samples / "token_refresh_400_invalid_grant.json").read_bytes()
    api.handler = lambda _: Answer(refused, 400)
    with pytest.raises(CredentialsRejectedError, match=r"invalid_grant.*GOOGLE_ANALYTICS__REFRESH_TOKEN") as raised:
        refresh(landing)
    assert "planted" not in str(raised.value)


def test_days_folded_into_other_are_asked_one_by_one(samples: Path, api: FakeApi, landing: Landing) -> None:
    page, ranges = read(samples / "run_report_sampled.json"), []

    def folded(asked: dict[str, Any]) -> Answer:
        days = asked["dateRanges"][0]
        ranges.append((days["startDate"], days["endDate"]))
        page["rows"][0]["dimensionValues"][0]["value"] = "(other)"
        return Answer(reshaped(page, asked))

    answering(api, folded, read(samples / "run_report_empty.json"))
    refresh(landing)
    assert ranges == [("2026-03-01", "2026-03-02"), ("2026-03-01", "2026-03-01"), ("2026-03-02", "2026-03-02")]
    assert landing.rows("select date, sessions from raw_google_analytics.sessions_daily order by 1") == [
        (date(2026, 3, 1), 344),
        (date(2026, 3, 2), 344),
    ]


def test_pages_that_never_fit_together_end_in_an_error(samples: Path, api: FakeApi, landing: Landing) -> None:
    first = read(samples / "run_report_page_1.json")
    first["rowCount"] = 2 * len(first["rows"])
    answering(api, lambda asked: Answer(reshaped(first, asked)), read(samples / "run_report_empty.json"))
    with pytest.raises(VendorUnavailableError, match="do not fit together"):
        refresh(landing)


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("PROPERTY_ID", "G-ABC123", "must be the number of a GA4 property"),
        ("KEY_EVENTS", "purchase", "pairs of key action and event name"),
        ("KEY_EVENTS", "any=purchase", "pairs of key action and event name"),
    ],
)
def test_a_wrong_setting_is_told(
    setting: str, value: str, words: str, api: FakeApi, landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"SOURCES__GOOGLE_ANALYTICS__{setting}", value)
    with pytest.raises(SourceError, match=words):
        refresh(landing)


def test_missing_credentials_are_told(api: FakeApi, landing: Landing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCES__GOOGLE_ANALYTICS__REFRESH_TOKEN")
    with pytest.raises(CredentialsRejectedError, match="no credentials"):
        refresh(landing)
