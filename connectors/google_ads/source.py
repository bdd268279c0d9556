"""Google Ads API over REST, at least 2,880 questions a day. Needs account numbers and OAuth credentials.

Settings: `SOURCES__GOOGLE_ADS__CUSTOMER_IDS`, `…__CLIENT_ID`, `…__CLIENT_SECRET`, `…__REFRESH_TOKEN`.
"""

import logging
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cached_property

import dlt
import pyarrow as pa
from dlt.extract import DltResource

from connectors.common.errors import SourceError
from connectors.common.google_api import TOKEN_URL, GoogleToken, user_grant
from connectors.common.resource import resource
from connectors.common.source import LoadRequest, Setting, Source
from connectors.google_ads.api import AccountClosedError, GoogleAdsApi
from connectors.google_ads.reports import COUNTRIES, REPORTS, Report
from connectors.google_ads.tables import ACCOUNTS, TABLES
from connectors.google_ads.wire import Customer, Row

LOG = logging.getLogger("nyckeltal.google_ads")

# A stream is one answer without pages: a month at a time keeps the largest near 50 MB.
DAYS_AT_ONCE = 31
_ACCOUNT_FIELDS = ("id", "manager", "status", "currency_code", "time_zone", "descriptive_name")
_COUNTRY_CODES = (
    "SELECT geo_target_constant.id, geo_target_constant.country_code FROM geo_target_constant "
    "WHERE geo_target_constant.target_type = 'Country'"
)


@dlt.source(name="google_ads", section="google_ads", max_table_nesting=0)
def google_ads_source(
    request: LoadRequest,
    customer_ids: str | None = dlt.config.value,
    client_id: str | None = dlt.secrets.value,
    client_secret: str | None = dlt.secrets.value,
    refresh_token: str | None = dlt.secrets.value,
    login_customer_id: str = "",
    developer_token: str = "",
    api_version: str = "v26",
    base_url: str = "https://googleads.googleapis.com",
    token_url: str = TOKEN_URL,
) -> Iterable[DltResource]:
    """Every report for the days of the window, account by account."""
    token = GoogleToken(
        "google_ads", token_url, lambda: user_grant(client_id, client_secret, refresh_token), "refresh_token"
    )
    api = GoogleAdsApi(base_url, api_version, token, developer_token, "refresh_token")
    ids = [_digits(text) for text in str(customer_ids or "").split(",") if text.strip()]
    download = Download(api, ids, _digits(login_customer_id), request)
    yield resource(ACCOUNTS, lambda: [download.account_batch()])
    for report in REPORTS:
        yield resource(report.table, lambda report=report: download.batches(report), download.days())
    yield resource(COUNTRIES.table, download.country_batches, download.days())


class Download:
    """One load: which accounts there are is asked once, then each report for each of them."""

    def __init__(self, api: GoogleAdsApi, ids: list[str], manager_id: str, request: LoadRequest) -> None:
        self._api = api
        self._ids = ids
        self._manager_id = manager_id
        self._request = request

    def days(self) -> Iterator[tuple[str, date]]:
        """What this load replaces: days of the accounts that can be read."""
        for account, _ in self._accounts:
            yield from ((account.id, day) for day in self._request.window.days())

    def account_batch(self) -> pa.Table:
        return ACCOUNTS.rows(
            [
                {
                    "account_id": account.id,
                    "account_name": account.descriptive_name,
                    "status": account.status,
                    "time_zone": account.time_zone,
                    "currency": account.currency_code,
                }
                for account, _ in self._accounts
            ]
        )

    def batches(self, report: Report) -> Iterator[pa.Table]:
        for account, rows in self._answers(report):
            yield report.batch(account, rows)

    def country_batches(self) -> Iterator[pa.Table]:
        for account, rows in self._answers(COUNTRIES):
            ids = [row.geographic_view.country_criterion_id if row.geographic_view else "" for row in rows]
            yield COUNTRIES.batch(account, rows, {"country": [self._country_codes.get(number) for number in ids]})

    def _answers(self, report: Report) -> Iterator[tuple[Customer, list[Row]]]:
        count = 0
        for account, manager_id in self._accounts:
            for days in self._request.window.chunks(DAYS_AT_ONCE):
                rows = list(self._api.rows(account.id, report.query(days), manager_id))
                count += len(rows)
                yield account, rows
        LOG.info("%s: %d rows", report.table.name, count)

    @cached_property
    def _accounts(self) -> list[tuple[Customer, str]]:
        """Accounts that have figures, each with the manager account it is reached through."""
        found: dict[str, tuple[Customer, str]] = {}
        for account_id in self._ids:
            try:
                for account, manager_id in self._accounts_of(account_id):
                    found.setdefault(account.id, (account, manager_id))
            except AccountClosedError as error:
                LOG.warning("account %s is passed over, what was loaded of it stays: %s", account_id, error)
        if not found:
            raise SourceError("google_ads: none of the accounts in `customer_ids` can be read. Check the numbers.")
        return list(found.values())

    def _accounts_of(self, account_id: str) -> Iterator[tuple[Customer, str]]:
        """The account itself or, of a manager account, those that it leads to: managers have no figures."""
        manager_id = self._manager_id
        query = f"SELECT {', '.join(f'customer.{name}' for name in _ACCOUNT_FIELDS)} FROM customer"
        own = [row.customer for row in self._api.rows(account_id, query, manager_id) if row.customer]
        yield from ((account, manager_id) for account in own if not account.manager)
        if any(account.manager for account in own):
            query = f"SELECT {', '.join(f'customer_client.{name}' for name in _ACCOUNT_FIELDS)} FROM customer_client"
            through = manager_id or account_id
            clients = [row.customer_client for row in self._api.rows(account_id, query, through)]
            for client in clients:
                if client and not client.manager and client.status == "ENABLED":
                    yield client, through

    @cached_property
    def _country_codes(self) -> dict[str, str]:
        """ISO code by the vendor's number of a country; the list is the same for all accounts."""
        account, manager_id = self._accounts[0]
        constants = [row.geo_target_constant for row in self._api.rows(account.id, _COUNTRY_CODES, manager_id)]
        return {constant.id: constant.country_code for constant in constants if constant and constant.country_code}


def _digits(text: str) -> str:
    """An account number without the dashes of the user interface."""
    return "".join(sign for sign in text if sign.isdigit())


SOURCE = Source(
    name="google_ads",
    title="Google Ads",
    tables=TABLES,
    settings=(
        Setting("customer_ids", "account numbers, by commas; a manager account stands for all below it"),
        Setting("client_id", "of an OAuth client of the Google Cloud project", is_secret=True),
        Setting("client_secret", "of the same OAuth client", is_secret=True),
        Setting("refresh_token", "of a user who may read the accounts, scope adwords", is_secret=True),
        Setting("login_customer_id", "manager account through which the accounts are reached", is_required=False),
        Setting("developer_token", "not needed since September 2026", is_secret=True, is_required=False),
        Setting("api_version", "default v26", is_required=False),
        Setting("base_url", "default https://googleads.googleapis.com", is_required=False),
        Setting("token_url", f"default {TOKEN_URL}", is_required=False),
    ),
    build=lambda request: google_ads_source(request),
    reload_days=30,  # the default conversion window
    settle_days=30,
)
