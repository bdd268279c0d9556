"""What a built world is: the truth tables and the facts about the company."""

from dataclasses import dataclass, field
from datetime import date, datetime

import pandas as pd

COUNTRIES = ("SE", "NO", "DK", "FI", "DE")
COUNTRY_NAMES = {"SE": "Sweden", "NO": "Norway", "DK": "Denmark", "FI": "Finland", "DE": "Germany"}
COUNTRY_WEIGHTS = (0.50, 0.15, 0.15, 0.12, 0.08)
DEVICES = ("mobile", "desktop", "tablet")
DEVICE_WEIGHTS = (0.58, 0.37, 0.05)


@dataclass(frozen=True)
class Company:
    """The same facts as `sandbox/config/`. VAT rates are shares (0.255) by country; 1 = the calendar year."""

    name: str = "Nordic Sandbox AB"
    zone: str = "Europe/Stockholm"
    currency: str = "SEK"
    fiscal_year_start_month: int = 1
    key_actions: tuple[str, ...] = ("purchase", "form", "newsletter")
    countries: tuple[str, ...] = COUNTRIES
    vat_rates: dict[str, float] = field(
        default_factory=lambda: {"SE": 0.25, "NO": 0.25, "DK": 0.25, "FI": 0.255, "DE": 0.19}
    )
    book_vat_rates: dict[str, float] = field(
        default_factory=lambda: {"SE": 0.06, "NO": 0.12, "DK": 0.25, "FI": 0.14, "DE": 0.07}
    )


@dataclass
class Losses:
    """What the web analytics vendor withholds: landing pages beyond the top N, rows below a number of users."""

    landing_pages_kept: int | None = None
    user_threshold: int = 0


@dataclass
class World:
    """The truth up to `as_of`; `tables` as in `sandbox/README.md`."""

    tables: dict[str, pd.DataFrame]
    size: str
    months: int
    seed: int
    as_of: datetime
    history_start: date
    company: Company = field(default_factory=Company)
    losses: Losses = field(default_factory=Losses)
