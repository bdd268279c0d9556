"""Every sample body of the vendor page lands as the page says, or ends in one clear error."""

import json
from pathlib import Path
from typing import Any

import pytest

from connectors.common.errors import CredentialsRejectedError, SourceError, ThrottledError
from connectors.shopify import SOURCE
from tests.connectors.conftest import Answer, Call, FakeApi, Landing

TOKEN = "shpat_planted"
SHOP = {
    "data": {
        "shop": {"id": "gid://shopify/Shop/690933842", "currencyCode": "EUR", "ianaTimezone": "Europe/Berlin"},
        "currentAppInstallation": {"accessScopes": [{"handle": "read_orders"}, {"handle": "read_all_orders"}]},
    }
}
EMPTY_CUSTOMERS = {"data": {"customers": {"edges": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}}}


class Shop:
    """Serves the samples: `orders` are pages in order, by cursor."""

    def __init__(self, samples: Path) -> None:
        self.samples = samples
        self.orders = ["graphql_orders_first_page.json", "graphql_orders_last_page.json"]
        self.first: list[Answer] = []  # answered before anything else

    def body(self, name: str) -> Any:
        return json.loads((self.samples / name).read_text("utf-8"))

    def __call__(self, call: Call) -> Answer:
        if self.first:
            return self.first.pop(0)
        asked = call.json()
        if "currentAppInstallation" in asked["query"]:
            return Answer(SHOP)
        if "customers(" in asked["query"]:
            return Answer(EMPTY_CUSTOMERS)
        if "nodes(" in asked["query"]:
            return Answer({"data": {"nodes": []}})
        pages = [self.body(name) for name in self.orders]
        cursors = [page["data"]["orders"]["pageInfo"]["endCursor"] for page in pages]
        after = asked["variables"]["after"]
        return Answer(pages[cursors.index(after) + 1 if after else 0])


@pytest.fixture
def shop(shared: Path, fake_api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setenv("SOURCES__SHOPIFY__SHOP", "example-shop")
    monkeypatch.setenv("SOURCES__SHOPIFY__BASE_URL", fake_api.url)
    monkeypatch.setenv("SOURCES__SHOPIFY__ACCESS_TOKEN", TOKEN)
    fake_api.handler = shop = Shop(shared / "vendors" / "samples" / "shopify")
    return shop


def test_two_pages_of_orders_land_with_money_as_text_said(shop: Shop, landing: Landing) -> None:
    landing.refresh(SOURCE)
    assert landing.rows(
        "select order_id, customer_id, created_at::text, financial_status, total_amount::text, tax_amount::text, "
        "shipping_amount::text, refunded_amount::text, currency from raw_shopify.orders order by order_id"
    ) == [
        (
            *("450789469", "207119551", "2026-03-02 09:00:00+00", "PAID"),
            *("44.900000", "6.390000", "4.900000", "0.000000", "EUR"),
        ),
        (
            *("450789470", "207119551", "2026-03-03 22:30:00+00", "PARTIALLY_REFUNDED"),
            *("44.900000", "6.390000", "4.900000", "20.000000", "EUR"),
        ),
    ]
    assert landing.rows("select * from raw_shopify.shop") == [("690933842", "EUR", "Europe/Berlin", True)]


def test_visits_before_an_order_land_and_what_is_not_there_stays_null(shop: Shop, landing: Landing) -> None:
    shop.orders = ["graphql_orders_journey.json"]
    landing.refresh(SOURCE)
    assert landing.rows(
        "select journey_status, first_source, first_utm_medium, first_utm_campaign, last_source, last_utm_source, "
        "last_visit_at::text from raw_shopify.orders order by order_id"
    ) == [
        ("known", "Facebook", "paid_social", "autumn", "direct", None, "2026-10-28 08:12:44+00"),
        ("known", "Google", None, None, "Google", None, "2026-10-28 08:12:44+00"),
        ("not_ready", None, None, None, None, None, None),
        ("null", None, None, None, None, None, None),
    ]


def test_an_empty_shop_is_an_empty_table(shop: Shop, landing: Landing) -> None:
    shop.orders = ["graphql_orders_empty.json"]
    landing.refresh(SOURCE)
    assert landing.rows("select count(*) from raw_shopify.orders") == [(0,)]


def test_a_throttled_answer_with_status_200_is_asked_again_after_the_bucket_filled(
    shop: Shop, landing: Landing, fake_api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float | None] = []
    monkeypatch.setattr("connectors.common.http.ApiClient._pause", lambda _, __, seconds: waits.append(seconds))
    shop.first = [Answer(shop.body("graphql_throttled.json"))]
    landing.refresh(SOURCE)
    assert waits == [(752 - 666) / 50.0]
    assert landing.rows("select count(*) from raw_shopify.orders") == [(2,)]


def test_a_bucket_that_stays_empty_ends_as_throttled(shop: Shop, landing: Landing) -> None:
    shop.first = [Answer(shop.body("graphql_throttled.json"))] * 9
    with pytest.raises(ThrottledError, match="limit is used up"):
        landing.refresh(SOURCE)


def test_a_missing_scope_is_named(shop: Shop, landing: Landing) -> None:
    shop.first = [Answer(shop.body("graphql_access_denied.json"))]
    with pytest.raises(SourceError, match=r"ACCESS_DENIED .*read_orders"):
        landing.refresh(SOURCE)


def test_a_refused_token_names_the_setting_and_not_the_token(shop: Shop, landing: Landing) -> None:
    shop.first = [Answer(shop.body("error_401_rest.json"), 401)]
    with pytest.raises(CredentialsRejectedError, match="Check `access_token`") as error:
        landing.refresh(SOURCE)
    assert TOKEN not in str(error.value)


@pytest.mark.parametrize(
    ("sample", "status", "words"),
    [("error_402.json", 402, "plan does not have access"), ("error_404.json", 404, "check the setting `shop`")],
)
def test_other_refusals_say_why(shop: Shop, landing: Landing, sample: str, status: int, words: str) -> None:
    shop.first = [Answer(shop.body(sample), status)]
    with pytest.raises(SourceError, match=words):
        landing.refresh(SOURCE)


def test_a_classic_429_is_waited_out(shop: Shop, landing: Landing) -> None:
    shop.first = [Answer(shop.body("error_429_rest.json"), 429, {"Retry-After": "2.0"})]
    landing.refresh(SOURCE)
    assert landing.rows("select count(*) from raw_shopify.orders") == [(2,)]


def test_an_app_gets_its_token_by_client_credentials_and_a_new_one_when_it_expires(
    shop: Shop, landing: Landing, fake_api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOURCES__SHOPIFY__ACCESS_TOKEN")
    monkeypatch.setenv("SOURCES__SHOPIFY__CLIENT_ID", "id")
    monkeypatch.setenv("SOURCES__SHOPIFY__CLIENT_SECRET", "secret")
    expired = [Answer(shop.body("error_401_rest.json"), 401)]

    def vendor(call: Call) -> Answer:
        if call.path == "/admin/oauth/access_token":
            return Answer(shop.body("oauth_token_client_credentials.json"))
        return expired.pop() if expired else shop(call)

    fake_api.handler = vendor
    landing.refresh(SOURCE)
    tokens = [call for call in fake_api.calls if call.path == "/admin/oauth/access_token"]
    assert [call.body for call in tokens] == [b"grant_type=client_credentials&client_id=id&client_secret=secret"] * 2
    assert fake_api.calls[-1].headers["X-Shopify-Access-Token"] == "shpat_EXAMPLE"
