"""Every CRM sample body of the vendor page lands as the page says, or ends in one clear error."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.common.errors import CredentialsRejectedError, SourceError, ThrottledError
from connectors.hubspot import SOURCE
from tests.connectors.conftest import AS_OF, Answer, Call, FakeApi, Landing

TOKEN = "pat-eu1-planted"
EMPTY = {"results": []}


class Crm:
    """Serves the samples by path; a list's pages follow each other by `after`."""

    def __init__(self, samples: Path) -> None:
        self.samples = samples
        self.lists: dict[str, list[str]] = {"contacts": [], "archived": [], "companies": [], "deals": []}
        self.searches: list[str] = []
        self.reads: list[str] = []
        self.first: list[Answer] = []  # answered before anything else

    def body(self, name: str) -> Any:
        return json.loads((self.samples / name).read_text("utf-8"))

    def __call__(self, call: Call) -> Answer:
        if self.first:
            return self.first.pop(0)
        parts = call.path.strip("/").split("/")
        if call.path == "/account-info/v3/details":
            return Answer(self.body("account_info.json"))
        if "pipelines" in parts:
            return Answer(self.body("pipelines_deals.json"))
        if "associations" in parts:
            if parts[-3] == "companies":
                return Answer(self.body("associations_v4_batch_read_207.json"), 207)
            return Answer(self.body("associations_v4_batch_read.json"))
        if parts[-1] == "search":
            return Answer(self.body(self.searches.pop(0)) if self.searches else EMPTY)
        if parts[-1] == "read":
            return Answer(self.body(self.reads.pop(0)) if self.reads else EMPTY)
        name = "archived" if call.query.get("archived") == ["true"] else parts[-1]
        pages = self.lists[name]
        place = 1 if "after" in call.query else 0
        return Answer(self.body(pages[place]) if place < len(pages) else EMPTY)


