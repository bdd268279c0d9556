"""The truth holds together: keys, sums, order of events, and nothing later than the end of history."""

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest

from sandbox.world import World, build_world
from sandbox.world.draw import TABLES

Truth = dict[str, pd.DataFrame]
AS_OF = pd.Timestamp("2026-03-18 05:30")
MONEY_IN_CENTS = (
    ("order_lines", "unit_price_micros"),
    ("order_lines", "discount_micros"),
    ("orders", "shipping_micros"),
    ("refunds", "amount_micros"),
    ("claims", "value_micros"),
    ("deals", "amount_micros"),
    ("costs", "amount_micros"),
    ("budgets", "amount_micros"),
    ("subscriptions", "monthly_micros"),
    ("ad_demographics", "spend_micros"),
)
FOREIGN_KEYS = (
    ("campaigns", "account_id", "accounts", "account_id"),
    ("ad_groups", "campaign_id", "campaigns", "campaign_id"),
    ("ads", "ad_group_id", "ad_groups", "ad_group_id"),
    ("keywords", "ad_group_id", "ad_groups", "ad_group_id"),
    ("ad_delivery", "campaign_id", "campaigns", "campaign_id"),
    ("ad_delivery", "ad_id", "ads", "ad_id"),
    ("ad_delivery", "ad_group_id", "ad_groups", "ad_group_id"),
    ("ad_delivery", "keyword_id", "keywords", "keyword_id"),
    ("ad_demographics", "campaign_id", "campaigns", "campaign_id"),
    ("exposures", "ad_group_id", "ad_groups", "ad_group_id"),
    ("claims", "campaign_id", "campaigns", "campaign_id"),
    ("claims", "ad_id", "ads", "ad_id"),
    ("claims", "order_id", "orders", "order_id"),
    ("claims", "contact_id", "contacts", "contact_id"),
    ("sessions", "person_id", "people", "person_id"),
    ("sessions", "order_id", "orders", "order_id"),
    ("customers", "person_id", "people", "person_id"),
    ("orders", "customer_id", "customers", "customer_id"),
    ("orders", "person_id", "people", "person_id"),
    ("order_lines", "order_id", "orders", "order_id"),
    ("order_lines", "product_id", "products", "product_id"),
    ("refunds", "line_id", "order_lines", "line_id"),
    ("contacts", "person_id", "people", "person_id"),
    ("contacts", "merged_into", "contacts", "contact_id"),
    ("contact_stages", "contact_id", "contacts", "contact_id"),
    ("deals", "contact_id", "contacts", "contact_id"),
    ("deals", "company_id", "companies", "company_id"),
    ("deal_stages", "deal_id", "deals", "deal_id"),
    ("mail_members", "person_id", "people", "person_id"),
    ("mail_recipients", "campaign_id", "mail_campaigns", "campaign_id"),
    ("mail_recipients", "member_no", "mail_members", "member_no"),
    ("social_posts", "account_id", "accounts", "account_id"),
    ("survey_answers", "person_id", "people", "person_id"),
)
KEYS = {
    "campaigns": ["campaign_id"],
    "ad_delivery": [
        *("date", "platform", "account_id", "campaign_id", "ad_group_id", "ad_id", "keyword_id", "country", "device")
    ],
    "ad_demographics": ["date", "account_id", "campaign_id", "age", "gender"],
    "exposures": ["date", "account_id", "campaign_id", "ad_group_id", "person_no"],
    "people": ["person_id"],
    "sessions": ["session_id"],
    "customers": ["customer_id"],
    "orders": ["order_id"],
    "order_lines": ["line_id"],
    "refunds": ["refund_id", "line_id"],
    "contacts": ["contact_id"],
    "contact_stages": ["contact_id", "stage", "entered_at"],
    "companies": ["company_id"],
    "deals": ["deal_id"],
    "deal_stages": ["deal_id", "stage"],
    "mail_members": ["member_no"],
    "mail_campaigns": ["campaign_id"],
    "mail_recipients": ["campaign_id", "member_no"],
    "social_days": ["platform", "account_id", "date"],
    "social_posts": ["post_id"],
    "survey_answers": ["answer_id"],
    "fx_rates": ["date", "currency"],
    "costs": ["cost_id"],
    "budgets": ["budget_id"],
    "budget_days": ["date"],
    "subscriptions": ["subscription_id"],
    "reviews": ["review_id"],
}


def as_text(column: pd.Series) -> pd.Series:
    return column.astype("str")


def test_every_table_is_there_and_has_rows(world: World) -> None:
    assert set(world.tables) == set(TABLES)
    assert all(len(frame) for frame in world.tables.values())
    assert world.history_start == date(2024, 3, 1)


