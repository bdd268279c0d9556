"""Paid media: delivery, reach and what the platforms claim."""

import pandas as pd

from tests.oracle.calendar import Windows
from tests.oracle.catalogue import SEGMENT_SETS
from tests.oracle.facts import Additive, Distinct, Fact
from tests.oracle.periods import period_end, period_start, plain
from tests.oracle.state import Truth

DIMS = ("platform", "channel", "campaign", "country", "device")


def facts(truth: Truth) -> list[Fact]:
    return [
        *(delivery(truth), _reach(truth), _reach_impressions(truth), _claims(truth)),
        *(_in_segment(truth), TargetReach(truth)),
    ]


def _with_campaign(truth: Truth, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with the campaign's name and channel; the platform by name."""
    campaigns = truth.table("campaigns")[["campaign_id", "name", "channel", "campaign_type"]].astype(object)
    found = rows[["campaign_id"]].astype(object).merge(campaigns, on="campaign_id", how="left")
    return rows.assign(
        campaign=found["name"].to_numpy(),
        channel=found["channel"].to_numpy(),
        campaign_type=found["campaign_type"].to_numpy(),
        platform=rows["platform"].astype(object),
    )


def _until(truth: Truth, table: str, day: str = "date") -> pd.DataFrame:
    rows = truth.table(table)
    return rows[rows[day] <= truth.until].reset_index(drop=True)


def delivery(truth: Truth) -> Fact:
    rows = _with_campaign(truth, _until(truth, "ad_delivery"))
    rows["spend"] = truth.reporting_amount(rows["spend_micros"], truth.account_currency(rows), rows["date"])
    # Google tells starts and completions of video campaigns alone.
    has_videos = ~((rows["platform"] == "google_ads") & (rows["campaign_type"] != "VIDEO"))
    for name in ("video_starts", "video_completions"):
        rows[name] = rows[name].astype(float).where(has_videos)
    measures = ("impressions", "clicks", "clicks_all", "video_views", "video_starts", "video_completions", "spend")
    return Additive(rows, DIMS, measures)


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


def _segment_on(truth: Truth, day: pd.Timestamp) -> pd.DataFrame:
    """The target segment's rows on a day: those defined last by then."""
    cells = truth.table("target_segment")
    cells["valid_from"] = cells["valid_from"].astype("datetime64[s]")
    known = cells[cells["valid_from"] <= day]
    return known[known["valid_from"] == known["valid_from"].max()]


def _in_segment(truth: Truth) -> Fact:
    """Spend on people of known age and gender, and on those of the day's target segment."""
    rows = _until(truth, "ad_demographics").assign(platform="meta_ads")
    rows = _with_campaign(truth, rows[rows["gender"] != "unknown"].reset_index(drop=True))
    spend = truth.reporting_amount(rows["spend_micros"], truth.account_currency(rows), rows["date"])
    wanted = {
        day: set(zip(*(_segment_on(truth, day)[name] for name in ("age", "gender")), strict=True))
        for day in rows["date"].unique()
    }
    is_target = [
        (age, gender) in wanted[day] for day, age, gender in zip(rows["date"], rows["age"], rows["gender"], strict=True)
    ]
    has_segment = [bool(wanted[day]) for day in rows["date"]]
    rows["spend_on_known"] = spend.where(pd.Series(has_segment, index=rows.index))
    rows["spend_on_target"] = spend.where(pd.Series(is_target, index=rows.index))
    rows["impressions_on_known"] = rows["impressions"].astype(float).where(rows["spend_on_known"].notna())
    measures = ("spend_on_known", "spend_on_target", "impressions_on_known")
    return Additive(rows, ("platform", "channel", "campaign"), measures)


class TargetReach:
    """People of the target segment that Meta reached, beside how many the market has on the period's last day."""

    measures: tuple[str, ...] = ("people_of_target", "market")

    def __init__(self, truth: Truth) -> None:
        seen = _until(truth, "exposures")
        self._truth, self.rows = truth, seen[seen["person_no"] % 10 < 4]

    def to_date(self, windows: Windows) -> None:
        return None  # the report is about whole periods

    def cells(self, grain: str, segment_set: str) -> pd.DataFrame | None:
        if SEGMENT_SETS[segment_set] != ("platform",) or plain(grain) not in ("month", "quarter"):
            return None
        people = self.rows.groupby(period_start(grain, self.rows["date"]))["person_no"].nunique()
        starts = pd.Series(people.index)
        ends = period_end(grain, starts)
        market = [float(_segment_on(self._truth, min(day, self._truth.until))["people"].sum()) for day in ends]
        return pd.DataFrame(
            {
                "period_start": starts,
                "platform": "meta_ads",
                "people_of_target": people.to_numpy(dtype=float),
                "market": market,
            }
        )
