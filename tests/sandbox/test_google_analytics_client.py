"""Google's own Python client of the Data API reads the sandbox: code that we did not write holds it to the format."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from sandbox.server import SandboxServer
from sandbox.vendors.google_analytics import PROPERTY, GoogleAnalytics
from sandbox.world import World
from sandbox.world.model import COUNTRY_NAMES
from tests.sandbox.conftest import AS_OF

pytestmark = pytest.mark.slow
WHY = "`make test-clients` installs the vendors' clients"
data = pytest.importorskip("google.analytics.data_v1beta", reason=WHY)
oauth = pytest.importorskip("google.oauth2.credentials", reason=WHY)
auth = pytest.importorskip("google.auth.exceptions", reason=WHY)
refusals = pytest.importorskip("google.api_core.exceptions", reason=WHY)

MARCH = {"start_date": "2026-03-01", "end_date": "2026-03-14"}
ON_MARCH = ("2026-03-01", "2026-03-14")


@pytest.fixture
def server(world: World) -> Iterator[SandboxServer]:
    with SandboxServer(world, AS_OF, {"google_analytics": GoogleAnalytics}) as served:
        yield served


def client(server: SandboxServer, **settings: str) -> Any:
    """The client with an access token that it first gets for its refresh token."""
    url = server.url("google_analytics")
    told = {name: value.replace("{url}", url) for name, value in GoogleAnalytics.credentials.items()} | settings
    credentials = oauth.Credentials(
        None,
        refresh_token=told["refresh_token"],
        token_uri=told["token_url"],
        client_id=told["client_id"],
        client_secret=told["client_secret"],
    )
    return data.BetaAnalyticsDataClient(credentials=credentials, transport="rest", client_options={"api_endpoint": url})


def request(dimensions: tuple[str, ...], metrics: tuple[str, ...], **rest: Any) -> Any:
    return data.RunReportRequest(
        property=f"properties/{PROPERTY}",
        dimensions=[data.Dimension(name=name) for name in dimensions],
        metrics=[data.Metric(name=name) for name in metrics],
        **{"date_ranges": [data.DateRange(**MARCH)], **rest},
    )


def values(report: Any) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Metric values by dimension values."""
    return {
        tuple(item.value for item in row.dimension_values): tuple(item.value for item in row.metric_values)
        for row in report.rows
    }


@pytest.fixture
def sessions(truth: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Sessions of the asked days that had been processed."""
    rows = truth["sessions"]
    is_seen = rows["processed_at"] <= pd.Timestamp(AS_OF).tz_localize(None)
    return rows[is_seen & rows["date"].between(*ON_MARCH)]


def test_it_pages_through_days_and_channels(server: SandboxServer, sessions: pd.DataFrame) -> None:
    asked = client(server)
    dimensions = ("date", "sessionDefaultChannelGroup")
    order = [data.OrderBy(dimension=data.OrderBy.DimensionOrderBy(dimension_name=name)) for name in dimensions]
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    while True:
        page = asked.run_report(
            request(dimensions, ("sessions", "purchaseRevenue"), order_bys=order, limit=50, offset=len(found))
        )
        found |= values(page)
        if len(found) >= page.row_count:
            break
    assert [header.type_ for header in page.metric_headers] == [
        data.MetricType.TYPE_INTEGER,
        data.MetricType.TYPE_CURRENCY,
    ]
    assert (page.metadata.currency_code, page.metadata.time_zone) == ("SEK", "Europe/Stockholm")
    keys = [sessions["date"].dt.strftime("%Y%m%d"), sessions["channel_group"].astype(str)]
    expected = sessions.groupby(keys).agg(sessions=("date", "size"), micros=("revenue_micros", "sum"))
    assert {key: int(value) for key, (value, _) in found.items()} == expected["sessions"].to_dict()
    assert {key: round(float(value) * 1_000_000) for key, (_, value) in found.items()} == expected["micros"].to_dict()
    assert list(found) == sorted(found)


def test_it_filters_in_a_batch(server: SandboxServer, sessions: pd.DataFrame) -> None:
    matches = data.Filter.StringFilter.MatchType
    filters = [
        data.Filter(field_name="eventName", string_filter=data.Filter.StringFilter(value="generate_lead")),
        data.Filter(
            field_name="eventName", in_list_filter=data.Filter.InListFilter(values=["generate_lead", "sign_up"])
        ),
        data.Filter(
            field_name="deviceCategory",
            string_filter=data.Filter.StringFilter(value="MOB", match_type=matches.BEGINS_WITH),
        ),
    ]
    parts = [
        request(("country",), ("sessions", "totalUsers"), dimension_filter=data.FilterExpression(filter=item))
        for item in filters
    ]
    answer = client(server).batch_run_reports(
        data.BatchRunReportsRequest(property=f"properties/{PROPERTY}", requests=parts)
    )
    conditions = (
        sessions["key_form"],
        sessions["key_form"] | sessions["key_newsletter"],
        sessions["device"] == "mobile",
    )
    names = sessions["country"].astype(str).map(COUNTRY_NAMES)
    for report, condition in zip(answer.reports, conditions, strict=True):
        expected = sessions[condition].groupby(names).agg(sessions=("date", "size"), people=("person_id", "nunique"))
        assert {key: tuple(map(int, row)) for (key,), row in values(report).items()} == {
            str(key): tuple(row) for key, row in zip(expected.index, expected.to_numpy().tolist(), strict=True)
        }


def test_nothing_is_a_report_without_rows(server: SandboxServer) -> None:
    before = data.DateRange(start_date="2020-01-01", end_date="2020-01-02")
    report = client(server).run_report(
        request(("date",), ("sessions",), date_ranges=[before], return_property_quota=True)
    )
    assert (len(report.rows), report.row_count) == (0, 0)
    assert [header.name for header in report.dimension_headers] == ["date"]
    assert report.property_quota.tokens_per_project_per_hour.remaining > 0


def test_it_understands_refusals(server: SandboxServer) -> None:
    asked = client(server)
    with pytest.raises(refusals.BadRequest, match="Field sessionz is not a valid metric"):
        asked.run_report(request(("date",), ("sessionz",)))
    elsewhere = request(("date",), ("sessions",))
    elsewhere.property = "properties/1"
    with pytest.raises(refusals.Forbidden, match="sufficient permissions"):
        asked.run_report(elsewhere)
    server.faults.add("google_analytics", "throttle")
    with pytest.raises(refusals.TooManyRequests, match="Exhausted concurrent requests quota"):
        asked.run_report(request(("date",), ("sessions",)))
    with pytest.raises(auth.RefreshError, match="invalid_grant"):
        client(server, refresh_token="wrong").run_report(request(("date",), ("sessions",)))
