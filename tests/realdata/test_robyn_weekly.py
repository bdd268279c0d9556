"""Weekly media of a simulated advertiser: weeks stay weeks."""

from datetime import date

import pandas as pd
import pytest

from tests.realdata.comparing import assert_same
from tests.realdata.conftest import DataSet, Landed

SPEND = {
    **{"tv_S": ("tv", "paid_other"), "ooh_S": ("outdoor", "paid_other"), "print_S": ("print", "paid_other")},
    **{"search_S": ("search", "paid_search"), "facebook_S": ("facebook", "paid_social")},
}


@pytest.fixture(scope="module")
def media(data_set: Landed) -> DataSet:
    return data_set("robyn_weekly", "UTC", "EUR", date(2019, 11, 30))


@pytest.fixture(scope="module")
def weeks(media: DataSet) -> pd.DataFrame:
    found = pd.read_csv(media.folder / "dt_simulated_weekly.csv", parse_dates=["DATE"]).set_index("DATE")
    return found[[*SPEND, "facebook_I", "search_clicks_P", "revenue"]].round(6)


def test_weeks_land_as_weeks(media: DataSet, weeks: pd.DataFrame) -> None:
    landed = media.rows("measure_periods")
    assert set(landed["period_grain"]) == {"week"}
    assert len(landed) == 208 * (len(SPEND) + 3)
    found = landed.groupby("measure_id")["value"].sum().astype(float)
    assert found["spend"] == pytest.approx(weeks[[*SPEND]].sum().sum())
    assert found["impressions"] == pytest.approx(weeks["facebook_I"].sum())


def test_kpis(media: DataSet, weeks: pd.DataFrame) -> None:
    spend = weeks[[*SPEND]].sum(axis=1)
    assert_same(media.kpi("spend", "week"), spend)
    for index, dimension in enumerate(("platform", "channel")):
        long = weeks[[*SPEND]].reset_index().melt("DATE", value_name="spend")
        names = long["variable"].map({name: said[index] for name, said in SPEND.items()})
        assert_same(media.kpi("spend", "week", dimension), long.groupby(["DATE", names])["spend"].sum())
    assert_same(media.kpi("impressions_paid", "week"), weeks["facebook_I"])
    assert_same(media.kpi("clicks", "week"), weeks["search_clicks_P"])
    assert_same(media.kpi("revenue_gross", "week"), weeks["revenue"])
    cpc = weeks["search_S"] / weeks["search_clicks_P"]
    cpc.index = pd.MultiIndex.from_product([cpc.index, ["search"]])
    assert_same(media.kpi("cpc", "week", "platform"), cpc[cpc.notna() & (cpc != float("inf"))])


def test_a_week_is_never_split_into_days_or_put_into_months(media: DataSet) -> None:
    for grain in ("day", "month", "quarter"):
        assert (media.kpi("spend", grain) == 0).all()