def test_the_same_arguments_give_the_same_tables_and_another_seed_others() -> None:
    instant = datetime(2026, 3, 18, 5, 30, tzinfo=UTC)
    first, again, other = (build_world("small", 2, seed, instant).tables for seed in (7, 7, 8))
    for name, frame in first.items():
        pd.testing.assert_frame_equal(frame, again[name])
    assert not first["orders"].equals(other["orders"])
    assert not first["ad_delivery"].equals(other["ad_delivery"])


@pytest.mark.parametrize("months", [0, 1])
def test_a_short_history_has_every_table_too(months: int) -> None:
    world = build_world("small", months, 3, datetime(2026, 3, 18, 5, 30, tzinfo=UTC))
    assert world.history_start == date(2026, 3 - months, 1)
    assert len(world.tables["orders"]) > 150


@pytest.mark.parametrize(("table", "column", "target", "key"), FOREIGN_KEYS)
def test_foreign_keys_hold(truth: Truth, table: str, column: str, target: str, key: str) -> None:
    values = as_text(truth[table][column])
    known = set(as_text(truth[target][key])) | {""}
    assert set(values.unique()) <= known
    assert (values != "").any()


@pytest.mark.parametrize("table", KEYS)
def test_keys_are_unique(truth: Truth, table: str) -> None:
    assert not truth[table].duplicated(KEYS[table]).any()


def test_nothing_happened_after_the_end_of_history(truth: Truth) -> None:
    later = {"processed_at", "reported_at"}  # what had happened, and is only shown later
    for name, frame in truth.items():
        for column in frame.columns:
            if column.endswith("_at") and column not in later:
                assert not (frame[column] > AS_OF).any(), f"{name}.{column}"
                assert frame[column].dtype == np.dtype("datetime64[us]"), f"{name}.{column}"


@pytest.mark.parametrize(("table", "column"), MONEY_IN_CENTS)
def test_money_is_in_whole_cents(truth: Truth, table: str, column: str) -> None:
    amounts = truth[table][column]
    assert (amounts % 10_000 == 0).all()
    assert (amounts >= 0).all()
    assert amounts.sum() > 0


def test_meta_spends_whole_cents_and_google_micros(truth: Truth) -> None:
    delivery = truth["ad_delivery"]
    cents = delivery["spend_micros"] % 10_000 == 0
    assert cents[delivery["platform"] == "meta_ads"].all()
    assert not cents[(delivery["platform"] == "google_ads") & (delivery["spend_micros"] > 0)].all()


def test_demographics_add_up_to_the_campaign_day(truth: Truth) -> None:
    measures, keys = ["impressions", "clicks", "clicks_all", "spend_micros"], ["date", "campaign_id"]
    meta = truth["ad_delivery"][truth["ad_delivery"]["platform"] == "meta_ads"]
    days, people = (
        frame.assign(campaign_id=as_text(frame["campaign_id"])).groupby(keys)[measures].sum()
        for frame in (meta, truth["ad_demographics"])
    )
    pd.testing.assert_frame_equal(days, people)


def test_delivery_is_possible(truth: Truth) -> None:
    delivery = truth["ad_delivery"]
    assert (delivery["impressions"] > 0).all()
    assert (delivery["clicks"] <= delivery["impressions"]).all()
    assert (delivery["clicks_all"] >= delivery["clicks"]).all()
    runs = delivery.merge(
        truth["campaigns"][["campaign_id", "start_date", "end_date"]].astype({"campaign_id": "str"}),
        on="campaign_id",
    )
    assert (runs["date"] >= runs["start_date"]).all()
    assert not (runs["date"] > runs["end_date"]).any()


def test_nobody_is_reached_without_an_impression(truth: Truth) -> None:
    keys = ["date", "ad_group_id"]
    meta = truth["ad_delivery"][truth["ad_delivery"]["platform"] == "meta_ads"]
    shown = meta.astype({"ad_group_id": "str"}).groupby(keys)["impressions"].sum()
    reached = truth["exposures"].astype({"ad_group_id": "str"}).groupby(keys).size()
    assert reached.index.equals(shown.index)
    assert (reached <= shown).all()


def test_a_session_lies_on_its_day_in_stockholm(truth: Truth) -> None:
    sessions = truth["sessions"]
    local = sessions["started_at"].dt.tz_localize("UTC").dt.tz_convert("Europe/Stockholm")
    assert (local.dt.tz_localize(None).dt.normalize() == sessions["date"]).all()
    delay = sessions["processed_at"] - sessions["started_at"]
    assert delay.between(pd.Timedelta(0), pd.Timedelta(hours=40)).all()


def test_a_person_is_new_once_and_first(truth: Truth) -> None:
    sessions = truth["sessions"]
    firsts = sessions[sessions["is_new_user"]]
    assert not firsts["person_id"].duplicated().any()
    earliest = sessions.groupby("person_id")["started_at"].min()
    assert (firsts["started_at"].to_numpy() == earliest.loc[firsts["person_id"]].to_numpy()).all()


