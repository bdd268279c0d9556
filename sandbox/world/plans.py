"""What the company plans to spend on media: budgets by channel, and how they spread over the days."""

from datetime import date, timedelta

import numpy as np
import pandas as pd

from sandbox.world.campaigns import Campaigns
from sandbox.world.clock import EPOCH, Clock, day_number
from sandbox.world.delivery import SEK_PER_UNIT, Delivery
from sandbox.world.draw import cents, days

MONTH = 30.4375
EUROS = {"paid_social": 1}  # planned in the currency of `SEK_PER_UNIT` at this place
RESERVE = 0.05  # of all media, planned by quarter and for no channel
_WEEKEND, _SALE, _USUAL = 700, 1_800, 1_000  # weights of days in thousandths


def build_plans(
    clock: Clock, campaigns: Campaigns, delivery: Delivery, draw: np.random.Generator
) -> dict[str, pd.DataFrame]:
    """`budgets`: about what the channels spend on average, a row a month, whole months and quarters; `budget_days`."""
    monthly = _spend(campaigns, delivery) / clock.months
    rows = []
    month, end = EPOCH + timedelta(days=clock.start_day), EPOCH + timedelta(days=int(clock.days()[-1]))
    while month <= end:
        for channel, amount in monthly.items():
            rows.append((month, _months_later(month, 1), str(channel), amount * draw.uniform(0.85, 1.2)))
        if month.month % 3 == 1:
            rows.append((month, _months_later(month, 3), "", 3 * RESERVE * float(monthly.sum())))
        month = _months_later(month, 1)
    first, following, channel, amount = zip(*rows, strict=True)
    currency = np.array([EUROS.get(name, 0) for name in channel])
    budgets = pd.DataFrame(
        {
            "budget_id": pd.Series([f"plan-{number:04d}" for number in range(1, len(rows) + 1)], dtype="str"),
            "date_from": days(np.array([day_number(day) for day in first])),
            "date_to": days(np.array([day_number(day) for day in following]) - 1),
            "channel": pd.Series(channel, dtype="str"),
            "amount_micros": cents(np.round(np.array(amount) / np.array(SEK_PER_UNIT)[currency], -1)),
            "currency": pd.Series(np.array(["SEK", "EUR"])[currency], dtype="str"),
        }
    )
    return {"budgets": budgets, "budget_days": _curve(clock.start_day, day_number(max(following)))}


def _spend(campaigns: Campaigns, delivery: Delivery) -> pd.Series:
    """Media cost in SEK by channel, roughly."""
    table = campaigns.tables["campaigns"]
    channels = dict(zip(table["campaign_id"], table["channel"].astype(object), strict=True))
    rows = delivery.tables["ad_delivery"]
    sek = rows["spend_micros"].to_numpy() / 1_000_000 * np.array(SEK_PER_UNIT)[delivery.account]
    return pd.Series(sek).groupby(rows["campaign_id"].astype(object).map(channels).to_numpy()).sum()


def _months_later(month: date, count: int) -> date:
    number = month.year * 12 + month.month - 1 + count
    return date(number // 12, number % 12 + 1, 1)


def _curve(first: int, following: int) -> pd.DataFrame:
    """The days that are not like others: weekends and the sales of late November."""
    day = np.arange(first, following)
    dates = day.astype("datetime64[D]")
    of_year = (dates - dates.astype("datetime64[Y]")).astype(np.int64)
    weight = np.where((day + 3) % 7 >= 5, _WEEKEND, _USUAL)
    weight = np.where((of_year >= 325) & (of_year <= 334), _SALE, weight)
    listed = weight != _USUAL
    return pd.DataFrame({"date": days(day[listed]), "weight_thousandths": weight[listed]})
