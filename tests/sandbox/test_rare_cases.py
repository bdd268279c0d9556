"""Everything that a pipeline may stumble over happens in `small`, seed 7; and the shop does plausible business."""

from collections.abc import Callable

import pandas as pd
import pytest

Truth = dict[str, pd.DataFrame]
LAST = pd.Timestamp("2026-03-18 05:30")
SPLIT = pd.Timestamp("2024-06-22")
STOCKHOLM = "Europe/Stockholm"


def local(instants: pd.Series) -> pd.Series:
    return instants.dt.tz_localize("UTC").dt.tz_convert(STOCKHOLM).dt.tz_localize(None)


def rare_orders(truth: Truth) -> dict[str, int]:
    orders, lines, refunds = truth["orders"], truth["order_lines"], truth["refunds"]
    paid, cancelled, partial = (orders[f"{what}_at"].notna() for what in ("paid", "cancelled", "partially_paid"))
    amount = (
        (lines["quantity"] * lines["unit_price_micros"] - lines["discount_micros"]).groupby(lines["order_id"]).sum()
    )
    gift = lines["is_gift_card"].groupby(lines["order_id"])
    known = orders[orders["journey"] == "known"]
    created = orders.set_index("order_id")["created_at"]
    wait = refunds["refunded_at"].to_numpy() - created.loc[refunds["order_id"]].to_numpy()
    counts = refunds.groupby("order_id").size()
    of_order = lines.groupby("order_id").size().loc[counts.index]
    day = local(orders["created_at"]).dt.normalize()
    orders_of = orders[orders["person_id"] != ""].groupby("person_id")
    return {
        "guests at the till": int(((orders["source_name"] == "pos") & (orders["customer_id"] == "")).sum()),
        "known people at the till": int(((orders["source_name"] == "pos") & (orders["customer_id"] != "")).sum()),
        "drafts paid": int((orders["is_draft"] & paid).sum()),
        "tests paid": int((orders["is_test"] & paid).sum()),
        "unpaid": int((~paid & ~cancelled & ~partial & ~orders["is_draft"]).sum()),
        "paid in part only": int((partial & ~paid).sum()),
        "paid in part, then in full": int((partial & paid).sum()),
        "cancelled and paid": int((cancelled & paid).sum()),
        "cancelled and unpaid": int((cancelled & ~paid).sum()),
        "paid weeks later": int((orders["paid_at"] - orders["created_at"] > pd.Timedelta(days=14)).sum()),
        "journey not ready": int((orders["journey"] == "not_ready").sum()),
        "journey not ready at the end": int(
            ((orders["journey"] == "not_ready") & (LAST - orders["created_at"] < pd.Timedelta(hours=24))).sum()
        ),
        "web order without journey": int(((orders["journey"] == "null") & (orders["source_name"] == "web")).sum()),
        "direct both times": int(((known["first_source"] == "direct") & (known["last_source"] == "direct")).sum()),
        "direct last only": int(((known["first_source"] != "direct") & (known["last_source"] == "direct")).sum()),
        "source without parameters": int(((known["last_source"] == "google") & (known["last_medium"] == "")).sum()),
        "visit without source": int((known["last_source"] == "").sum()),
        "capital letters in a source": int((known["last_source"] == "Bing").sum()),
        "given away": int((amount == 0).sum()),
        "gift card only": int(gift.all().sum()),
        "gift card and goods": int((gift.any() & ~gift.all()).sum()),
        "books": int((lines["vat_rate"] == 0.06).sum()),
        "Finnish rate": int((lines["vat_rate"] == 0.255).sum()),
        "dollars": int((orders["presentment_currency"] == "USD").sum()),
        "euros": int((orders["presentment_currency"] == "EUR").sum()),
        "whole refunds of several lines": int(((counts == of_order) & (of_order > 1)).sum()),
        "refunds of one line of several": int((counts < of_order).sum()),
        "refunds of some pieces": int(
            (refunds["quantity"].to_numpy() < lines.set_index("line_id").loc[refunds["line_id"], "quantity"]).sum()
        ),
        "late refunds": int((wait > pd.Timedelta(days=60)).sum()),
        "refunds in another month": int(
            (local(refunds["refunded_at"]).dt.month.to_numpy() != created.loc[refunds["order_id"]].dt.month).sum()
        ),
        "another day in Stockholm than in UTC": int((day != orders["created_at"].dt.normalize()).sum()),
        "on the day of 23 hours": int((day == pd.Timestamp("2025-03-30")).sum()),
        "on the day of 25 hours": int((day == pd.Timestamp("2025-10-26")).sum()),
        "people who come back within 90 days": int(
            (orders_of["created_at"].diff() < pd.Timedelta(days=90)).sum()
        ),
        "people with two accounts": int((truth["customers"].groupby("person_id").size() > 1).sum()),
    }  # fmt: skip


