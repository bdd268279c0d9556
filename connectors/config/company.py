"""`company.yml`: what holds for the whole company."""

import os
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from connectors import NAMES
from connectors.common.yaml_file import read_model

# Stages of a lead in their order (the seed `lifecycle_stages`).
Stage = Literal["subscriber", "lead", "mql", "sql", "opportunity", "customer", "evangelist"]
ANY_ACTION = "any"


def _currency(code: str) -> str:
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise ValueError(f"{code!r} is no currency: write its three capital letters, like SEK")
    return code


def _time_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"{name!r} is no time zone: write an IANA name like Europe/Stockholm")
    return name


def _identifier(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ValueError(f"{name!r} is no id: write small letters, digits and _, a letter first")
    return name


def country_code(code: str) -> str:
    """The code itself; ValueError if it is no country's."""
    if not re.fullmatch(r"[A-Z]{2}", code):
        raise ValueError(f"{code!r} is no country: write its two capital letters, like SE")
    return code


Currency = Annotated[str, AfterValidator(_currency)]
Identifier = Annotated[str, AfterValidator(_identifier)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
Country = Annotated[str, AfterValidator(country_code)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class KeyAction(_Strict):
    """What counts as a conversion.

    `kind`: `order` (a paid order), `contact_stage` (a contact that first reaches `stage`) or `web_event`.
    `event`: its name in web analytics, by which sessions and people with it are told; needed for `web_event`.
    `once_per`: a session or a person counts once.
    """

    id: Identifier
    label: str
    kind: Literal["order", "contact_stage", "web_event"]
    stage: Stage | None = None
    event: str | None = None
    once_per: Literal["session", "person"] = "session"

    @model_validator(mode="after")
    def _fits_its_kind(self) -> "KeyAction":
        if self.id == ANY_ACTION:
            raise ValueError(f"the id {ANY_ACTION!r} stands for all key actions together: choose another")
        if self.kind == "contact_stage" and self.stage is None:
            raise ValueError(f"the key action {self.id!r} is a contact stage: add `stage`, like lead")
        if self.kind == "web_event" and self.event is None:
            raise ValueError(f"the key action {self.id!r} is a web event: add `event`, its name in web analytics")
        return self


class Retention(_Strict):
    """How long things are kept; the first run of each month removes what is older.

    `people_months`: since a person was last seen in any source; afterwards nothing names them any more (default: for
    ever). `runs_days`: records of runs, also Dagster's. `logs_days`: logs of runs.
    """

    people_months: Annotated[int, Field(ge=1, le=1200)] | None = None
    runs_days: Annotated[int, Field(ge=7)] = 180
    logs_days: Annotated[int, Field(ge=1)] = 30


class Company(_Strict):
    """The company.

    `fiscal_year_start_month`: 1 = the calendar year. `phase`: decides which goals fit. `history_start`: the first
    day that is ever loaded. `sector`, `company_size`, `country`: whom to compare the company with, in the words of its
    benchmark files. `lookback_days`: visits older than this before an order are not looked at. `min_n`:
    with a smaller denominator a value is unreliable. `privacy_k`: smaller cells of personal sets are merged.
    `platform_actions`: ad platform → its action's name (`*` = any text) → key action. `vat_rates`: share by country
    (0.25). `reload_days`, `settle_days`: source → how many days each load goes back, for how many a day is provisional,
    where the connector's own figures do not fit; `wide_reload_days`: how far the weekly and monthly loads go back.
    """

    name: Annotated[str, Field(min_length=1)]
    time_zone: TimeZone
    reporting_currency: Currency
    fiscal_year_start_month: Annotated[int, Field(ge=1, le=12)] = 1
    phase: Literal["new", "growth", "mature"] = "growth"
    history_start: date
    sector: str | None = None
    company_size: str | None = None
    country: Country | None = None
    lookback_days: Annotated[int, Field(ge=1, le=400)] = 90
    min_n: Annotated[int, Field(ge=1)] = 30
    privacy_k: Annotated[int, Field(ge=1)] = 10
    key_actions: tuple[KeyAction, ...] = ()
    platform_actions: dict[str, dict[str, Identifier]] = {}
    vat_rates: dict[Country, Decimal] = {}
    reload_days: dict[str, Annotated[int, Field(ge=1, le=400)]] = {}
    settle_days: dict[str, Annotated[int, Field(ge=0, le=400)]] = {}
    wide_reload_days: dict[str, Annotated[int, Field(ge=0, le=400)]] = {}
    retention: Retention = Retention()

    @field_validator("vat_rates")
    @classmethod
    def _is_a_share(cls, rates: dict[str, Decimal]) -> dict[str, Decimal]:
        for country, rate in rates.items():
            if not 0 <= rate < 1:
                raise ValueError(f"{country} has {rate}: write a share, 0.25 for 25 %")
        return rates

    @field_validator("reload_days", "settle_days", "wide_reload_days")
    @classmethod
    def _is_by_source(cls, days: dict[str, int]) -> dict[str, int]:
        if unknown := sorted(set(days) - set(NAMES)):
            raise ValueError(f"{unknown[0]!r} is no source: write one of {', '.join(NAMES)}")
        return days

    @model_validator(mode="after")
    def _key_actions_are_known(self) -> "Company":
        ids = [action.id for action in self.key_actions]
        if repeated := {name for name in ids if ids.count(name) > 1}:
            raise ValueError(f"the key action {min(repeated)!r} stands twice in key_actions: remove one")
        for platform, actions in self.platform_actions.items():
            if unknown := sorted(set(actions.values()) - set(ids)):
                raise ValueError(f"platform_actions of {platform} names {unknown[0]!r}: add it to key_actions")
        return self


def config_folder() -> Path:
    """The company's configuration: NYCKELTAL_CONFIG, else `config` in the working folder."""
    return Path(os.environ.get("NYCKELTAL_CONFIG") or "config").resolve()


def read_company(folder: Path) -> Company:
    """`company.yml` of a configuration folder; ConfigError (a ValueError) in one sentence."""
    start = "make it after docs/configuration.md, or let `nyckeltal init` lay a commented start"
    return read_model(folder / "company.yml", Company, start)
