"""Every KPI once more, from the sandbox's truth and the catalogue's prose; see README.md."""

from datetime import date, datetime
from typing import Protocol

import pandas as pd

from tests.oracle import (
    acquisition,
    activity,
    ads,
    budgets,
    changes,
    contracts,
    costs,
    customers,
    entered,
    factors,
    leads,
    mail,
    orders,
    predictions,
    prospects,
    reasons,
    reviews,
    social,
    surveys,
    web,
)
from tests.oracle.assemble import KEY, VALUES, rows
from tests.oracle.calendar import Calendar
from tests.oracle.facts import Fact
from tests.oracle.periods import data_until
from tests.oracle.state import Losses, Truth

__all__ = ["KEY", "VALUES", "calendar_of", "facts_of", "kpi_values", "published"]


class Company(Protocol):
    """What the oracle needs of the simulated company's settings."""

    @property
    def fiscal_year_start_month(self) -> int: ...


class World(Protocol):
    """What the oracle needs of `sandbox.world.World`."""

    @property
    def tables(self) -> dict[str, pd.DataFrame]: ...

    @property
    def losses(self) -> Losses: ...

    @property
    def company(self) -> Company: ...

    @property
    def history_start(self) -> date: ...


def published(world: World, as_of: datetime) -> dict[str, pd.DataFrame]:
    """The published `kpi_values` and the tables of changes, by name, as of an instant (UTC)."""
    truth = _truth(world, as_of)
    facts = facts_of(truth)
    found = {
        "kpi_values": rows(facts, truth.calendar),
        "kpi_changes": changes.changes(facts, truth.calendar),
        "kpi_change_factors": factors.factors(facts, truth.calendar),
    }
    why = reasons.reasons(found["kpi_changes"], found["kpi_change_factors"])
    return {**found, "kpi_change_reasons": why}


def kpi_values(world: World, as_of: datetime) -> pd.DataFrame:
    """All rows of the published `kpi_values` as of an instant (UTC); columns `KEY` and `VALUES`."""
    truth = _truth(world, as_of)
    return rows(facts_of(truth), truth.calendar)


def calendar_of(world: World, as_of: datetime) -> Calendar:
    """The company's periods as of an instant (UTC)."""
    quarter = f"quarter@{world.company.fiscal_year_start_month}"
    return Calendar(data_until(as_of), quarter, pd.Timestamp(world.history_start))


def _truth(world: World, as_of: datetime) -> Truth:
    return Truth(world.tables, as_of, world.losses, world.company.fiscal_year_start_month, world.history_start)


def facts_of(truth: Truth) -> list[Fact]:
    """Everything that KPIs are made of; facts without rows are left out."""
    areas = (
        web,
        ads,
        social,
        mail,
        leads,
        orders,
        customers,
        prospects,
        acquisition,
        activity,
        contracts,
        predictions,
        costs,
        budgets,
        surveys,
        reviews,
        entered,
    )
    return [fact for area in areas for fact in area.facts(truth) if len(fact.rows)]