def rare_contacts(truth: Truth) -> dict[str, int]:
    contacts, stages = truth["contacts"], truth["contact_stages"]
    stage = stages.astype({"stage": "str"})
    entered = stage.groupby("contact_id")["stage"].agg(set)
    mql = stage[stage["stage"] == "marketingqualifiedlead"].groupby("contact_id").size()
    losers = contacts[contacts["merged_into"] != ""]
    winners = contacts.set_index("contact_id").loc[losers["merged_into"]]
    addresses = contacts.loc[contacts["merged_into"] == "", "email"].str.lower()
    shared = addresses[(addresses != "") & ~addresses.str.startswith("info@")].value_counts()
    first = stage.groupby("contact_id")["entered_at"].min()
    lead_at = contacts["contact_id"].map(first)
    later = {"salesqualifiedlead", "opportunity"}
    members = truth["mail_members"]["email"].str.lower()
    return {
        "merged, the older wins": int((losers["created_at"].to_numpy() > winners["created_at"].to_numpy()).sum()),
        "merged, the younger wins": int((losers["created_at"].to_numpy() < winners["created_at"].to_numpy()).sum()),
        "archived": int(contacts["archived_at"].notna().sum()),
        "deleted": int(contacts["deleted_at"].notna().sum()),
        "tests": int(contacts["is_test"].sum()),
        "strangers": int((contacts["person_id"] == "").sum()),
        "role addresses": int(contacts["email"].str.startswith("info@").sum()),
        "no address": int((contacts["email"] == "").sum()),
        "address of two": int((shared == 2).sum()),
        "address of three": int((shared > 2).sum()),
        "address of three, of a member too": int(members.isin(shared[shared > 2].index).sum()),
        "capital letters": int((contacts["email"] != contacts["email"].str.lower()).sum()),
        "no stage": int((~contacts["contact_id"].isin(entered.index)).sum()),
        "subscribers only": int((entered == {"subscriber"}).sum()),
        "MQL twice": int((mql > 1).sum()),
        "MQL skipped": (
            sum("marketingqualifiedlead" not in found and not later.isdisjoint(found) for found in entered)
        ),
        "latest source after the lead": int((contacts["latest_source_at"] > lead_at).sum()),
        "latest source before the lead": int((contacts["latest_source_at"] < lead_at).sum()),
        "deals won": int(truth["deals"]["is_won"].sum()),
        "deals lost": int((truth["deals"]["closed_at"].notna() & ~truth["deals"]["is_won"]).sum()),
        "deals open": int(truth["deals"]["closed_at"].isna().sum()),
        **{f"deals in {code}": int((truth["deals"]["currency"] == code).sum()) for code in ("SEK", "EUR", "USD")},
    }


def rare_mail(truth: Truth) -> dict[str, int]:
    recipients, campaigns = truth["mail_recipients"], truth["mail_campaigns"]
    human, machine = recipients["opened_at"].notna(), recipients["machine_opened_at"].notna()
    sent = campaigns["sent_at"]
    return {
        "hard": int((recipients["status"] == "hard").sum()),
        "soft": int((recipients["status"] == "soft").sum()),
        "human and machine": int((human & machine).sum()),
        "machine only": int((machine & ~human).sum()),
        "human only": int((human & ~machine).sum()),
        "unsubscribed": int(recipients["unsubscribed_at"].notna().sum()),
        "complained": int(recipients["complained_at"].notna().sum()),
        "before the split": int((sent < SPLIT).sum()),
        "on another day than in UTC": int((local(sent).dt.normalize() != sent.dt.normalize()).sum()),
        "role addresses": int(truth["mail_members"]["email"].str.lower().str.startswith("info@").sum()),
    }


