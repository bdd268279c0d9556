"""What the models say of simulated companies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import pandas as pd

from tests.anomalies.company import DAYS, FIRST_DAY, Company, Event
from tests.runner import run

VERDICTS = """
    select keys.kpi_id, periods.period_grain, periods.period_start, periods.period_end, segments.*, expectations.*
    from kpi.kpi_expectations as expectations
    join kpi.kpi_keys as keys using (kpi_no)
    join kpi.kpi_segments as segments using (cell_no)
    join canonical.int_periods as periods using (period_no)
"""


@dataclass(frozen=True)
class Judged:
    """A company and what the detector says of each of its values."""

    company: Company
    verdicts: pd.DataFrame

    def is_seen(self, event: Event) -> bool:
        """Whether a day or week of the event is unusual, in the series and the direction that it should show in."""
        found = self.verdicts
        shock = event.shock
        of_series = found["kpi_id"] == shock.kpi_id
        of_series &= found["segment_set"] == (next(iter(shock.cell)) if shock.cell else "total")
        for dimension, value in shock.cell.items():
            of_series &= found[dimension] == value
        touched = self.touched_by(event) & found["period_grain"].isin(["day", "week"])
        unusual = found["is_anomaly"] & ((found["value"] > found["expected_value"]) == shock.is_up)
        return bool((of_series & touched & unusual).any())

    def touched_by(self, event: Event) -> pd.Series:
        starts, ends = pd.Timestamp(event.first), pd.Timestamp(event.last)
        return (self.verdicts["period_start"] <= ends) & (self.verdicts["period_end"] >= starts)

    def quiet(self) -> pd.DataFrame:
        """Verdicts on the weeks, and their days, in which nothing happened."""
        touched = pd.Series(data=False, index=self.verdicts.index)
        for event in self.company.events:
            week = Event(event.shock, event.first - timedelta(days=event.first.weekday()))
            touched |= self.touched_by(week)
        return self.verdicts[~touched]


def judge(seed: int, marts: Sequence[str] = ()) -> tuple[Judged, dict[str, pd.DataFrame]]:
    """A company's verdicts, and the rows of these marts."""
    company = Company(seed)
    as_of = datetime.combine(FIRST_DAY + timedelta(days=DAYS), time(5), UTC)
    with run(company.landing, as_of, ["kpi_expectations", *marts]) as connection:
        judged = Judged(company, connection.execute(VERDICTS).df())
        return judged, {name: connection.execute(f"select * from marts.{name}").df() for name in marts}
