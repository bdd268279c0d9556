"""What no vendor tells: the company's books and working hours by month, and its panel on the brand."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from sandbox.world.clock import EPOCH, Clock, Ints, day_number, time_of_day
from sandbox.world.draw import category, cents, days, instants, pick
from sandbox.world.model import COUNTRIES, COUNTRY_WEIGHTS
from sandbox.world.sizes import Size
from sandbox.world.words import ids

ONE = 1_000_000  # micros
PRODUCING_CHANNELS = ("paid_social", "organic_social", "email")
MONTH_NOT_WRITTEN_DOWN = 4  # of the waiting times, from the first month on
_ASKED_A_QUARTER = 150
_DAYS_TO_WIDER_SEGMENT = 400
_SEGMENT = (("25-34", 21_000), ("35-44", 19_000), ("45-54", 20_000))
_SALE = 1_100  # net revenue of an order in SEK, roughly

Figure = tuple[str, str, float, float | None]  # KPI, channel ('' = the company), numerator, denominator


def build_books(size: Size, clock: Clock, draw: np.random.Generator) -> pd.DataFrame:
    """A row per KPI, month and channel. Months that are over; resources are known from the month's first day on."""
    rows = []
    for number, (first, is_over) in enumerate(_months(clock)):
        figures = [*_resources(size, number, draw), *(_of_a_month(size, number, draw) if is_over else ())]
        rows += [(kpi, day_number(first), channel, above, below) for kpi, channel, above, below in figures]
    kpi, month, channel, above, below = zip(*rows, strict=True)
    return pd.DataFrame(
        {
            "kpi_id": pd.Series(kpi, dtype="str"),
            "month": days(np.array(month)),
            "channel": pd.Series(channel, dtype="str"),
            "numerator_micros": cents(np.array(above)),
            "denominator_micros": pd.array(
                [pd.NA if value is None else int(cents(value)) for value in below], dtype="Int64"
            ),
        }
    )


def build_target_segment(size: Size, clock: Clock) -> pd.DataFrame:
    """Whom the company wants to reach, and how many of them there are: women of two ages, later of three."""
    first, later = clock.start_day, clock.start_day + _DAYS_TO_WIDER_SEGMENT
    rows = [(first, age, people) for age, people in _SEGMENT[:2]] + [(later, age, people) for age, people in _SEGMENT]
    valid_from, age, people = zip(*rows, strict=True)
    return pd.DataFrame(
        {
            "valid_from": days(np.array(valid_from)),
            "age": pd.Series(age, dtype="str"),
            "gender": pd.Series(["female"] * len(rows), dtype="str"),
            "people": np.array(people) * max(1, size.sessions // 10_000),
        }
    )


def build_brand_panel(clock: Clock, draw: np.random.Generator) -> pd.DataFrame:
    """People asked once a quarter, in its second month, whether they know the shop; more and more do."""
    parts: list[tuple[Ints, npt.NDArray[np.bool_]]] = [(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=bool))]
    for number, (first, _) in enumerate(_months(clock)):
        if first.month % 3 == 2:
            day = day_number(first) + draw.integers(0, 28, _ASKED_A_QUARTER)
            at = np.sort(clock.company.instant(day, time_of_day(draw, len(day))))
            parts.append((at, draw.random(len(day)) < 0.22 + 0.004 * number))
    at, knows = (np.concatenate(column) for column in zip(*parts, strict=True))
    country = pick(draw, COUNTRY_WEIGHTS, len(at))
    panel = pd.DataFrame(
        {
            "answer_id": ids(70_000_001 + np.arange(len(at))),
            "answered_at": instants(at),
            "country": category(country, COUNTRIES),
            "recognises": knows,
        }
    )
    return panel[at <= clock.as_of].reset_index(drop=True)


def _months(clock: Clock) -> Iterator[tuple[date, bool]]:
    """First day of each month that has begun, and whether it is over."""
    month, last = EPOCH + timedelta(days=clock.start_day), EPOCH + timedelta(days=int(clock.days()[-1]))
    while month <= last:
        following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
        yield month, following <= last
        month = following


def _resources(size: Size, number: int, draw: np.random.Generator) -> Iterator[Figure]:
    yield "input_budget", "", round(size.orders * 45 * (1 + 0.01 * number)), None
    yield "input_headcount", "", 8 + number // 5 + round(size.money_scale), None
    yield "input_equipment", "", 20 + int(draw.integers(0, 6)), None


def _of_a_month(size: Size, number: int, draw: np.random.Generator) -> Iterator[Figure]:
    revenue = size.orders * _SALE * draw.uniform(0.9, 1.15)
    gross = revenue * draw.uniform(0.38, 0.45)
    yield "margin_gross", "", gross, revenue
    yield "margin_net", "", gross - revenue * draw.uniform(0.3, 0.42), revenue
    staff = 8 + number // 5 + size.money_scale / 2
    yield "staff_turnover", "", int(draw.poisson(0.25)), staff
    answers = int(draw.integers(5, 9))
    yield "staff_satisfaction", "", int(draw.integers(5, 10, answers).sum()), answers
    if number != MONTH_NOT_WRITTEN_DOWN:
        contacts = int(draw.poisson(size.orders * 0.11)) + 1
        yield "wait_time", "", int(draw.gamma(2, 90, contacts).sum()), contacts
    for channel in PRODUCING_CHANNELS:
        items = int(draw.poisson(9)) + 1
        hours = items * draw.uniform(6, 9)
        yield "process_lead_time", channel, int(draw.gamma(3, 4, items).sum()), items
        yield "process_cost", channel, items * draw.uniform(1_500, 4_000), items
        yield "rework_rate", channel, hours * draw.uniform(0.03, 0.2), hours