def rare_ads(truth: Truth) -> dict[str, int]:
    claims = truth["claims"].astype({"platform": "str", "action": "str"})
    bought = claims[claims["action"] == "purchase"]
    sessions, campaigns = truth["sessions"], truth["campaigns"]
    return {
        "claimed by both": int((bought.groupby("order_id")["platform"].nunique() == 2).sum()),
        "claims of weeks later": int((claims["reported_at"] - claims["converted_at"] > pd.Timedelta(days=14)).sum()),
        "claims not reported yet": int((claims["reported_at"] > LAST).sum()),
        "leads claimed": int((claims["action"] == "lead").sum()),
        "claims without an ad": int((claims["ad_id"] == "").sum()),
        "sessions not processed yet": int((sessions["processed_at"] > LAST).sum()),
        "campaigns ended": int(campaigns["end_date"].notna().sum()),
        "campaigns running": int(campaigns["end_date"].isna().sum()),
        "delivery without a click": int((truth["ad_delivery"]["clicks"] == 0).sum()),
        **{f"{name} campaigns": int((campaigns["campaign_type"] == name).sum()) for name in (
            *("SEARCH", "PERFORMANCE_MAX", "SHOPPING", "DISPLAY", "VIDEO"),
            *("OUTCOME_SALES", "OUTCOME_LEADS", "OUTCOME_AWARENESS"),
        )},
        **{f"account {name}": int((campaigns["account_id"] == name).sum()) for name in (
            *("1111111111", "2222222222", "333333333"),
        )},
        "landing pages beyond fifty": sessions["landing_page"].nunique() - 50,
        "posts deleted": int(truth["social_posts"]["deleted_at"].notna().sum()),
        "posts still growing": int((LAST - truth["social_posts"]["published_at"] < pd.Timedelta(days=14)).sum()),
        "NKI answers in part": int(
            truth["survey_answers"].query("survey_id == 'nki'")[["nki_1", "nki_2", "nki_3"]].isna().any(axis=1).sum()
        ),
    }  # fmt: skip


@pytest.mark.parametrize("area", [rare_orders, rare_contacts, rare_mail, rare_ads])
def test_every_rare_case_happens(truth: Truth, area: Callable[[Truth], dict[str, int]]) -> None:
    found = area(truth)
    assert not [case for case, count in found.items() if count <= 0]


def test_the_shop_does_plausible_business(truth: Truth) -> None:
    sessions, orders, lines = truth["sessions"], truth["orders"], truth["order_lines"]
    delivery = truth["ad_delivery"].groupby("platform", observed=True)[["impressions", "clicks"]].sum()
    assert (delivery["clicks"] / delivery["impressions"]).between(0.01, 0.04).all()
    assert 0.015 < sessions["key_purchase"].mean() < 0.04
    assert 0.5 < sessions["is_engaged"].mean() < 0.7
    amount = (lines["quantity"] * lines["unit_price_micros"] - lines["discount_micros"]) / (1 + lines["vat_rate"])
    assert 600 < amount.sum() / 1e6 / len(orders) < 800
    paid = orders[orders["paid_at"].notna()]
    assert 0.06 < truth["refunds"]["order_id"].nunique() / len(paid) < 0.11
    answers = truth["survey_answers"].query("survey_id == 'nps'")["score"]
    assert 25 < 100 * ((answers >= 9).mean() - (answers <= 6).mean()) < 45
    buyers = paid[paid["person_id"] != ""].assign(month=lambda frame: frame["created_at"].dt.to_period("M"))
    first = buyers.groupby("person_id")["month"].transform("min")
    last_year = buyers[buyers["month"] >= "2025-03"].drop_duplicates(["person_id", "month"])
    assert 0.2 < (first.loc[last_year.index] < last_year["month"]).mean() < 0.4