def test_key_actions_make_a_session_engaged_and_engagement_shows(truth: Truth) -> None:
    sessions = truth["sessions"]
    acted = sessions["key_purchase"] | sessions["key_form"] | sessions["key_newsletter"]
    assert sessions.loc[acted, "is_engaged"].all()
    is_long = (sessions["engaged_seconds"] >= 10) | (sessions["page_views"] >= 2)
    assert (is_long == sessions["is_engaged"]).all()


def test_an_order_session_knows_its_order_and_its_revenue(truth: Truth) -> None:
    bought = truth["sessions"][truth["sessions"]["key_purchase"]]
    assert (bought["order_id"] != "").all()
    assert (truth["sessions"].loc[~truth["sessions"]["key_purchase"], "revenue_micros"] == 0).all()
    orders = truth["orders"].set_index("order_id").loc[bought["order_id"]]
    assert (orders["person_id"].to_numpy() == bought["person_id"].to_numpy()).all()
    assert (orders["source_name"] == "web").all()
    lines = truth["order_lines"]
    cents = (lines["quantity"] * lines["unit_price_micros"] - lines["discount_micros"]) // 10_000
    rate = (lines["vat_rate"] * 1000).round().astype(int)
    tax = (2 * cents * rate + 1000 + rate) // (2 * (1000 + rate))  # half away from zero
    net = ((cents - tax) * 10_000).groupby(lines["order_id"]).sum()
    assert (net.loc[bought["order_id"]].to_numpy() == bought["revenue_micros"].to_numpy()).all()


def test_journeys_are_the_persons_own_visits_within_30_days(truth: Truth) -> None:
    orders = truth["orders"][(truth["orders"]["journey"] != "null")]
    assert (truth["orders"].loc[truth["orders"]["journey"] == "null", "first_source"] == "").all()
    started = set(zip(truth["sessions"]["person_id"], truth["sessions"]["started_at"], strict=True))
    for column in ("first_visit_at", "last_visit_at"):
        assert set(zip(orders["person_id"], orders[column], strict=True)) <= started
    assert (orders["first_visit_at"] <= orders["last_visit_at"]).all()
    assert (orders["last_visit_at"] <= orders["created_at"]).all()
    assert (orders["created_at"] - orders["first_visit_at"]).max() <= pd.Timedelta(days=30)
    assert (orders["created_at"] - orders["first_visit_at"]).max() > pd.Timedelta(days=25)


def test_paid_visits_name_a_campaign_of_their_channel(truth: Truth) -> None:
    paid = truth["sessions"][truth["sessions"]["medium"].isin(["cpc", "paid_social"])]
    names = truth["campaigns"].set_index("name")[["channel", "source", "medium"]].astype("str")
    found = names.loc[as_text(paid["campaign"])]
    for column in names.columns:
        assert (found[column].to_numpy() == as_text(paid[column]).to_numpy()).all()


def test_refunds_stay_within_what_was_bought_and_paid(truth: Truth) -> None:
    lines = truth["order_lines"].assign(
        amount=lambda frame: frame["quantity"] * frame["unit_price_micros"] - frame["discount_micros"]
    )
    refunds = truth["refunds"].merge(lines[["line_id", "amount", "quantity"]], on="line_id", suffixes=("", "_bought"))
    assert (refunds["amount_micros"] <= refunds["amount"]).all()
    assert (refunds["quantity"] <= refunds["quantity_bought"]).all()
    orders = truth["orders"].set_index("order_id")
    of_order = orders.loc[refunds["order_id"]]
    wait = refunds["refunded_at"].to_numpy() - of_order["created_at"].to_numpy()
    assert wait.max() <= np.timedelta64(70, "D")
    assert of_order["paid_at"].notna().all()
    assert not of_order["is_test"].any()


def test_a_cancelled_order_that_is_refunded_gets_all_back(truth: Truth) -> None:
    lines = truth["order_lines"]
    bought = (
        (lines["quantity"] * lines["unit_price_micros"] - lines["discount_micros"]).groupby(lines["order_id"]).sum()
    )
    back = truth["refunds"].groupby("order_id")["amount_micros"].sum()
    orders = truth["orders"]
    cancelled = back[back.index.isin(orders.loc[orders["cancelled_at"].notna(), "order_id"])]
    assert len(cancelled) > 0
    assert (cancelled == bought.loc[cancelled.index]).all()


def test_claims_follow_a_click_in_time(truth: Truth) -> None:
    claims = truth["claims"]
    assert (claims["reported_at"] >= claims["converted_at"]).all()
    assert (claims["reported_at"] - claims["click_date"]).max() < pd.Timedelta(days=26, hours=12)
    assert ((claims["action"] == "purchase") == (claims["order_id"] != "")).all()
    assert ((claims["action"] == "lead") == (claims["contact_id"] != "")).all()
    cell = ["click_date", "campaign_id", "ad_id", "country", "device"]
    shown = truth["ad_delivery"].rename(columns={"date": "click_date"})[cell].astype("str").drop_duplicates()
    assert len(claims[cell].astype("str").merge(shown, on=cell)) == len(claims)


