"""`goals.yml`: what KPIs are to reach, by when (kpi catalogue, goals)."""

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, model_validator

from connectors.common.yaml_file import read_model
from connectors.config.channels import ALL
from connectors.config.company import Identifier


class Goal(BaseModel):
    """One goal. `segment`: the value of the set's dimension; `(all)` for the set `total`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    goal_id: Identifier
    objective: str
    owner_role: str
    stage: Literal["awareness", "consideration", "conversion", "loyalty", "business", "operations"]
    kpi_id: Identifier
    period_grain: Literal["day", "week", "month", "quarter"] = "month"
    segment_set: str = "total"
    segment: str = ALL
    baseline_start: date | None = None
    baseline_value: float | None = None
    change_type: Literal["percent", "points", "absolute"] = "absolute"
    target_value: float
    mode: Literal["reach", "stay_above", "stay_below"] = "reach"
    start_date: date
    deadline: date
    review_cadence: Literal["daily", "weekly", "monthly", "quarterly"] = "monthly"
    failure_threshold: float | None = None
    is_active: bool = True

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "Goal":
        if self.deadline <= self.start_date:
            raise ValueError(f"the deadline {self.deadline} is not after the start {self.start_date}: mend one of them")
        return self


class Goals(BaseModel):
    """The file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    goals: tuple[Goal, ...] = ()

    @model_validator(mode="after")
    def _ids_differ(self) -> "Goals":
        ids = [goal.goal_id for goal in self.goals]
        if repeated := {name for name in ids if ids.count(name) > 1}:
            raise ValueError(f"the goal {min(repeated)!r} stands twice: give each its own goal_id")
        return self


def read_goals(folder: Path) -> tuple[Goal, ...]:
    """The goals of a configuration folder; none where there is no `goals.yml`."""
    path = folder / "goals.yml"
    return read_model(path, Goals).goals if path.exists() else ()
