"""The simulated shop through server, connector and staging: what lands is the truth, whatever the vendor does."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from connectors.common.errors import CredentialsRejectedError, SourceError, UnexpectedAnswerError
from connectors.common.privacy import Hasher
from connectors.shopify import SOURCE, queries
from connectors.shopify import source as source_module
from sandbox.server import Sandbox
from sandbox.vendors.shopify import Shopify
from sandbox.world import World
from tests.connectors.conftest import AS_OF, Landing, serve
from tests.connectors.staging import staged

TABLES = ("orders", "order_lines", "refund_lines", "refunds", "customers", "shop")
Rows = dict[str, list[tuple[Any, ...]]]
FAULTS = (
    *("throttle", "throttle_retry_after", "expired_token", "error_200", "server_error", "truncated", "not_json"),
    *("duplicate_page", "moving_row", "unknown_column", "down"),
)
EARLIER = AS_OF - timedelta(days=20)


def landed(landing: Landing) -> Rows:
    return {table: landing.rows(f"select * from raw_shopify.{table} order by all") for table in TABLES}


@pytest.fixture(scope="module")
def expected(small_world: World, tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """What one undisturbed load lands."""
    landing = Landing(tmp_path_factory.mktemp("fresh") / "source.duckdb", Hasher(b"test-key"))
    with pytest.MonkeyPatch.context() as patch:
        serve(small_world, patch)
        landing.refresh(SOURCE)
    return landed(landing)


def cents(micros: pd.Series) -> pd.Series:
    return (micros // 10_000).astype("int64")


def test_staging_gives_the_truth(sandbox: Sandbox, small_world: World, landing: Landing, tmp_path: Path) -> None:
    landing.refresh(SOURCE)
    models = staged(SOURCE, landing.path, AS_OF, tmp_path)
    orders, lines, refunds, customers = (
        small_world.tables[name] for name in ("orders", "order_lines", "refunds", "customers")
    )

    got = models["customers"].set_index("customer_id").loc[customers["customer_id"]]
    assert len(models["customers"]) == len(customers)
    assert (got["email_hash"].to_numpy() == [landing.hasher.email(email) for email in customers["email"]]).all()
    assert (got["phone_hash"].to_numpy() == [landing.hasher.phone(phone) for phone in customers["phone"]]).all()
    assert (got["country"].to_numpy() == customers["country"].astype(str).to_numpy()).all()
    assert (got["customer_type"].to_numpy() == np.where(customers["is_business"], "b2b", "b2c")).all()

    got = models["orders"].set_index("order_id").loc[orders["order_id"]]
    assert len(models["orders"]) == len(orders)
    as_of = pd.Timestamp(AS_OF).tz_localize(None)
    assert (got["created_at"].to_numpy() == orders["created_at"].to_numpy()).all()
    assert (got["customer_id"].fillna("").to_numpy() == orders["customer_id"].to_numpy()).all()
    assert (got["is_paid"].to_numpy() == (orders["paid_at"] <= as_of).to_numpy()).all()
    for flag in ("is_test", "is_draft"):
        assert (got[flag].to_numpy() == orders[flag].to_numpy()).all()
    assert (got["cancelled_at"].isna().to_numpy() == orders["cancelled_at"].isna().to_numpy()).all()
    assert (got["country"].to_numpy() == orders["country"].astype(str).to_numpy()).all()
    journey = orders["journey"].astype(str)
    is_known = (journey == "known") | (
        (journey == "not_ready") & (orders["created_at"] <= as_of - pd.Timedelta(days=1))
    )
    assert ((got["attribution_status"] == "known").to_numpy() == is_known.to_numpy()).all()
    for column in ("last_source", "last_medium", "last_campaign", "first_campaign"):
        truth = orders[column].astype(str).where(is_known, "").replace("", "unknown")
        assert (got[column].to_numpy() == truth.to_numpy()).all(), column

    got = models["order_lines"].set_index("order_line_id").loc[lines["line_id"]]
    assert len(models["order_lines"]) == len(lines)
    paid = cents(lines["quantity"] * lines["unit_price_micros"] - lines["discount_micros"])
    total = (got["gross_amount"] - got["discount_amount"] + got["vat_amount"]).astype(float)
    assert ((total * 100).round().to_numpy() == paid.to_numpy()).all()
    rate = (lines["vat_rate"] * 1000).round().astype("int64")
    vat = (2 * paid * rate + 1000 + rate) // (2 * (1000 + rate))
    assert ((got["vat_amount"].astype(float) * 100).round().to_numpy() == vat.to_numpy()).all()
    discount = lines["discount_micros"] / 1e6 / (1 + lines["vat_rate"])
    assert np.abs(got["discount_amount"].astype(float).to_numpy() - discount.to_numpy()).max() < 1e-6

    got = models["refunds"]
    assert len(got) == len(refunds)  # no goodwill in this world
    per_line = got.groupby("order_line_id")[["refund_amount", "vat_amount", "quantity"]].sum().astype(float)
    expected = refunds.groupby("line_id")[["amount_micros", "quantity"]].sum()
    per_line = per_line.loc[expected.index]
    together = (per_line["refund_amount"] + per_line["vat_amount"]) * 100
    assert (together.round().to_numpy() == cents(expected["amount_micros"]).to_numpy()).all()
    assert (per_line["quantity"].to_numpy() == expected["quantity"].to_numpy()).all()


def test_two_loads_equal_one(sandbox: Sandbox, landing: Landing, expected: Rows) -> None:
    sandbox.as_of = EARLIER
    landing.refresh(SOURCE, EARLIER)
    before = landed(landing)
    sandbox.as_of = AS_OF
    landing.refresh(SOURCE)
    assert landed(landing) == expected
    assert len(landed(landing)["refund_lines"]) > len(before["refund_lines"])


def test_a_second_load_changes_nothing(sandbox: Sandbox, landing: Landing) -> None:
    landing.refresh(SOURCE)
    before = landed(landing)
    landing.refresh(SOURCE)
    assert landed(landing) == before
    assert not landing.refresh(SOURCE).is_changed


def test_an_order_that_was_not_ready_is_asked_again_until_it_is(
    sandbox: Sandbox, small_world: World, landing: Landing
) -> None:
    orders = small_world.tables["orders"]
    unready = orders[(orders["journey"].astype(str) == "not_ready") & orders["last_visit_at"].notna()].iloc[-5]
    ordered_at = pd.Timestamp(unready["created_at"]).tz_localize("UTC").to_pydatetime()
    query = (
        f"select journey_status, last_visit_at is null from raw_shopify.orders where order_id = '{unready['order_id']}'"
    )
    for hours, expected in [(20, ("not_ready", True)), (30, ("known", False))]:
        sandbox.as_of = ordered_at + timedelta(hours=hours)
        landing.refresh(SOURCE, sandbox.as_of)
        assert landing.rows(query) == [expected]


def test_late_refunds_of_old_orders_arrive(sandbox: Sandbox, small_world: World, landing: Landing) -> None:
    merged = small_world.tables["refunds"].merge(
        small_world.tables["orders"][["order_id", "created_at"]], on="order_id"
    )
    late = merged[
        (merged["refunded_at"] > pd.Timestamp(EARLIER).tz_localize(None))
        & (merged["refunded_at"] - merged["created_at"] > pd.Timedelta(days=25))
    ]
    assert len(late)
    for as_of in (EARLIER, AS_OF):
        sandbox.as_of = as_of
        landing.refresh(SOURCE, as_of)
    found = {row[0] for row in landing.rows("select order_line_id from raw_shopify.refund_lines")}
    assert set(late["line_id"].astype(str)) <= found


def test_faults_along_the_way_end_in_the_same_rows(sandbox: Sandbox, landing: Landing, expected: Rows) -> None:
    for place, kind in enumerate(FAULTS, start=2):
        sandbox.faults.add("shopify", kind, path="graphql", after=place)
    landing.refresh(SOURCE)
    assert landed(landing) == expected
    assert all(fault.times == 0 for fault in sandbox.faults._faults)


def test_refused_credentials_and_a_changed_type_end_in_one_clear_error(sandbox: Sandbox, landing: Landing) -> None:
    sandbox.faults.add("shopify", "bad_credentials", times=9, path="graphql")
    with pytest.raises(CredentialsRejectedError, match=r"client_secret.*SOURCES__SHOPIFY__CLIENT_SECRET"):
        landing.refresh(SOURCE)
    sandbox.faults.clear()
    sandbox.faults.add("shopify", "changed_type", path="graphql", after=1)
    with pytest.raises(UnexpectedAnswerError, match="has changed its shape"):
        landing.refresh(SOURCE)


def test_a_wrong_secret_is_refused_at_the_token_endpoint(
    sandbox: Sandbox, landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCES__SHOPIFY__CLIENT_SECRET", "planted-wrong-secret")
    with pytest.raises(CredentialsRejectedError) as error:
        landing.refresh(SOURCE)
    assert "planted-wrong-secret" not in str(error.value)


def test_long_nested_lists_are_paged_on_their_own(
    sandbox: Sandbox, landing: Landing, expected: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ORDERS", "MORE_LINES", "REFUNDS", "MORE_REFUND_LINES"):
        short = getattr(queries, name).replace("(first: 10)", "(first: 1)").replace("(first: 100, ", "(first: 2, ")
        monkeypatch.setattr(queries, name, short)
    monkeypatch.setattr(source_module, "REFUNDS_OF_ORDER", 1)
    landing.refresh(SOURCE)
    assert landed(landing) == expected


def test_a_question_that_is_too_dear_is_asked_in_smaller_pages(
    sandbox: Sandbox, landing: Landing, expected: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Shopify, "dearest_page", 30)
    sandbox.as_of = AS_OF  # built anew
    landing.refresh(SOURCE)
    assert landed(landing) == expected
    monkeypatch.setattr(Shopify, "dearest_page", 0)
    sandbox.as_of = AS_OF
    with pytest.raises(SourceError, match="too dear"):
        landing.refresh(SOURCE, AS_OF + timedelta(days=1))


def test_lists_longer_than_the_vendor_pages_are_started_again(
    sandbox: Sandbox, landing: Landing, expected: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.shopify.api.LONGEST_LIST", 250)
    monkeypatch.setattr("sandbox.vendors.shopify.LONGEST_LIST", 300)
    sandbox.as_of = AS_OF
    landing.refresh(SOURCE)
    assert landed(landing) == expected


def test_no_address_or_number_lands_in_clear(sandbox: Sandbox, small_world: World, landing: Landing) -> None:
    landing.refresh(SOURCE)
    content = landing.path.read_bytes()
    for customer in small_world.tables["customers"].head(50).itertuples():
        for value in (str(customer.email), str(customer.phone)):
            assert value.encode() not in content
    assert Shopify.credentials["client_secret"].encode() not in content
