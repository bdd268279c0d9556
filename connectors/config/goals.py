"""`goals.yml`: what a KPI is to reach, by when, and who owns it."""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from connectors.config.yaml_lines import read_yaml


class Goal(BaseModel):
    """One goal. `change_type`: how `target_value` is meant against the baseline; `mode`: how it is kept."""

    model_config = ConfigDict(extra="forbid")

    goal_id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    objective: str
    owner_role: str
    stage: Literal["awareness", "consideration", "conversion", "loyalty", "business", "operations"]
    kpi_id: str
    period_grain: Literal["day", "week", "month", "quarter"] = "month"
    segment_set: str = "total"
    segment: str = "(all)"
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
    def _ends_after_it_starts(self) -> "Goal":
        if self.deadline <= self.start_date:
            raise ValueError(f"the deadline {self.deadline} is not after the start {self.start_date}")
        return self


class Goals(BaseModel):
    model_config = ConfigDict(extra="forbid")

    goals: list[Goal] = []

    @model_validator(mode="after")
    def _ids_are_unique(self) -> "Goals":
        ids = [goal.goal_id for goal in self.goals]
        if twice := {name for name in ids if ids.count(name) > 1}:
            raise ValueError(f"goal {min(twice)!r} stands twice")
        return self


def read_goals(folder: Path) -> list[Goal]:
    """Goals of the configuration folder; none where there is no file."""
    path = folder / "goals.yml"
    if not path.exists():
        return []
    found: Goals = read_yaml(path, Goals)
    return found.goals
