"""`inputs/`: costs, exchange rates and the target segment, which a company enters by hand."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from connectors.config.amount import Amount
from connectors.config.channels import ALL, ChannelOrAll
from connectors.config.company import Currency


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Cost(_Input):
    """A cost beyond media, excluding VAT, spread over its days in equal parts; channel `(all)` = the company."""

    cost_id: str
    date_from: date
    date_to: date
    cost_type: Literal["agency_fee", "tool", "staff", "production"]
    channel: ChannelOrAll = ALL
    amount: Amount
    currency: Currency

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "Cost":
        if self.date_to < self.date_from:
            raise ValueError(f"date_to {self.date_to} lies before date_from {self.date_from}: swap them")
        return self


class FxRate(_Input):
    """Units of `to_currency` for one unit of `currency` on a day."""

    date: date
    currency: Currency
    to_currency: Currency
    rate: Annotated[Decimal, Field(gt=0, max_digits=18, decimal_places=10)]


class TargetCell(_Input):
    """An age group and gender of the target segment, and how many such people the market has.

    All rows of the latest `valid_from` are the segment from that day on.
    """

    valid_from: date
    age: Annotated[str, Field(pattern=r"^\d+(-\d+|\+)$")]
    gender: Literal["female", "male", "unknown"]
    people: Annotated[int, Field(gt=0)]
