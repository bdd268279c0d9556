"""`inputs/budgets.csv`: what media are planned to cost; `inputs/budget_days.csv`: how that spreads over the days."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from connectors.common.errors import ConfigError
from connectors.common.yaml_file import file_label
from connectors.config.amount import Amount
from connectors.config.channels import ALL, ChannelOrAll
from connectors.config.company import Currency
from connectors.config.csv_file import read_rows

USUAL_WEIGHT = Decimal(1)


class Budget(BaseModel):
    """Media cost that is planned, excluding VAT; channel `(all)` = media of no channel in particular."""

    model_config = ConfigDict(extra="forbid")

    budget_id: str
    date_from: date
    date_to: date
    channel: ChannelOrAll = ALL
    amount: Annotated[Amount, Field(ge=0)]
    currency: Currency

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "Budget":
        if self.date_to < self.date_from:
            raise ValueError(f"date_to {self.date_to} lies before date_from {self.date_from}: swap them")
        return self

    def days(self) -> list[date]:
        return [self.date_from + timedelta(days=n) for n in range((self.date_to - self.date_from).days + 1)]


class BudgetDay(BaseModel):
    """How much of a budget a day takes, against other days; a day that is not listed weighs 1."""

    model_config = ConfigDict(extra="forbid")

    date: date
    weight: Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=10)]


def read_budgets(
    folder: Path, budget_key: tuple[str, ...], day_key: tuple[str, ...]
) -> tuple[list[Budget], list[BudgetDay]]:
    """Both files, none where they are absent; ConfigError names file and line, or the budget that has no day."""
    budgets = read_rows(folder / "inputs" / "budgets.csv", Budget, budget_key)
    days = read_rows(folder / "inputs" / "budget_days.csv", BudgetDay, day_key)
    _check_each_has_a_day(folder, budgets, days)
    return budgets, days


def _check_each_has_a_day(folder: Path, budgets: Sequence[Budget], days: Sequence[BudgetDay]) -> None:
    weights = {day.date: day.weight for day in days}
    file = file_label(folder / "inputs" / "budget_days.csv")
    for budget in budgets:
        if not any(weights.get(day, USUAL_WEIGHT) for day in budget.days()):
            raise ConfigError(
                f"{file}: the budget {budget.budget_id!r} cannot be spent, "
                f"since all days from {budget.date_from} to {budget.date_to} weigh 0: give one of them a weight"
            )
