"""GA4 Data API v1beta, 14,000 tokens an hour and project (a small report takes 10).

Needs `SOURCES__GOOGLE_ANALYTICS__PROPERTY_ID` and either `…__SERVICE_ACCOUNT_INFO` or `…__CLIENT_ID`,
`…__CLIENT_SECRET` and `…__REFRESH_TOKEN`.
"""

from collections.abc import Iterable, Mapping

import dlt
from dlt.extract import DltResource

from connectors.common.errors import CredentialsRejectedError, SourceError
from connectors.common.google_api import TOKEN_URL, GoogleToken, service_account_grant, user_grant
from connectors.common.resource import resource
from connectors.common.source import LoadRequest, Setting, Source
from connectors.google_analytics.api import DataApi
from connectors.google_analytics.download import Download
from connectors.google_analytics.quota import Budget
from connectors.google_analytics.reports import day_reports, parse_key_events, people_reports
from connectors.google_analytics.tables import (
    KEY_ACTIONS_DAILY,
    LANDING_PAGES_DAILY,
    PEOPLE,
    REPORTS,
    SESSIONS_DAILY,
    TABLES,
)

SCOPE = "https://www.googleapis.com/auth/analytics.readonly"
KEY_EVENTS = "purchase=purchase,form=generate_lead,newsletter=sign_up"


@dlt.source(name="google_analytics", section="google_analytics", max_table_nesting=0)
def google_analytics_source(
    request: LoadRequest,
    property_id: str | None = dlt.config.value,
    client_id: str | None = dlt.secrets.value,
    client_secret: str | None = dlt.secrets.value,
    refresh_token: str | None = dlt.secrets.value,
    service_account_info: str | None = dlt.secrets.value,
    key_events: str = KEY_EVENTS,
    base_url: str = "https://analyticsdata.googleapis.com",
    token_url: str = TOKEN_URL,
) -> Iterable[DltResource]:
    """Days of the window, and people of every period that it touches; the weightiest reports first."""
    number = str(property_id or "").removeprefix("properties/")
    if not number.isdigit():
        raise SourceError(
            f"google_analytics: `property_id` is {number!r}, but must be the number of a GA4 property (Admin → "
            "Property details), not a measurement id."
        )

    def grant() -> Mapping[str, str]:
        if service_account_info:
            return service_account_grant("google_analytics", str(service_account_info), SCOPE, token_url)
        if client_id and client_secret and refresh_token:
            return user_grant(client_id, client_secret, refresh_token)
        raise CredentialsRejectedError(
            "google_analytics: no credentials. Set `service_account_info`, or `client_id`, `client_secret` and "
            "`refresh_token`, in .dlt/secrets.toml or SOURCES__GOOGLE_ANALYTICS__REFRESH_TOKEN."
        )

    credential = "service_account_info" if service_account_info else "refresh_token"
    budget = Budget()
    token = GoogleToken("google_analytics", token_url, grant, credential)
    api = DataApi(base_url, number, token, credential, budget)
    actions = parse_key_events(key_events)
    download = Download(api, number, request, actions, budget)
    reports = [*day_reports(actions), *people_reports(actions)]
    for table in (SESSIONS_DAILY, KEY_ACTIONS_DAILY, PEOPLE, LANDING_PAGES_DAILY):
        mine = [report for report in reports if report.table is table]
        yield resource(table, lambda mine=mine: download.batches(mine), download.replaced(table))
    yield resource(REPORTS, lambda: [download.outcome_batch()])


SOURCE = Source(
    name="google_analytics",
    title="Google Analytics 4",
    tables=TABLES,
    settings=(
        Setting("property_id", "number of the GA4 property"),
        Setting("service_account_info", "JSON of a service account's key file", is_secret=True, is_required=False),
        Setting("client_id", "of an OAuth client, instead of a service account", is_secret=True, is_required=False),
        Setting("client_secret", "of the same OAuth client", is_secret=True, is_required=False),
        Setting("refresh_token", "of a user, scope analytics.readonly", is_secret=True, is_required=False),
        Setting("key_events", f"key action = event name, by commas; default {KEY_EVENTS}", is_required=False),
        Setting("base_url", "default https://analyticsdata.googleapis.com", is_required=False),
        Setting("token_url", f"default {TOKEN_URL}", is_required=False),
    ),
    build=lambda request: google_analytics_source(request),
    one_of=(("service_account_info",), ("client_id", "client_secret", "refresh_token")),
    reload_days=3,  # a day is complete after 24 to 48 hours
    wide_reload_days=30,  # attribution moves between channels for longer
    settle_days=3,
)
