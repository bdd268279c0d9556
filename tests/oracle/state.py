"""The truth as it is known at one instant: nothing later than `as_of`, money in the reporting currency."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Protocol

import numpy as np
import pandas as pd

from tests.oracle.calendar import Calendar
from tests.oracle.periods import as_days, data_until

RATE_VALID_DAYS = 7
MICROS = 1_000_000


class Losses(Protocol):
    """What the web analytics vendor withholds, `sandbox/README.md` "Distortions"."""

    @property
    def landing_pages_kept(self) -> int | None: ...

    @property
    def user_threshold(self) -> int: ...


class Truth:
    """The tables of `sandbox/README.md` with instants as naive UTC, and the two clocks.

    `until` is the last complete company day. Instants after `as_of` are not known yet: `happened` tells.
    """

    def __init__(
        self,
        tables: Mapping[str, pd.DataFrame],
        as_of: datetime,
        losses: Losses,
        fiscal_year_start_month: int = 1,
        history_start: date | None = None,
    ) -> None:
        self._tables, self.losses = tables, losses
        self.as_of = pd.Timestamp(as_of.astimezone(UTC).replace(tzinfo=None))
        self.until = data_until(as_of)
        first_day = None if history_start is None else pd.Timestamp(history_start)
        self.calendar = Calendar(self.until, f"quarter@{fiscal_year_start_month}", first_day)

    def has(self, name: str) -> bool:
        """Whether the truth has such a table."""
        return name in self._tables

    def table(self, name: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """A truth table (or some of its columns) with a plain index; instants are naive UTC, days are midnights."""
        frame = self._tables[name]
        frame = (frame if columns is None else frame[list(columns)]).reset_index(drop=True)
        changed: dict[str, pd.Series] = {}
        for column in frame.columns:
            if column.endswith("_at"):
                changed[column] = pd.to_datetime(frame[column], utc=True).dt.tz_localize(None)
            elif column == "date" or column.endswith("_date") or column.startswith("date_"):
                changed[column] = as_days(frame[column])
        return frame.assign(**changed)

    def happened(self, instants: pd.Series) -> pd.Series:
        """True where the instant is known and not after `as_of`."""
        return instants <= self.as_of

    @cached_property
    def _rates(self) -> dict[str, pd.Series]:
        rates = self.table("fx_rates").sort_values("date")
        return {str(code): part.set_index("date")["rate_micros"] for code, part in rates.groupby("currency")}

    def reporting_amount(self, micros: pd.Series, currency: pd.Series, days: pd.Series) -> pd.Series:
        """Amounts in SEK, unrounded, at the last rate known on the row's day (at most 7 days old, else null)."""
        amount = micros.astype(float) / MICROS
        factor = pd.Series(np.where(currency.astype(object) == "SEK", 1.0, np.nan), index=micros.index)
        for code, rates in self._rates.items():
            mine = (currency.astype(object) == code).to_numpy()
            position = rates.index.searchsorted(days[mine], side="right") - 1
            age = days[mine].to_numpy() - rates.index.to_numpy()[position.clip(min=0)]
            is_valid = (position >= 0) & (age <= np.timedelta64(RATE_VALID_DAYS, "D"))
            factor[mine] = np.where(is_valid, rates.to_numpy()[position.clip(min=0)] / MICROS, np.nan)
        return amount * factor

    def account_currency(self, rows: pd.DataFrame) -> pd.Series:
        """Currency of the ad account of each row (`platform`, `account_id`)."""
        accounts = self.table("accounts").astype({"platform": object, "account_id": object})
        found = (
            rows[["platform", "account_id"]].astype(object).merge(accounts, on=["platform", "account_id"], how="left")
        )
        return pd.Series(found["currency"].to_numpy(), index=rows.index)


def vat_share(cents: pd.Series, rate: pd.Series) -> pd.Series:
    """VAT inside an amount that includes it, in whole cents, half away from zero; rates in thousandths."""
    thousandths = (rate * 1000).round().astype("int64")
    whole = cents.astype("int64")
    divisor = 1000 + thousandths
    # Twice the amount plus the divisor, over twice the divisor: rounds half up, the sign put back.
    rounded = (2 * whole.abs() * thousandths + divisor) // (2 * divisor)
    return rounded * np.sign(whole)
