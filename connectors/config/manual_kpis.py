"""KPIs entered by hand: which there are, and what a row of one must say."""

import difflib
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from connectors.config.amount import Amount

# The KPIs of the seed `kpi_definitions` that no source but the company itself can tell; True = it has a denominator.
MANUAL_KPIS = {
    "brand_recall": True,
    "margin_gross": True,
    "margin_net": True,
    "wait_time": True,
    "process_lead_time": True,
    "process_cost": True,
    "rework_rate": True,
    "staff_turnover": True,
    "staff_satisfaction": True,
    "input_budget": False,
    "input_headcount": False,
    "input_equipment": False,
}
MANUAL_GRAINS = ("month", "quarter")


class ManualKpi(BaseModel):
    """A KPI's value by hand: numerator and, where the KPI has one, denominator; money in the reporting currency."""

    model_config = ConfigDict(extra="forbid")

    kpi_id: str
    period_grain: Literal["month", "quarter"]
    period_start: date
    numerator: Amount
    denominator: Annotated[Amount, Field(ge=0)] | None = None
    source_note: str
    entered_by_role: str

    @model_validator(mode="after")
    def _is_a_kpi_to_enter(self) -> "ManualKpi":
        if self.kpi_id not in MANUAL_KPIS:
            near = difflib.get_close_matches(self.kpi_id, MANUAL_KPIS, 1)
            said = f"did you mean {near[0]}?" if near else f"these can: {', '.join(MANUAL_KPIS)}"
            raise ValueError(f"the KPI {self.kpi_id!r} cannot be entered by hand: {said}")
        if MANUAL_KPIS[self.kpi_id] and self.denominator is None:
            raise ValueError(f"{self.kpi_id} has a denominator: add it")
        if not MANUAL_KPIS[self.kpi_id] and self.denominator is not None:
            raise ValueError(f"{self.kpi_id} has no denominator: leave that cell empty")
        return self

    @model_validator(mode="after")
    def _starts_with_its_period(self) -> "ManualKpi":
        months = (1, 4, 7, 10) if self.period_grain == "quarter" else range(1, 13)
        if self.period_start.day != 1 or self.period_start.month not in months:
            raise ValueError(f"{self.period_start} is not the first day of a {self.period_grain}: mend `period_start`")
        return self