@pytest.fixture
def crm(shared: Path, fake_api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> Crm:
    monkeypatch.setenv("SOURCES__HUBSPOT__ACCESS_TOKEN", TOKEN)
    monkeypatch.setenv("SOURCES__HUBSPOT__BASE_URL", fake_api.url)
    fake_api.handler = crm = Crm(shared / "vendors" / "samples" / "hubspot")
    return crm


def test_two_pages_of_contacts_land_and_the_ready_link_is_not_followed(
    crm: Crm, landing: Landing, fake_api: FakeApi
) -> None:
    crm.lists["contacts"] = ["contacts_list_first_page.json", "contacts_list_last_page.json"]
    landing.refresh(SOURCE)
    assert landing.rows(
        "select contact_id, created_at::text, lifecycle_stage, original_source, email_hash from raw_hubspot.contacts"
        " order by created_at"
    ) == [
        (key, created, stage, source, landing.hasher.email(f"person{number}@example.com"))
        for number, (key, created, stage, source) in enumerate(
            [
                ("1", "2026-01-10 03:00:13.46+00", "customer", "PAID_SEARCH"),
                ("51", "2026-01-11 03:00:13.789+00", "marketingqualifiedlead", "ORGANIC_SEARCH"),
                ("101", "2026-02-01 10:00:00+00", "lead", "EMAIL_MARKETING"),
            ],
            start=1,
        )
    ]
    lists = [call for call in fake_api.calls if call.path == "/crm/v3/objects/contacts"]
    assert [call.query.get("after") for call in lists] == [None, ["52"], None]
    assert landing.rows("select object_id from raw_hubspot.live_ids order by 1") == [("1",), ("101",), ("51",)]


def test_the_past_of_a_lifecycle_stage_lands_entry_by_entry(crm: Crm, landing: Landing) -> None:
    crm.lists["contacts"] = ["contacts_with_history.json"]
    landing.refresh(SOURCE)
    assert landing.rows("select stage, entered_at::text from raw_hubspot.contact_stages order by entered_at") == [
        ("lead", "2026-01-10 03:00:13.46+00"),
        ("marketingqualifiedlead", "2026-01-20 08:00:00+00"),
        ("customer", "2026-03-02 14:07:59+00"),
    ]


def test_archived_contacts_land_and_are_not_among_the_live_ones(crm: Crm, landing: Landing) -> None:
    crm.lists["archived"] = ["contacts_archived.json"]
    landing.refresh(SOURCE)
    assert landing.rows("select contact_id, is_archived, archived_at::text from raw_hubspot.contacts") == [
        ("77", True, "2026-02-10 10:00:00+00")
    ]
    assert landing.rows("select count(*) from raw_hubspot.live_ids") == [(0,)]


def test_a_merged_contact_names_those_that_it_took(crm: Crm, landing: Landing) -> None:
    crm.lists["contacts"] = ["contacts_merged.json"]
    landing.refresh(SOURCE)
    assert landing.rows("select * from raw_hubspot.contact_merges order by loser_id") == [
        ("1", "20001"),
        ("51", "20001"),
    ]


def test_deals_land_with_their_associations_and_no_amount_is_not_zero(crm: Crm, landing: Landing) -> None:
    crm.lists["deals"] = ["deals_first_page.json", "deals_last_page.json"]
    crm.lists["companies"] = ["companies_first_page.json"]
    landing.refresh(SOURCE)
    assert landing.rows(
        "select deal_id, contact_id, contact_count, company_id, stage, amount::text, currency, close_date::text, "
        "is_closed, is_won from raw_hubspot.deals order by deal_id"
    ) == [
        ("6744192456", "1", 1, None, "closedwon", "500.000000", "EUR", "2026-03-02 14:00:00+00", True, True),
        (
            *("6744457152", None, 0, None, "qualifiedtobuy", "3233.500000", "EUR"),
            *("2026-05-31 00:00:00+00", False, False),
        ),
        ("6744457999", None, 0, None, "closedlost", None, "EUR", "2026-03-04 00:00:00+00", True, False),
    ]
    assert landing.rows("select company_id from raw_hubspot.companies") == [("7086461639",)]
    assert landing.rows("select stage, is_closed, probability from raw_hubspot.pipeline_stages order by 1") == [
        ("closedlost", True, 0.0),
        ("closedwon", True, 1.0),
        ("qualifiedtobuy", False, 0.4),
    ]
    assert landing.rows("select * from raw_hubspot.account") == [("12345678", "Europe/Berlin", "EUR")]


def test_the_next_load_searches_what_changed_and_reads_it_with_its_past(
    crm: Crm, landing: Landing, fake_api: FakeApi
) -> None:
    landing.refresh(SOURCE, AS_OF)
    crm.searches = ["contacts_search_first_page.json", "contacts_search_last_page.json", "contacts_search_empty.json"]
    crm.reads = ["contacts_with_history.json"]
    fake_api.calls.clear()
    landing.refresh(SOURCE, AS_OF + timedelta(days=1))
    searches = [call.json() for call in fake_api.calls if call.path == "/crm/v3/objects/contacts/search"]
    asked = crm.body("contacts_search_request.json")
    assert {key: searches[0][key] for key in ("sorts", "limit")} == {key: asked[key] for key in ("sorts", "limit")}
    since = str(int((AS_OF - SOURCE.cursor_overlap).timestamp() * 1000))
    assert [[rule["value"] for rule in search["filterGroups"][0]["filters"]] for search in searches] == [
        [since, "0"],
        [since, "52"],
    ]
    (read,) = [call.json() for call in fake_api.calls if call.path == "/crm/v3/objects/contacts/batch/read"]
    assert [item["id"] for item in read["inputs"]] == ["1", "51", "101"]
    assert read["propertiesWithHistory"] == ["lifecyclestage"]
    assert landing.rows("select count(*) from raw_hubspot.contact_stages") == [(3,)]


def test_an_empty_account_is_empty_tables(crm: Crm, landing: Landing) -> None:
    crm.lists["contacts"] = ["contacts_list_empty.json"]
    landing.refresh(SOURCE)
    assert landing.rows("select count(*) from raw_hubspot.contacts") == [(0,)]


@pytest.mark.parametrize(
    ("sample", "wait"), [("error_429_ten_secondly.json", 10.0), ("error_429_search_secondly.json", 1.0)]
)
def test_a_short_limit_is_waited_out(
    crm: Crm, landing: Landing, monkeypatch: pytest.MonkeyPatch, sample: str, wait: float
) -> None:
    waits: list[float | None] = []
    monkeypatch.setattr("connectors.common.http.ApiClient._pause", lambda _, __, seconds: waits.append(seconds))
    crm.first = [Answer(crm.body(sample), 429)]
    landing.refresh(SOURCE)
    assert waits == [wait]


def test_the_daily_limit_is_not_waited_for(crm: Crm, landing: Landing, fake_api: FakeApi) -> None:
    crm.first = [Answer(crm.body("error_429_daily.json"), 429)]
    with pytest.raises(ThrottledError, match="DAILY"):
        landing.refresh(SOURCE)
    assert len(fake_api.calls) == 1


def test_refused_credentials_name_the_setting_and_not_the_token(crm: Crm, landing: Landing, fake_api: FakeApi) -> None:
    for answer in (
        Answer(crm.body("error_401_invalid_token.json"), 401),
        Answer(b"<html>DNS error</html>", 530),
    ):
        crm.first = [answer]
        with pytest.raises(CredentialsRejectedError, match=r"Check `access_token`") as error:
            landing.refresh(SOURCE)
        assert TOKEN not in str(error.value)
    assert len(fake_api.calls) == 2


def test_an_expired_oauth_token_is_refreshed_once(
    crm: Crm, landing: Landing, fake_api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CLIENT_ID", "CLIENT_SECRET", "REFRESH_TOKEN"):
        monkeypatch.setenv(f"SOURCES__HUBSPOT__{name}", name.lower())
    crm.first = [
        Answer(crm.body("error_401_expired_token.json"), 401),
        Answer(crm.body("oauth_token.json")),
    ]
    landing.refresh(SOURCE)
    refreshed = fake_api.calls[1]
    assert refreshed.path == "/oauth/v1/token"
    assert refreshed.body.startswith(b"grant_type=refresh_token&client_id=client_id")
    assert fake_api.calls[2].headers["Authorization"] == "Bearer EXAMPLE-ACCESS-TOKEN"


def test_an_expired_token_that_nothing_refreshes_is_refused(crm: Crm, landing: Landing) -> None:
    crm.first = [Answer(crm.body("error_401_expired_token.json"), 401)]
    with pytest.raises(CredentialsRejectedError, match="EXPIRED_AUTHENTICATION"):
        landing.refresh(SOURCE)


def test_a_missing_scope_is_named(crm: Crm, landing: Landing) -> None:
    crm.first = [Answer(crm.body("error_403_missing_scopes.json"), 403)]
    with pytest.raises(SourceError, match=r"needs the scope crm\.objects\.contacts\.read"):
        landing.refresh(SOURCE)


def test_a_refused_search_says_so(crm: Crm, landing: Landing) -> None:
    crm.first = [Answer(crm.body("error_400_search_beyond_10000.json"), 400)]
    with pytest.raises(SourceError, match="HTTP 400 There was a problem with the request"):
        landing.refresh(SOURCE)
