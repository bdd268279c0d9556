"""Customers of a telephone company on one constant day: contracts, and the last month's bill as an order."""

from datetime import date

import pandas as pd
import pytest

from tests.realdata.comparing import assert_same
from tests.realdata.conftest import DataSet, Landed

MONTH = pd.Timestamp(2018, 1, 1)


@pytest.fixture(scope="module")
def telco(data_set: Landed) -> DataSet:
    return data_set("telco_churn", "UTC", "USD", date(2018, 3, 31))


@pytest.fixture(scope="module")
def file(telco: DataSet) -> pd.DataFrame:
    return pd.read_csv(telco.folder / "telco_churn.csv")


def test_contracts_land_with_their_start_and_end(telco: DataSet, file: pd.DataFrame) -> None:
    landed = telco.rows("subscriptions")
    landed = landed.assign(number=landed["subscription_id"].astype(int)).sort_values("number")
    assert landed["ended_at"].notna().sum() == 1869
    assert (landed["ended_at"].notna().tolist()) == (file["churn"] == "Yes").tolist()
    started = [MONTH - pd.DateOffset(months=tenure) for tenure in file["tenure"]]
    assert landed["started_at"].dt.tz_localize(None).tolist() == started
    assert landed["monthly_amount"].astype(float).tolist() == file["monthly_charges"].tolist()


def test_kpis_of_the_last_month(telco: DataSet, file: pd.DataFrame) -> None:
    charges = file["monthly_charges"]
    assert_same(telco.kpi("orders"), pd.Series({MONTH: len(file)}))
    assert_same(telco.kpi("revenue_net"), pd.Series({MONTH: charges.sum()}))
    assert_same(telco.kpi("arppu"), pd.Series({MONTH: charges.sum() / file["rownames"].nunique()}))
    assert_same(telco.kpi("aov"), pd.Series({MONTH: charges.mean()}))
    assert_same(telco.kpi("new_customers"), pd.Series({MONTH: len(file)}))
