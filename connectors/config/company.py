"""`company.yml`: what holds for the whole company, checked before anything is loaded."""

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from connectors.config.yaml_lines import read_yaml

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Days = Annotated[int, Field(ge=0, le=400)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class KeyAction(_Strict):
    """A conversion as the company counts it.

    `order`: each paid order; `contact_stage`: a contact's first entry to `stage`; `web_event`: a session with `event`.
    """

    id: Id
    label: str
    kind: Literal["order", "contact_stage", "web_event"]
    stage: str | None = None
    event: str | None = None
    once_per: Literal["session", "person"] = "session"

    @model_validator(mode="after")
    def _says_what_counts(self) -> "KeyAction":
        if self.kind == "web_event" and not self.event:
            raise ValueError("a web_event needs `event`, the name of the event in web analytics")
        if self.kind == "contact_stage" and not self.stage:
            raise ValueError("a contact_stage needs `stage`, the lifecycle stage that counts")
        return self


class Company(_Strict):
    """Settings of the company; the comments in config/company.yml say what each does."""

    name: Annotated[str, Field(min_length=1)]
    time_zone: str
    reporting_currency: str
    history_start: date
    fiscal_year_start_month: Annotated[int, Field(ge=1, le=12)] = 1
    phase: Literal["new", "growth", "mature"] = "growth"
    lookback_days: Annotated[int, Field(ge=1, le=365)] = 90
    min_n: Annotated[int, Field(ge=1)] = 30
    privacy_k: Annotated[int, Field(ge=1)] = 10
    key_actions: list[KeyAction] = []
    platform_actions: dict[str, dict[str, Id]] = {}
    vat_rates: dict[str, Annotated[float, Field(ge=0, lt=1)]] = {}
    reload_days: dict[str, Days] = {}
    settle_days: dict[str, Days] = {}

    @field_validator("time_zone")
    @classmethod
    def _is_a_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"{value!r} is no IANA time zone, write it like Europe/Stockholm") from None
        return value

    @field_validator("reporting_currency")
    @classmethod
    def _is_a_currency(cls, value: str) -> str:
        if not re.fullmatch(r"[A-Z]{3}", value):
            raise ValueError(f"{value!r} is no ISO 4217 currency, write it like SEK")
        return value

    @model_validator(mode="after")
    def _actions_exist_once(self) -> "Company":
        ids = [action.id for action in self.key_actions]
        if twice := {name for name in ids if ids.count(name) > 1}:
            raise ValueError(f"key action {min(twice)!r} stands twice in key_actions")
        for platform, actions in self.platform_actions.items():
            if unknown := set(actions.values()) - set(ids):
                raise ValueError(f"platform_actions.{platform} names {min(unknown)!r}, which is not in key_actions")
        return self


def read_company(folder: Path) -> Company:
    """`company.yml` of the configuration folder; ConfigError names file and line."""
    company: Company = read_yaml(folder / "company.yml", Company)
    return company
