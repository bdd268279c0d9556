"""What a model told of customers at the ends of months, added up: the telling itself is the model's own."""

from collections.abc import Sequence

import pandas as pd

from tests.oracle.calendar import Windows
from tests.oracle.catalogue import SEGMENT_SETS
from tests.oracle.customers import DIMS
from tests.oracle.facts import Fact, sum_cells
from tests.oracle.periods import period_end, period_start, plain
from tests.oracle.state import Truth

TABLE = "predicted_values"
PEOPLE = ("people_told", "people_alive", "alive_spread")
MONEY = ("people_told_of_value", "value_to_come", "value_spread")


class Told:
    """Rows of `date` (last day of a month), dimensions and sums; a period has those of its own last day."""

    measures = (*PEOPLE, *MONEY)

    def __init__(self, rows: pd.DataFrame, dims: Sequence[str]) -> None:
        self.rows, self.dims = rows, tuple(dims)

    def cells(self, grain: str, segment_set: str) -> pd.DataFrame | None:
        keys = SEGMENT_SETS[segment_set]
        if not set(keys) <= set(self.dims) or plain(grain) not in ("month", "quarter"):
            return None
        start = period_start(grain, self.rows["date"])
        rows = self.rows.assign(period_start=start)[period_end(grain, start) == self.rows["date"]]
        parts = (*self.measures, "alive_error", "value_error")
        cells = sum_cells(rows, ("period_start", *keys), parts)
        for name in ("alive", "value"):
            cells[f"{name}_spread"] += cells[f"{name}_error"] ** 2
        return cells[["period_start", *keys, *self.measures]]

    def to_date(self, windows: Windows) -> None:
        return None


def facts(truth: Truth) -> list[Fact]:
    if not truth.has(TABLE):
        return []
    rows = truth.table(TABLE).rename(
        columns={
            **{"as_of_date": "date", "customers": "people_told", "p_alive": "people_alive", "value": "value_to_come"},
            **{"alive_variance": "alive_spread", "value_variance": "value_spread"},
        }
    )
    rows = rows[rows["date"] <= truth.until].reset_index(drop=True)
    rows["people_told_of_value"] = rows["people_told"].where(rows["value_to_come"].notna())
    return [Told(rows, DIMS)]
