"""`goals.yml`: what KPIs are to reach, by when (kpi catalogue, goals)."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from connectors.common.window import Grain, period_end, period_start
from connectors.common.yaml_file import LocatedError, read_model
from connectors.config.channels import ALL
from connectors.config.company import Identifier

Dimension = Literal[
    "platform", "channel", "source_medium", "campaign", "country", "device", "landing_page", "customer_type"
]
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
PARTS = "parts"
YEAR_START = "fiscal_year_start_month"  # what a goal's quarters depend on, as the validators' context
Text = Annotated[str, Field(min_length=1)]


class Goal(BaseModel):
    """One goal.

    `segment`: dimension → value, empty for the total, or `parts`: the cells of its child goals together. A goal spans
    whole periods of its `period_grain`, and so does its baseline; without `baseline_end` that is one period.
    `target_value` and `failure_threshold` are in the KPI's stored unit (a share of 3 % is 0.03); with `change_type`
    `percent` or `points` the target is a change against the baseline (20 = 20 % or 20 points more). `objective_sv` and
    `owner_role_sv` are what Swedish pages say instead.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    goal_id: Identifier
    objective: Text
    objective_sv: Text | None = None
    parent: Identifier | None = None
    goal_type: Literal["brand_awareness", "lead_generation", "sales_growth", "profit", "loyalty"]
    owner_role: Text | None = None
    owner_role_sv: Text | None = None
    stage: Literal["awareness", "consideration", "conversion", "loyalty", "business", "operations"]
    kpi_id: Identifier
    period_grain: Grain = "month"
    segment: Literal["parts"] | dict[Dimension, Text] = {}
    baseline_start: date | None = None
    baseline_end: date | None = None
    baseline_value: float | None = None
    change_type: Literal["percent", "points", "absolute"] = "absolute"
    target_value: float
    mode: Literal["reach", "stay_above", "stay_below"] = "reach"
    start_date: date
    deadline: date
    review_cadence: Literal["daily", "weekly", "monthly", "quarterly"] = "monthly"
    failure_threshold: float | None = None
    is_active: bool = True

    @field_validator("segment", mode="before")
    @classmethod
    def _is_a_segment(cls, given: object) -> object:
        if given != PARTS and not isinstance(given, dict):
            raise ValueError(f"{given!r} is no segment: write it like {{channel: paid_search}}, or {PARTS}")
        return given

    @property
    def dimensions(self) -> dict[Dimension, str]:
        return {} if self.segment == PARTS else self.segment

    @model_validator(mode="after")
    def _spans_whole_periods(self, info: ValidationInfo) -> "Goal":
        year_start = (info.context or {}).get(YEAR_START, 1)
        for first, last in (("start_date", "deadline"), ("baseline_start", "baseline_end")):
            for name, whole, which in ((first, period_start, "first"), (last, period_end, "last")):
                day: date | None = getattr(self, name)
                if day and day != (fitting := whole(self.period_grain, day, year_start)):
                    raise LocatedError(
                        f"{day} is not the {which} day of a {self.period_grain}: write {fitting} or set another "
                        "`period_grain`",
                        name,
                    )
            start, end = getattr(self, first), getattr(self, last)
            if start and end and end < start:
                raise LocatedError(f"{end} is not after {first} {start}: mend one of them", last)
        return self

    @model_validator(mode="after")
    def _knows_what_it_changes(self) -> "Goal":
        if self.baseline_end and not self.baseline_start:
            raise LocatedError("an end without `baseline_start`: add it", "baseline_end")
        if (self.baseline_end or self.baseline_start or date.min) >= self.deadline:
            raise LocatedError(f"a baseline ends before the deadline {self.deadline}: mend one", "baseline_start")
        if self.change_type != "absolute" and self.baseline_start is None and self.baseline_value is None:
            raise LocatedError(
                f"{self.change_type} of what? Add `baseline_start` or `baseline_value`",
                "change_type",
            )
        return self


class Goals(BaseModel):
    """The file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    goals: tuple[Goal, ...] = ()

    @model_validator(mode="after")
    def _ids_differ(self) -> "Goals":
        ids = [goal.goal_id for goal in self.goals]
        for position, goal_id in enumerate(ids):
            if goal_id in ids[:position]:
                raise LocatedError(
                    f"the goal {goal_id!r} stands twice: give each its own", "goals", position, "goal_id"
                )
        return self

    @model_validator(mode="after")
    def _parents_are_goals(self) -> "Goals":
        by_id = {goal.goal_id: goal for goal in self.goals}
        for position, goal in enumerate(self.goals):
            seen, above = {goal.goal_id}, goal.parent
            while above is not None:
                if above not in by_id:
                    raise LocatedError(f"there is no goal {above!r}: add it", "goals", position, "parent")
                if above in seen:
                    raise LocatedError(f"{goal.goal_id!r} is its own ancestor: mend one", "goals", position, "parent")
                seen.add(above)
                above = by_id[above].parent
        return self

    @model_validator(mode="after")
    def _parts_add_up(self) -> "Goals":
        """The parts of a goal are other cells of the same KPI, grain and set, each once."""
        for position, goal in enumerate(self.goals):
            if goal.segment != PARTS:
                continue
            parts = [part for part in self.goals if part.goal_id in self.parts_of(goal)]
            why = None
            if not parts:
                why = "no goal names it as `parent`"
            elif {(part.kpi_id, part.period_grain) for part in parts} != {(goal.kpi_id, goal.period_grain)}:
                why = "they are not all of its KPI and period_grain"
            elif len({tuple(sorted(part.dimensions)) for part in parts}) > 1 or not parts[0].dimensions:
                why = "their segments do not all name the same dimensions"
            elif len({tuple(sorted(part.dimensions.items())) for part in parts}) < len(parts):
                why = "two of them are the same segment"
            if why:
                raise LocatedError(f"the parts of {goal.goal_id!r} do not add up: {why}", "goals", position, "segment")
        return self

    def parts_of(self, goal: Goal) -> list[str]:
        """Ids of the goals whose cells a goal is about: itself, or the leaves below it."""
        return [goal.goal_id] if goal.segment != PARTS else list(self._leaves(goal.goal_id))

    def _leaves(self, goal_id: str) -> Iterator[str]:
        for child in self.goals:
            if child.parent == goal_id:
                if child.segment == PARTS:
                    yield from self._leaves(child.goal_id)
                else:
                    yield child.goal_id


def read_goals(folder: Path, fiscal_year_start_month: int) -> Goals:
    """The goals of a configuration folder; none where there is no `goals.yml`. ConfigError names file and line."""
    path = folder / "goals.yml"
    return read_model(path, Goals, context={YEAR_START: fiscal_year_start_month}) if path.exists() else Goals()


def goal_rows(goals: Goals) -> list[dict[str, object]]:
    """Rows of the landing table `goals`."""
    return [
        {
            **goal.model_dump(exclude={"segment", "parent"}),
            "parent_goal_id": goal.parent,
            "is_parts": goal.segment == PARTS,
            **{name: goal.dimensions.get(name, ALL) for name in DIMENSIONS},
        }
        for goal in goals.goals
    ]


def part_rows(goals: Goals) -> list[dict[str, object]]:
    """Rows of the landing table `goal_parts`."""
    return [{"goal_id": goal.goal_id, "part_goal_id": part} for goal in goals.goals for part in goals.parts_of(goal)]
