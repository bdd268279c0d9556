"""Posts of a cosmetics brand in 2014, known by month."""

from datetime import date

import pandas as pd
import pytest

from tests.realdata.comparing import assert_same
from tests.realdata.conftest import DataSet, Landed


@pytest.fixture(scope="module")
def posts(data_set: Landed) -> DataSet:
    return data_set("facebook_post_metrics", "UTC", "EUR", date(2014, 12, 31))


@pytest.fixture(scope="module")
def file(posts: DataSet) -> pd.DataFrame:
    found = pd.read_csv(posts.folder / "dataset_Facebook.csv", sep=";")
    found["month"] = pd.to_datetime("2014-" + found["Post Month"].astype(str) + "-01")
    found["interactions"] = found[["comment", "like", "share"]].sum(axis=1)
    return found


def test_every_post_lands_with_its_counters(posts: DataSet, file: pd.DataFrame) -> None:
    landed = posts.rows("social_posts")
    landed = landed.assign(line=landed["post_id"].astype(int)).sort_values("line")
    assert len(landed) == 500
    for column, counted in {
        "likes": "like",
        "comments": "comment",
        "shares": "share",
        "reach": "Lifetime Post Total Reach",
    }.items():
        assert landed[column].astype(float).fillna(-1).tolist() == file[counted].astype(float).fillna(-1).tolist()
    assert landed["likes"].isna().sum() == 1
    assert landed["shares"].isna().sum() == 4
    assert landed["post_type"].tolist() == file["Category"].map({1: "action", 2: "product", 3: "inspiration"}).tolist()


def test_kpis(posts: DataSet, file: pd.DataFrame) -> None:
    by_month = file.groupby("month")
    assert_same(posts.kpi("social_engagements"), by_month["interactions"].sum())
    expected = by_month["interactions"].sum() / by_month["Lifetime Post Total Impressions"].sum()
    assert_same(posts.kpi("social_engagement_rate"), expected)
    of_platform = expected.copy()
    of_platform.index = pd.MultiIndex.from_product([expected.index, ["facebook"]])
    assert_same(posts.kpi("social_engagement_rate", by="platform"), of_platform)
