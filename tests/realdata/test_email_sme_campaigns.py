"""Messages of small businesses, without a date: ratios at one constant day."""

from datetime import date

import pandas as pd
import pytest

from tests.realdata.comparing import assert_same
from tests.realdata.conftest import DataSet, Landed

DAY = pd.Timestamp(2017, 1, 2)


@pytest.fixture(scope="module")
def mail(data_set: Landed) -> DataSet:
    return data_set("email_sme_campaigns", "Asia/Kolkata", "INR", date(2017, 1, 31))


@pytest.fixture(scope="module")
def file(mail: DataSet) -> pd.DataFrame:
    found = pd.read_csv(mail.folder / "Train_psolI3n.csv.gz")
    found["campaign"] = (
        "type " + found["Email_Type"].astype(str) + ", campaign " + found["Email_Campaign_Type"].astype(str)
    )
    found["is_open"], found["is_click"] = found["Email_Status"] >= 1, found["Email_Status"] == 2
    return found


def test_campaigns_are_the_sums_of_their_messages(mail: DataSet, file: pd.DataFrame) -> None:
    landed = mail.rows("email_campaigns").set_index("campaign_id").sort_index()
    expected = file.groupby("campaign").agg(
        sent=("Email_ID", "size"), opened=("is_open", "sum"), clicked=("is_click", "sum")
    )
    assert landed.index.tolist() == expected.index.tolist()
    assert landed[["emails_sent", "unique_opens", "unique_clicks"]].values.tolist() == expected.values.tolist()


def test_kpis(mail: DataSet, file: pd.DataFrame) -> None:
    assert_same(mail.kpi("email_delivered"), pd.Series({DAY.replace(day=1): len(file)}))
    for kpi_id, column in (("open_rate_raw", "is_open"), ("email_click_rate", "is_click")):
        assert_same(mail.kpi(kpi_id), pd.Series({DAY.replace(day=1): file[column].mean()}))
        expected = file.groupby("campaign")[column].mean()
        expected.index = pd.MultiIndex.from_product([[DAY.replace(day=1)], expected.index])
        assert_same(mail.kpi(kpi_id, by="campaign"), expected)


def test_what_the_file_cannot_tell_has_no_value(mail: DataSet) -> None:
    assert mail.kpi("open_rate").empty  # machine opens are not told apart
