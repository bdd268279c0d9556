"""Exchange rates, and the costs beyond media."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from sandbox.world.clock import EPOCH, Clock, Ints, day_number
from sandbox.world.draw import category, cents, days
from sandbox.world.sizes import Size

FX_CURRENCIES = ("EUR", "USD")
_FIRST_RATES = (11.3, 10.4)  # SEK for one unit
_DAYS_BEFORE = 10  # so that the first days of history, a weekend maybe, have a last known rate


@dataclass(frozen=True)
class Rates:
    table: pd.DataFrame
    first: int
    by_day: Ints  # micros by day since `first` (weekends filled) and ad account: 1 for SEK, EUR, USD

    def from_sek(self, micros: Ints, account: Ints, day: Ints) -> Ints:
        """Amounts of SEK in the currency of an ad account (by position), at the day's rate."""
        rate = self.by_day[np.clip(day - self.first, 0, len(self.by_day) - 1), account]
        return np.round(micros / rate * 1_000_000).astype(np.int64)


def build_rates(clock: Clock, draw: np.random.Generator) -> Rates:
    """A slow walk on weekdays; a weekend takes Friday's."""
    first = clock.start_day - _DAYS_BEFORE
    every_day = np.arange(first, clock.days()[-1] + 1)
    is_weekday = (every_day + 3) % 7 < 5
    steps = draw.normal(0, 0.003, (len(every_day), len(FX_CURRENCIES))) * is_weekday[:, None]
    rates = np.round(np.array(_FIRST_RATES) * np.exp(np.cumsum(steps, axis=0)), 4)
    micros = np.round(rates * 1_000_000).astype(np.int64)
    weekday = np.flatnonzero(is_weekday)
    table = pd.DataFrame(
        {
            "date": days(np.repeat(every_day[weekday], len(FX_CURRENCIES))),
            "currency": category(np.tile(np.arange(len(FX_CURRENCIES)), len(weekday)), FX_CURRENCIES),
            "rate_micros": micros[weekday].ravel(),
        }
    )
    one = np.full((len(every_day), 1), 1_000_000)
    return Rates(table, first, np.hstack([one, micros]))


# Cost type, channel (empty = the whole company), amount a month for a company of `demo` size, currency.
_COSTS = (
    ("agency_fee", "paid_search", 30_000, "SEK"),
    ("agency_fee", "paid_social", 22_000, "SEK"),
    ("agency_fee", "", 8_000, "SEK"),
    ("tool", "", 1_450, "EUR"),
    ("tool", "email", 390, "USD"),
    ("staff", "", 95_000, "SEK"),
)


def build_costs(size: Size, clock: Clock, draw: np.random.Generator) -> pd.DataFrame:
    """A row per calendar month and kind, the running month whole."""
    rows = []
    month = EPOCH + timedelta(days=clock.start_day)
    end = EPOCH + timedelta(days=int(clock.days()[-1]))
    while month <= end:
        following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
        for kind, channel, amount, currency in _COSTS:
            rows.append((day_number(month), day_number(following) - 1, kind, channel, amount, currency))
        month = following
    first, last, kind, channel, amount, currency = zip(*rows, strict=True)
    noise = draw.uniform(0.92, 1.08, len(rows))
    return pd.DataFrame(
        {
            "cost_id": pd.Series([f"cost-{number:04d}" for number in range(1, len(rows) + 1)], dtype="str"),
            "date_from": days(np.array(first)),
            "date_to": days(np.array(last)),
            "cost_type": pd.Series(kind, dtype="str"),
            "channel": pd.Series(channel, dtype="str"),
            "amount_micros": cents(np.array(amount) * noise * size.money_scale),
            "currency": pd.Series(currency, dtype="str"),
        }
    )
