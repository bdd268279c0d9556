"""What is proposed to a simulated company: for what happened, with evidence that is there, measured on its day."""

from datetime import timedelta

import pandas as pd
import pytest

from tests.anomalies.company import DAYS, FIRST_DAY, Event
from tests.anomalies.judging import Judged

AS_OF_DAY = FIRST_DAY + timedelta(days=DAYS)
# KPI → the signal of its fall or rise, where the rule table has one for it.
SIGNALS = {
    "cvr_session": "cvr_down",
    "unsubscribe_rate": "unsubscribes_up",
    "web_sessions": "traffic_down",
    "ctr": "traffic_down",
    "cpc": "dearer_media",
    "spend": "off_plan",
    "orders": "sales_down",
}
KEY = [
    *("kpi_id", "kpi_version", "period_grain", "period_start", "segment_set", "platform", "channel", "source_medium"),
    *("campaign", "country", "device", "landing_page", "customer_type", "attribution_basis", "date_basis", "currency"),
]
Published = tuple[Judged, dict[str, pd.DataFrame]]


@pytest.fixture
def actions(judged_and_published: Published) -> pd.DataFrame:
    return judged_and_published[1]["kpi_actions"]


@pytest.fixture
def checks(judged_and_published: Published) -> pd.DataFrame:
    return judged_and_published[1]["kpi_action_checks"]


@pytest.fixture
def values(judged_and_published: Published) -> pd.DataFrame:
    return judged_and_published[1]["kpi_values"]


def of_event(actions: pd.DataFrame, event: Event) -> pd.DataFrame:
    """Actions on the KPI of an event, in its direction, for a period that it touches."""
    days = actions["period_grain"].map({"day": 1, "week": 7, "month": 28})
    ends = actions["period_start"] + pd.to_timedelta(days - 1, "D")
    touched = (actions["period_start"] <= pd.Timestamp(event.last)) & (ends >= pd.Timestamp(event.first))
    movement = "up" if event.shock.is_up else "down"
    return actions[touched & (actions["kpi_id"] == event.shock.kpi_id) & (actions["movement"] == movement)]


def test_what_happened_has_its_action(judged_and_published: Published, actions: pd.DataFrame) -> None:
    judged = judged_and_published[0]
    seen = [event for event in judged.company.events if judged.is_seen(event)]
    assert len(seen) >= 10
    for event in seen:
        found = of_event(actions, event)
        signals, expected = set(found["signal_id"]), SIGNALS.get(event.shock.kpi_id, "any_jump")
        assert len(found) > 0, event
        assert signals - {"mobile_cvr_low"} in ({expected}, {"better_than_expected"}), event


def test_the_checks_say_where_to_look_and_what_nobody_measures(
    judged_and_published: Published, checks: pd.DataFrame
) -> None:
    judged, published = judged_and_published
    of_cvr = [event for event in judged.company.events if event.shock.kpi_id == "cvr_session"]
    of_total, of_mobile = (
        next(event for event in of_cvr if event.shock.cell == cell) for cell in ({}, {"device": "mobile"})
    )
    actions = published["kpi_actions"]
    total = of_event(actions[actions["segment_set"] == "total"], of_total).iloc[0]
    mobile = of_event(actions[actions["segment_set"] != "total"], of_mobile).iloc[0]
    assert (total["segment_set"], mobile["device"]) == ("total", "mobile")
    own = checks[checks["action_id"] == total["action_id"]].set_index("label")
    device = own.loc["device"]
    assert (device["outcome"], device["segment_set"]) == ("found", "device")
    assert device["finding"].startswith(f"{device['device']}: ")
    assert set(own[own["is_about_data"]]["check_no"]) == {1, 2, 3, 4, 5}
    assert set(own.loc[["site speed", "stock", "form errors"], "outcome"]) == {"not_available"}


def test_evidence_is_in_kpi_values(actions: pd.DataFrame, checks: pd.DataFrame, values: pd.DataFrame) -> None:
    known = values.set_index(KEY).index
    assert known.is_unique
    assert pd.MultiIndex.from_frame(actions[KEY]).isin(known).all()
    evidence = checks[checks["kpi_id"].notna()].astype({"kpi_version": values["kpi_version"].dtype})
    assert len(evidence) > 50
    assert evidence["label"].nunique() > 3
    assert pd.MultiIndex.from_frame(evidence[KEY]).isin(known).all()
    assert set(checks["action_id"]) == set(actions["action_id"])


def test_an_effect_is_measured_once_its_day_has_come(actions: pd.DataFrame) -> None:
    is_due = actions["measure_date"] <= pd.Timestamp(AS_OF_DAY)
    assert is_due.any()
    assert (~is_due == (actions["status"] == "open")).all()
    assert (actions["measured_effect"].notna() == (actions["status"] == "measured")).all()
    assert (actions["proposed_on"] < actions["due_date"]).all()
    assert (actions["due_date"] <= actions["measure_start"]).all()
    assert (actions["measure_start"] < actions["measure_date"]).all()


def test_every_unusual_value_says_why_and_what_to_do(values: pd.DataFrame) -> None:
    unusual = values[values["is_anomaly"].fillna(value=False).astype(bool)]
    assert len(unusual) > 100
    assert unusual[["anomaly_reason", "anomaly_score", "recommended_action"]].notna().all(axis=None)
    usual = values[~values.index.isin(unusual.index)]
    assert usual[["anomaly_reason", "anomaly_score"]].isna().all(axis=None)
    judged = values[values["is_anomaly"].notna()]
    for flag in ("is_open_period", "is_provisional", "is_missing", "is_unreliable"):
        assert not judged[flag].any(), flag


def test_one_action_leads_those_of_its_cause(actions: pd.DataFrame) -> None:
    """What is led has a leader that nobody leads, in the same period; open leaders are numbered without a gap."""
    leads = actions[actions["led_by"].isna()].set_index("action_id")
    led = actions[actions["led_by"].notna()]
    assert len(led) > 5
    its_lead = leads.loc[led["led_by"]]
    assert (its_lead["period_start"].to_numpy() == led["period_start"].to_numpy()).all()
    assert (its_lead["data_check"].fillna("").to_numpy() == led["data_check"].fillna("").to_numpy()).all()
    numbers = leads[leads["status"] == "open"]["priority"].dropna().astype(int)
    assert sorted(numbers) == list(range(1, len(numbers) + 1)) != []
    assert actions[actions["led_by"].notna() | (actions["status"] != "open")]["priority"].isna().all()


def test_nobody_is_told_to_hold_decisions_where_the_data_are_sound(actions: pd.DataFrame, checks: pd.DataFrame) -> None:
    doubtful = checks[checks["is_about_data"] & (checks["outcome"] == "found")]
    is_doubtful = actions["action_id"].isin(doubtful["action_id"])
    assert is_doubtful.any()
    assert (actions["data_check"].notna() == is_doubtful).all()
    assert not actions[~is_doubtful]["proposed_action"].str.contains("Hold|Wait|Then:").any()
    assert actions[is_doubtful]["proposed_action"].str.match("Hold|Wait|Compare").all()
    total = actions[actions["start_segment"].notna()]
    assert set(total["segment_set"]) == {"total"}
    texts = zip(total["start_segment"], total["proposed_action"], strict=True)
    starts = [f"Start with {segment}." in str(action) for segment, action in texts]
    assert all(starts)
    assert len(starts) > 3
