"""Ads of an anonymous company, without a date: ratios at one constant day."""

from datetime import date

import pandas as pd
import pytest

from tests.realdata.comparing import assert_same
from tests.realdata.conftest import DataSet, Landed

DAY = pd.Timestamp(2017, 8, 17)


@pytest.fixture(scope="module")
def ads(data_set: Landed) -> DataSet:
    return data_set("kag_facebook_ads", "Europe/London", "USD", date(2017, 8, 31))


@pytest.fixture(scope="module")
def file(ads: DataSet) -> pd.DataFrame:
    return pd.read_csv(ads.folder / "KAG_conversion_data.csv")


def test_campaign_days_are_the_sums_of_their_ads(ads: DataSet, file: pd.DataFrame) -> None:
    landed = ads.rows("ad_performance_daily").set_index("campaign_id").sort_index()
    expected = file.groupby(file["xyz_campaign_id"].astype(str)).sum(numeric_only=True)
    for column, counted in {
        "impressions": "Impressions",
        "clicks": "Clicks",
        "platform_orders": "Approved_Conversion",
    }.items():
        assert landed[column].tolist() == expected[counted].tolist()
    assert landed["spend_amount"].astype(float).tolist() == pytest.approx(expected["Spent"].tolist(), abs=1e-3)
    assert set(landed["currency"]) == {"USD"}


def test_age_and_gender_add_up_to_the_campaigns(ads: DataSet, file: pd.DataFrame) -> None:
    landed = ads.rows("ad_breakdowns_daily")
    expected = file.groupby(["age", "gender"])["Impressions"].sum()
    found = landed.groupby(["age", landed["gender"].map({"female": "F", "male": "M"})])["impressions"].sum()
    pd.testing.assert_series_equal(found, expected, check_names=False)
    assert (landed["country"] == "(all)").all()


@pytest.mark.parametrize(
    ("kpi_id", "numerator", "denominator", "factor"),
    [
        ("ctr", "Clicks", "Impressions", 1),
        ("ctr_all", "Clicks", "Impressions", 1),
        ("cpc", "Spent", "Clicks", 1),
        ("cpm", "Spent", "Impressions", 1000),
    ],
)
def test_ratios(ads: DataSet, file: pd.DataFrame, kpi_id: str, numerator: str, denominator: str, factor: int) -> None:
    # Spend lands with 6 decimals, the file has 9.
    file = file.assign(Spent=file["Spent"].round(6))
    total = factor * file[numerator].sum() / file[denominator].sum()
    assert_same(ads.kpi(kpi_id, "day"), pd.Series({DAY: total}))
    sums = file.groupby(file["xyz_campaign_id"].astype(str)).sum(numeric_only=True)
    expected = factor * sums[numerator] / sums[denominator]
    expected.index = pd.MultiIndex.from_product([[DAY], expected.index])
    assert_same(ads.kpi(kpi_id, "day", "campaign"), expected)


def test_totals(ads: DataSet, file: pd.DataFrame) -> None:
    assert_same(ads.kpi("impressions_paid", "day"), pd.Series({DAY: file["Impressions"].sum()}))
    assert_same(ads.kpi("clicks", "day"), pd.Series({DAY: file["Clicks"].sum()}))
    assert_same(ads.kpi("spend", "day"), pd.Series({DAY: file["Spent"].round(6).sum()}))
