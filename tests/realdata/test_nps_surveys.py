"""A survey whose answers lie in rows, with days and times in many ways and names that must not land."""

from datetime import date

import pandas as pd
import pytest

from tests.realdata.comparing import assert_same, months
from tests.realdata.conftest import DataSet, Landed

# The days that are not written like 13/01/2020, read by a person; one has no year.
ODD_DAYS = {
    "5th Jan 2020": "05/01/2020",
    "2020/01/19": "19/01/2020",
    "7 Dec 2019": "07/12/2019",
    "20th Jan 2020": "20/01/2020",
    "5/20/2019": "20/05/2019",
    "2020-01-12": "12/01/2020",
}
ODD_TIMES = {
    **{"3.10 am": "03:10", "1653": "16:53", "1.30pm": "13:30", "2055": "20:55", "09.40am": "09:40"},
    **{"1911": "19:11", "2400": "24:00"},
}


@pytest.fixture(scope="module")
def survey(data_set: Landed) -> DataSet:
    return data_set("nps_surveys/case_050", "Europe/London", "GBP", date(2020, 3, 31))


@pytest.fixture(scope="module")
def latest(survey: DataSet) -> pd.DataFrame:
    """The latest response of each person in each store."""
    file = pd.read_csv(survey.folder / "input_01.csv", dtype=str)
    wide = file.pivot(index="Response", columns="Question Number", values="Answer").join(
        file.drop_duplicates("Response").set_index("Response")[["Country", "Store", "Name"]]
    )
    day = pd.to_datetime(wide["1"].replace(ODD_DAYS), format="%d/%m/%Y", errors="coerce")
    wide["at"] = day + pd.to_timedelta(wide["2"].replace(ODD_TIMES) + ":00")
    wide["score"] = wide["3"].astype(int)
    return wide.dropna(subset="at").sort_values("at").groupby(["Store", "Name"], as_index=False).last()


def test_the_latest_answer_of_each_person_lands(survey: DataSet, latest: pd.DataFrame) -> None:
    landed = survey.rows("survey_answers").sort_values(["touchpoint", "answered_at"])
    expected = latest.sort_values(["Store", "at"])
    assert landed["touchpoint"].tolist() == expected["Store"].tolist()
    local = landed["answered_at"].dt.tz_convert("Europe/London").dt.tz_localize(None)  # one of them in summer
    assert local.tolist() == expected["at"].tolist()
    assert landed["score"].tolist() == expected["score"].tolist()
    assert set(landed["country"]) == {"GB", "NL", "US"}


def test_the_day_without_a_year_is_in_quarantine(survey: DataSet) -> None:
    bad = survey.rows("quarantine")
    assert bad[["file", "line", "column_name"]].values.tolist() == [["input_01.csv", 9, "answered_at"]]


def test_no_name_lands(survey: DataSet, latest: pd.DataFrame) -> None:
    texts = {str(cell) for column in survey.rows("survey_answers").values.tolist() for cell in column}
    assert len(latest) == 20
    assert not [name for name in latest["Name"] if any(name in text for text in texts)]


def test_nps(survey: DataSet, latest: pd.DataFrame) -> None:
    sign = (latest["score"] >= 9).astype(int) - (latest["score"] <= 6).astype(int)
    assert_same(survey.kpi("nps"), 100 * sign.groupby(months(latest["at"])).mean())
    by_store = 100 * sign.groupby([months(latest["at"]), latest["Store"]]).mean()
    assert_same(survey.kpi("nps", by="platform"), by_store)
