"""HubSpot CRM API v3 (associations v4): 100 to 250 calls in 10 seconds, searches 5 a second.

Needs `SOURCES__HUBSPOT__ACCESS_TOKEN`: a service key, a private app's token, or an OAuth token
with its refresh settings.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

import dlt
import pyarrow as pa
from dlt.extract import DltResource

from connectors.common.resource import resource
from connectors.common.source import LoadRequest, Setting, Source
from connectors.hubspot import columns
from connectors.hubspot.api import HubSpotApi, oauth
from connectors.hubspot.tables import (
    ACCOUNT,
    COMPANIES,
    CONTACT_MERGES,
    CONTACT_STAGES,
    CONTACTS,
    DEAL_STAGES,
    DEALS,
    LIVE_IDS,
    PIPELINE_STAGES,
    TABLES,
)
from connectors.hubspot.wire import (
    Account,
    Key,
    Page,
    Pipelines,
    Record,
)

LOG = logging.getLogger("nyckeltal.hubspot")
VENDOR = "https://api.hubapi.com"


@dlt.source(name="hubspot", section="hubspot", max_table_nesting=0)
def hubspot_source(
    request: LoadRequest,
    access_token: str | None = dlt.secrets.value,
    client_id: str | None = dlt.secrets.value,
    client_secret: str | None = dlt.secrets.value,
    refresh_token: str | None = dlt.secrets.value,
    base_url: str = VENDOR,
    token_url: str = "",
    api_version: str = "v3",
    test_property: str = "",
) -> Iterable[DltResource]:
    """Contacts, companies and deals changed since the last load, and the ids of all that are there."""
    refresh = None
    if client_id and client_secret and refresh_token:
        url = token_url or f"{base_url.rstrip('/')}/oauth/v1/token"
        refresh = oauth(url, client_id, client_secret, refresh_token)
    api = HubSpotApi(base_url, api_version, access_token or "", refresh, "access_token")
    asked = [*columns.CONTACT_PROPERTIES, *([test_property] if test_property else [])]
    contacts = Objects(api, request, "contacts", asked, "lastmodifieddate", "lifecyclestage")
    companies = Objects(api, request, "companies", columns.COMPANY_PROPERTIES, "hs_lastmodifieddate")
    deals = Objects(api, request, "deals", columns.DEAL_PROPERTIES, "hs_lastmodifieddate", "dealstage")

    yield resource(CONTACTS, lambda: [columns.contact_batch(contacts.changed, request.hasher, test_property)])
    yield resource(CONTACT_STAGES, lambda: [columns.contact_stage_batch(contacts.changed)])
    yield resource(CONTACT_MERGES, lambda: [columns.merge_batch(contacts.changed)])
    yield resource(COMPANIES, lambda: [columns.company_batch(companies.changed)])
    yield resource(DEALS, lambda: [deal_batch(api, deals.changed)])
    yield resource(DEAL_STAGES, lambda: [columns.deal_stage_batch(deals.changed)])
    yield resource(LIVE_IDS, lambda: (kind.live_ids() for kind in (contacts, companies, deals)))
    yield resource(
        PIPELINE_STAGES, lambda: [columns.pipeline_batch(api.get(Pipelines, api.path("pipelines", "deals")))]
    )
    yield resource(ACCOUNT, lambda: [account_batch(api)])


class Objects:
    """Records of one kind: those that changed, and the ids of all.

    `modified`: the property that tells when a record changed. `history`: the property whose past values are kept.
    """

    def __init__(
        self,
        api: HubSpotApi,
        request: LoadRequest,
        name: str,
        properties: Sequence[str],
        modified: str,
        history: str = "",
    ) -> None:
        self._api = api
        self._request = request
        self._name = name
        self._properties = properties
        self._modified = modified
        self._history = history

    @cached_property
    def changed(self) -> Sequence[Record]:
        """New and changed records, and all archived contacts: each once, as seen last."""
        found: dict[str, Record] = {}
        for page in self._pages():
            found.update((record.id, record) for record in page)
        LOG.info("%s: %d new or changed", self._name, len(found))
        return list(found.values())

    def live_ids(self) -> pa.Table:
        """All ids that are there, archived ones apart: what is missing was deleted, or merged away."""
        if self._request.changed_since is None:
            ids = [record.id for record in self.changed if not record.archived]
        else:
            pages = self._api.listed(Page[Key], self._name, ["hs_object_id"])
            ids = list(dict.fromkeys(record.id for page in pages for record in page))
        LOG.info("%s: %d are there", self._name, len(ids))
        return LIVE_IDS.batch({"object_type": [self._name] * len(ids), "object_id": ids})

    def _pages(self) -> Iterator[list[Record]]:
        since = self._request.changed_since
        if since is None:
            yield from self._api.listed(Page[Record], self._name, self._properties, self._history)
        else:
            ids = self._api.changed_ids(self._name, self._modified, since)
            yield from self._api.read(Page[Record], self._name, ids, self._properties, self._history)
        if self._name == "contacts":
            # Archived contacts still count as leads; no search finds them, so all are asked for each time.
            yield from self._api.listed(Page[Record], self._name, self._properties, self._history, archived=True)


def deal_batch(api: HubSpotApi, deals: Sequence[Record]) -> pa.Table:
    """Changed deals with their associations, which are asked for apart."""
    ids = [deal.id for deal in deals]
    return columns.deal_batch(
        deals, api.associated("deals", "contacts", ids), api.associated("deals", "companies", ids)
    )


def account_batch(api: HubSpotApi) -> pa.Table:
    """The account's zone and currency."""
    account = api.get(Account, "/account-info/v3/details")
    return ACCOUNT.rows(
        [
            {
                "account_id": str(account.portal_id),
                "time_zone": account.time_zone,
                "currency": account.company_currency,
            }
        ]
    )


SOURCE = Source(
    name="hubspot",
    title="HubSpot",
    tables=TABLES,
    settings=(
        Setting("access_token", "service key, private app token, or OAuth access token", is_secret=True),
        Setting("client_id", "OAuth only", is_secret=True, is_required=False),
        Setting("client_secret", "OAuth only", is_secret=True, is_required=False),
        Setting("refresh_token", "OAuth only", is_secret=True, is_required=False),
        Setting("base_url", f"default {VENDOR}", is_required=False),
        Setting("token_url", "default <base_url>/oauth/v1/token", is_required=False),
        Setting("api_version", "v3 (default) or a dated version as 2026-09", is_required=False),
        Setting("test_property", "yes/no contact property that marks tests; default none", is_required=False),
    ),
    build=lambda request: hubspot_source(request),
    reload_days=1,
    settle_days=0,
    uses_cursor=True,
)