def test_merges_join_two_that_live(truth: Truth) -> None:
    contacts = truth["contacts"].set_index("contact_id")
    losers = contacts[contacts["merged_into"] != ""]
    winners = contacts.loc[losers["merged_into"]]
    assert (winners["merged_into"] == "").all()
    assert winners[["archived_at", "deleted_at"]].isna().all(axis=None)
    assert (losers["merged_at"].to_numpy() > winners["created_at"].to_numpy()).all()
    assert (losers["merged_at"] > losers["created_at"]).all()
    assert ((contacts["merged_into"] != "") == contacts["merged_at"].notna()).all()


def test_stages_follow_the_contact_and_deals_their_opportunity(truth: Truth) -> None:
    contacts = truth["contacts"].set_index("contact_id")
    stages = truth["contact_stages"]
    assert (stages["entered_at"].to_numpy() >= contacts.loc[stages["contact_id"], "created_at"].to_numpy()).all()
    deals = truth["deals"]
    assert (deals["closed_at"].dropna() > deals.loc[deals["closed_at"].notna(), "created_at"]).all()
    assert deals.loc[deals["is_won"], "closed_at"].notna().all()
    won = stages[stages["stage"] == "customer"]
    assert set(won["contact_id"]) == set(deals.loc[deals["is_won"], "contact_id"])


def test_nobody_is_mailed_after_leaving(truth: Truth) -> None:
    sent = (
        truth["mail_recipients"]
        .astype({"campaign_id": "str"})
        .merge(truth["mail_members"], on="member_no")
        .merge(truth["mail_campaigns"][["campaign_id", "sent_at"]], on="campaign_id")
    )
    assert (sent["joined_at"] <= sent["sent_at"]).all()
    assert not (sent["left_at"] <= sent["sent_at"]).any()
    for column in ("opened_at", "machine_opened_at", "clicked_at", "unsubscribed_at", "complained_at"):
        assert not (sent[column] < sent["sent_at"]).any()
        assert (sent.loc[sent[column].notna(), "status"] == "sent").all()
    ended = sent["unsubscribed_at"].fillna(sent["complained_at"])
    assert (ended.dropna() == sent.loc[ended.notna(), "left_at"]).all()


def test_followers_add_up(truth: Truth) -> None:
    days = truth["social_days"].astype({"platform": "str"}).sort_values(["platform", "date"])
    change = days.groupby("platform")["followers_end"].diff().dropna()
    assert (change == (days["follows"] - days["unfollows"]).loc[change.index]).all()


def test_every_weekday_has_rates(truth: Truth) -> None:
    rates = truth["fx_rates"]
    expected = pd.bdate_range(rates["date"].min(), "2026-03-18")
    for currency in ("EUR", "USD"):
        assert list(rates.loc[rates["currency"] == currency, "date"]) == list(expected)
    # A rate counts for seven days: the first day of history needs one of the week before.
    assert rates["date"].min() <= pd.Timestamp("2024-02-23")


def test_contracts_change_pause_and_overlap(truth: Truth) -> None:
    contracts = truth["subscriptions"].sort_values(["customer_id", "started_at"])
    assert (contracts["ended_at"].dropna() > contracts.loc[contracts["ended_at"].notna(), "started_at"]).all()
    before = contracts.groupby("customer_id", observed=True)["ended_at"].shift()
    assert (contracts["started_at"] == before).sum() > 20  # changes of plan
    assert (contracts["started_at"] > before).sum() > 10  # came back
    assert contracts["ended_at"].isna().mean() > 0.3
    unknown = ~as_text(contracts["customer_id"]).isin(as_text(truth["customers"]["customer_id"]))
    assert unknown.any()
    assert contracts["started_at"].min() < pd.Timestamp("2024-03-01")


def test_budgets_are_near_what_media_cost(truth: Truth) -> None:
    budgets = truth["budgets"]
    assert set(budgets["currency"]) == {"SEK", "EUR"}
    assert (budgets["date_to"] > AS_OF).any()
    months = budgets[budgets["channel"] == "paid_search"]
    campaigns = truth["campaigns"].astype({"campaign_id": object}).set_index("campaign_id")["channel"]
    delivery = truth["ad_delivery"]
    mine = delivery["campaign_id"].astype(object).map(campaigns) == "paid_search"
    spent = delivery.loc[mine, "spend_micros"].sum()  # partly in EUR, so too low
    assert 0.2 < spent / months["amount_micros"].sum() < 1.2
