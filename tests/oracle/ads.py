"""Paid media: delivery, reach and what the platforms claim."""

import pandas as pd

from tests.oracle.facts import Additive, Distinct, Fact
from tests.oracle.state import Truth

DIMS = ("platform", "channel", "campaign", "country", "device")


def facts(truth: Truth) -> list[Fact]:
    return [_delivery(truth), _reach(truth), _reach_impressions(truth), _claims(truth)]


def _with_campaign(truth: Truth, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with the campaign's name and channel; the platform by name."""
    campaigns = truth.table("campaigns")[["campaign_id", "name", "channel"]].astype(object)
    found = rows[["campaign_id"]].astype(object).merge(campaigns, on="campaign_id", how="left")
    return rows.assign(
        campaign=found["name"].to_numpy(), channel=found["channel"].to_numpy(), platform=rows["platform"].astype(object)
    )


def _until(truth: Truth, table: str, day: str = "date") -> pd.DataFrame:
    rows = truth.table(table)
    return rows[rows[day] <= truth.until].reset_index(drop=True)


def _delivery(truth: Truth) -> Fact:
    rows = _with_campaign(truth, _until(truth, "ad_delivery"))
    rows["spend"] = truth.reporting_amount(rows["spend_micros"], truth.account_currency(rows), rows["date"])
    return Additive(rows, DIMS, ("impressions", "clicks", "clicks_all", "video_views", "spend"))


def _reach(truth: Truth) -> Fact:
    seen = _until(truth, "exposures").assign(platform="meta_ads")
    rows = _with_campaign(truth, seen)
    rows["person"] = pd.factorize(rows["person_no"])[0]
    return Distinct(rows, ("platform", "campaign"), {"reach": None})


def _reach_impressions(truth: Truth) -> Fact:
    """Impressions of the platforms that report reach."""
    rows = _until(truth, "ad_delivery")
    rows = _with_campaign(truth, rows[rows["platform"] == "meta_ads"].reset_index(drop=True))
    return Additive(
        rows.rename(columns={"impressions": "reach_impressions"}), ("platform", "campaign"), ("reach_impressions",)
    )


def _claims(truth: Truth) -> Fact:
    """Claimed purchases by click day, as visible at `as_of`."""
    rows = _until(truth, "claims", "click_date")
    rows = rows[truth.happened(rows["reported_at"]) & (rows["action"] == "purchase")].reset_index(drop=True)
    rows = _with_campaign(truth, rows).rename(columns={"click_date": "date"})
    currency = truth.account_currency(rows)
    rows["claimed_value"] = truth.reporting_amount(rows["value_micros"], currency, rows["date"])
    rows["claimed_orders"] = 1.0
    return Additive(rows, DIMS, ("claimed_value", "claimed_orders"))
