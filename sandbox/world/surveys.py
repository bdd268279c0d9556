"""Answers to the NPS, NKI and CSAT surveys, asked after orders."""

import numpy as np
import pandas as pd

from sandbox.world.clock import DAY, SECOND, Clock
from sandbox.world.draw import category, instants, pick
from sandbox.world.model import COUNTRIES
from sandbox.world.orders import Orders
from sandbox.world.people import FIRST_PERSON
from sandbox.world.traffic import NONE
from sandbox.world.words import ids

SURVEYS = ("nps", "nki", "csat")
TOUCHPOINTS = ("purchase", "support", "delivery")
ANSWERS_PER_ORDER = 0.16
_SURVEY_WEIGHTS = (0.45, 0.2, 0.35)
# Chances of 0 to 10 and of 1 to 5: an NPS around 35, a mean around 4.2.
_NPS = (0.01, 0.005, 0.01, 0.015, 0.02, 0.04, 0.06, 0.12, 0.2, 0.27, 0.25)
_CSAT = (0.03, 0.05, 0.11, 0.34, 0.47)


def build_surveys(clock: Clock, orders: Orders, draw: np.random.Generator) -> pd.DataFrame:
    asked = np.flatnonzero(orders.is_counted & (orders.heads.person != NONE))
    asked = asked[draw.random(len(asked)) < ANSWERS_PER_ORDER]
    at = orders.heads.created[asked] + draw.integers(DAY // SECOND, 18 * DAY // SECOND, len(asked)) * SECOND
    asked, at = asked[at <= clock.as_of], at[at <= clock.as_of]
    order = np.argsort(at, kind="stable")
    asked, at = asked[order], at[order]
    count = len(asked)
    survey = pick(draw, _SURVEY_WEIGHTS, count)
    # NPS and NKI ask about the purchase, CSAT about support and delivery.
    touchpoint = np.where(survey == SURVEYS.index("csat"), 1 + pick(draw, (0.4, 0.6), count), 0)
    score = np.where(survey == 0, pick(draw, _NPS, count), 1 + pick(draw, _CSAT, count)).astype(np.float64)
    score[survey == SURVEYS.index("nki")] = np.nan
    mood = draw.normal(7.6, 1.6, count)
    person = orders.heads.person[asked]
    columns: dict[str, object] = {
        "answer_id": ids(60_000_001 + np.arange(count)),
        "survey_id": category(survey, SURVEYS),
        "touchpoint": category(touchpoint, TOUCHPOINTS),
        "answered_at": instants(at),
        "person_id": ids(FIRST_PERSON + person),
        "country": category(orders.heads.country[asked], COUNTRIES),
        "score": score,
    }
    for number, lower in enumerate((0.0, 0.3, 0.9), start=1):
        answer = np.round(mood - lower + draw.normal(0, 0.8, count)).clip(1, 10)
        answer[(survey != SURVEYS.index("nki")) | (draw.random(count) < 0.05)] = np.nan
        columns[f"nki_{number}"] = answer
    return pd.DataFrame(columns)
