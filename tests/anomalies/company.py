"""A company of daily facts, simulated, in which things happen that a detector should see.

Levels have a weekday, a season, a sale in November, growth and noise of their own beyond that of counting. A shock
multiplies a level or a rate before anything is drawn, on some rows and days, so that it reaches the marts as facts do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from connectors.config.tables import TABLES as CONFIG_TABLES
from connectors.files.tables import TABLES

Floats = npt.NDArray[np.float64]
FIRST_DAY = date(2023, 9, 4)
WEEKS = 104
DAYS = 7 * WEEKS
WEEKDAYS = np.array([1.06, 1.02, 1.0, 1.0, 0.94, 0.92, 1.08])
CHANNELS = {"Organic Search": 0.4, "Direct": 0.3, "Paid Search": 0.2, "Referral": 0.1}
COUNTRIES = {"SE": 0.6, "NO": 0.25, "DK": 0.15}
DEVICES = {"mobile": 0.6, "desktop": 0.4}
CAMPAIGNS = {
    ("google_ads", "SEARCH"): (20_000, 0.05, 4.0),
    ("google_ads", "SHOPPING"): (30_000, 0.02, 3.0),
    ("meta_ads", "OUTCOME_SALES"): (60_000, 0.01, 6.0),
}  # impressions a day, clicks of them, cost of a click


@dataclass(frozen=True)
class Shock:
    """`measure` of the rows with these labels is multiplied on `days` days; `shown_by` says which series must tell."""

    measure: str
    rows: Mapping[str, str]
    factor: float
    days: int
    kpi_id: str
    cell: Mapping[str, str]
    is_up: bool


SHOCKS = (
    Shock("sessions", {}, 0.6, 3, "web_sessions", {}, False),
    Shock("sessions", {"channel": "Organic Search"}, 0.65, 7, "web_sessions", {"channel": "organic_search"}, False),
    Shock("sessions", {"country": "NO"}, 1.4, 7, "web_sessions", {"country": "NO"}, True),
    Shock("converts", {}, 0.7, 7, "cvr_session", {}, False),
    Shock("converts", {"device": "mobile"}, 0.65, 7, "cvr_session", {"device": "mobile"}, False),
    Shock("engages", {}, 0.85, 7, "bounce_rate", {}, True),
    Shock("cost", {"type": "SEARCH"}, 1.3, 7, "cpc", {"channel": "paid_search"}, True),
    Shock("impressions", {"platform": "meta_ads"}, 1.5, 7, "spend", {"platform": "meta_ads"}, True),
    Shock("clicks", {"type": "SHOPPING"}, 0.75, 7, "ctr", {"channel": "paid_shopping"}, False),
    Shock("orders", {}, 0.65, 7, "orders", {}, False),
    Shock("amount", {}, 1.3, 7, "aov", {}, True),
    Shock("unsubscribes", {}, 2.5, 7, "unsubscribe_rate", {}, True),
)


@dataclass(frozen=True)
class Event:
    """A shock and the day on which it begins."""

    shock: Shock
    first: date

    @property
    def last(self) -> date:
        return self.first + timedelta(days=self.shock.days - 1)


class Company:
    """`landing`: the facts as files land them. `events`: what happened, in its second year."""

    def __init__(self, seed: int) -> None:
        self._draw = np.random.default_rng(seed)
        # One shock each four weeks, on Mondays, in an order of its own; the first year is for learning.
        order = self._draw.permutation(len(SHOCKS))
        self.events = [
            Event(SHOCKS[shock], FIRST_DAY + timedelta(weeks=56 + 4 * turn)) for turn, shock in enumerate(order)
        ]
        self._dates = np.array([FIRST_DAY + timedelta(days=day) for day in range(DAYS)])
        self._demand = _demand()
        sessions, key_actions = self._web()
        orders, lines = self._orders()
        facts = {
            "web_sessions_daily": sessions,
            "web_key_actions_daily": key_actions,
            "ad_performance_daily": self._ads(),
            "orders": orders,
            "order_lines": lines,
            "email_campaigns": self._mail(),
        }
        schemas = {table.name: table.schema for table in TABLES}
        company = {"company_name": ["Simulated"], "time_zone": ["UTC"], "reporting_currency": ["SEK"]}
        settings = next(table.schema for table in CONFIG_TABLES if table.name == "company")
        self.landing = {
            "files": {name: _landed(rows, schemas[name]) for name, rows in facts.items()},
            "config": {"company": _landed(pd.DataFrame(company), settings)},
        }

    def _factor(self, measure: str, labels: Mapping[str, str]) -> Floats:
        """What shocks make of a measure of the rows with these labels, per day."""
        factor = np.ones(DAYS)
        for event in self.events:
            if event.shock.measure == measure and event.shock.rows.items() <= labels.items():
                first = (event.first - FIRST_DAY).days
                factor[first : first + event.shock.days] *= event.shock.factor
        return factor

    def _noise(self, spread: float) -> Floats:
        return self._draw.lognormal(0, spread, DAYS)

    def _web(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        of_day, of_channel = self._noise(0.05), {channel: self._noise(0.06) for channel in CHANNELS}
        sessions, converting = [], []
        for channel, country, device in product(CHANNELS, COUNTRIES, DEVICES):
            labels = {"channel": channel, "country": country, "device": device}
            share = CHANNELS[channel] * COUNTRIES[country] * DEVICES[device]
            level = 6_000 * share * self._demand * of_day * of_channel[channel] * self._factor("sessions", labels)
            count = self._draw.poisson(level)
            rate = 0.04 if device == "desktop" else 0.025
            rows = {
                "date": self._dates,
                "time_zone": "UTC",
                "property_id": "1",
                "channel_group": channel,
                "country": country,
                "device": device,
            }
            engaged = self._draw.binomial(count, 0.6 * self._factor("engages", labels))
            sessions.append(
                pd.DataFrame(rows | {"sessions": count, "engaged_sessions": engaged, "page_views": 3 * count})
            )
            with_action = self._draw.binomial(count, rate * self._noise(0.03) * self._factor("converts", labels))
            converting.append(pd.DataFrame(rows | {"key_action": "any", "sessions": with_action}))
        return pd.concat(sessions), pd.concat(converting)

    def _ads(self) -> pd.DataFrame:
        parts = []
        for (platform, kind), (level, click_rate, cost) in CAMPAIGNS.items():
            labels = {"platform": platform, "type": kind}
            wanted = level * self._demand * self._noise(0.08) * self._factor("impressions", labels)
            impressions = self._draw.poisson(wanted)
            clicks = self._draw.binomial(impressions, click_rate * self._noise(0.04) * self._factor("clicks", labels))
            spend = clicks * cost * self._noise(0.04) * self._factor("cost", labels)
            parts.append(
                pd.DataFrame(
                    {
                        "date": self._dates,
                        "platform": platform,
                        "account_id": "1",
                        "time_zone": "UTC",
                        "currency": "SEK",
                        "campaign_id": kind,
                        "campaign_name": kind,
                        "campaign_type": kind,
                        "impressions": impressions,
                        "clicks": clicks,
                        "clicks_all": clicks,
                        "spend_amount": spend.round(2),
                    }
                )
            )
        return pd.concat(parts)

    def _orders(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        count = self._draw.poisson(50 * self._demand * self._noise(0.05) * self._factor("orders", {}))
        day = np.repeat(np.arange(DAYS), count)
        numbers = np.arange(len(day)).astype(str)
        amounts = self._draw.lognormal(6, 0.7, len(day)) * self._factor("amount", {})[day]
        orders = pd.DataFrame(
            {
                "order_id": numbers,
                "created_at": pd.to_datetime(self._dates[day]).tz_localize("UTC") + pd.Timedelta(hours=12),
                "is_paid": True,
                "is_test": False,
                "is_draft": False,
                "sales_channel": "web",
                "country": self._draw.choice(list(COUNTRIES), len(day), p=list(COUNTRIES.values())),
                "currency": "SEK",
            }
        )
        lines = pd.DataFrame(
            {
                "order_line_id": numbers,
                "order_id": numbers,
                "quantity": 1,
                "currency": "SEK",
                "gross_amount": amounts.round(2),
                "discount_amount": 0.0,
                "vat_amount": 0.0,
                "is_gift_card": False,
            }
        )
        return orders, lines

    def _mail(self) -> pd.DataFrame:
        tuesdays = np.arange(1, DAYS, 7)
        sent = self._draw.poisson(8_000 * self._noise(0.03)[tuesdays])
        opened = self._draw.binomial(sent, 0.3 * self._noise(0.05)[tuesdays])
        return pd.DataFrame(
            {
                "platform": "mailchimp",
                "campaign_id": tuesdays.astype(str),
                "campaign_name": [f"News {number}" for number in tuesdays],
                "list_id": "1",
                "sent_at": pd.to_datetime(self._dates[tuesdays]).tz_localize("UTC") + pd.Timedelta(hours=9),
                "emails_sent": sent,
                "emails_bounced": 0,
                "unique_opens": opened,
                "unique_clicks": self._draw.binomial(sent, 0.03),
                "unsubscribes": self._draw.binomial(sent, 0.003 * self._factor("unsubscribes", {})[tuesdays]),
                "complaints": 0,
            }
        )


def _demand() -> Floats:
    """Interest per day around 1: 1 % more a month, weekday, season, and a week of sale around Black Friday."""
    days = np.arange(DAYS)
    dates = pd.to_datetime([FIRST_DAY + timedelta(days=int(day)) for day in days])
    season = 1 + 0.12 * np.cos((dates.dayofyear.to_numpy() - 345) / 365.25 * 2 * np.pi)
    fridays = {
        year: date(year, 11, 29) - timedelta(days=(date(year, 11, 29).weekday() - 4) % 7) for year in range(2023, 2027)
    }
    to_sale = np.array([(day.date() - fridays[day.year]).days for day in dates])
    return WEEKDAYS[days % 7] * season * np.where((to_sale >= -4) & (to_sale <= 2), 1.6, 1.0) * 1.01 ** (days / 30.4375)


def _landed(rows: pd.DataFrame, schema: pa.Schema) -> pa.Table:
    """The rows as a landing table; columns that are not given are null."""
    columns = []
    for field in schema:
        if field.name not in rows:
            columns.append(pa.nulls(len(rows), field.type))
        elif pa.types.is_decimal(field.type):
            text = [f"{value:.2f}" for value in rows[field.name]]
            columns.append(pa.array(text).cast(field.type))
        else:
            columns.append(pa.Array.from_pandas(rows[field.name]).cast(field.type))
    return pa.table(columns, schema=pa.schema([field.with_nullable(True) for field in schema]))
