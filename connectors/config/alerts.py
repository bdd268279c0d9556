"""`alerts.yml`: whom to tell when something fails, is late or goes wrong, and when to keep quiet."""

import re
from datetime import datetime, time
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from connectors.common.yaml_file import read_model
from connectors.config.boards import Persona
from connectors.config.company import Identifier

Cause = Literal["failed_run", "late_run", "failed_gate", "source_down", "goal_off_track", "anomaly"]
CAUSES: tuple[Cause, ...] = get_args(Cause)


def _clock_time(text: str) -> str:
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise ValueError(f"{text!r} is no time of day: write it like 07:30")
    return text


def _address(text: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]\S*", text):
        raise ValueError(f"{text!r} is no web address: write it like https://dagster.example.com")
    return text.rstrip("/")


ClockTime = Annotated[str, AfterValidator(_clock_time)]
WebAddress = Annotated[str, AfterValidator(_address)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class QuietHours(_Strict):
    """Times of day in the company's zone between which nothing is sent; `to` may lie on the next day."""

    start: Annotated[ClockTime, Field(alias="from")]
    end: Annotated[ClockTime, Field(alias="to")]

    @model_validator(mode="after")
    def _differ(self) -> "QuietHours":
        if self.start == self.end:
            raise ValueError(f"from and to are both {self.start}: quiet for no time or for ever? Mend one")
        return self

    def holds(self, local: datetime) -> bool:
        """Whether an instant, given in the company's zone, is quiet."""
        now, start, end = local.time(), time.fromisoformat(self.start), time.fromisoformat(self.end)
        return start <= now < end if start < end else now >= start or now < end


class Target(_Strict):
    """Who is told. `persona`: only about KPIs of this board (default: of any board). The address is a secret."""

    causes: Annotated[tuple[Cause, ...], Field(min_length=1)] = CAUSES
    persona: Persona | None = None


class Report(_Strict):
    """A persona's report: the mail targets that get it after each period of its board, and its language."""

    targets: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    language: Literal["en", "sv"] = "en"


class Alerts(_Strict):
    """The file. `dagster_url`, `board_url`: where the links of a message lead; `targets` by name, `reports` by persona.

    A report's targets need not be among `targets`, which are told of alerts.
    """

    dagster_url: WebAddress = "http://127.0.0.1:3000"
    board_url: WebAddress | None = None
    quiet_hours: QuietHours | None = None
    targets: dict[Identifier, Target] = {}
    reports: dict[Persona, Report] = {}


def read_alerts(folder: Path) -> Alerts:
    """The settings of a configuration folder; no targets where there is no `alerts.yml`. ConfigError names the line."""
    path = folder / "alerts.yml"
    return read_model(path, Alerts) if path.exists() else Alerts()
