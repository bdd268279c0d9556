"""The detector on simulated companies: it sees what happened, and little else, from landed facts to the verdict."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import pandas as pd
import pytest

from tests.anomalies.company import DAYS, FIRST_DAY, Company, Event
from tests.runner import run

SEEDS = (1, 2, 3)
LEAST_RECALL = 0.9
KPI_WEEKS_PER_FALSE_ALARM = 60
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


@pytest.fixture(scope="module")
def companies() -> list[Judged]:
    as_of = datetime.combine(FIRST_DAY + timedelta(days=DAYS), time(5), UTC)
    found = []
    for seed in SEEDS:
        company = Company(seed)
        with run(company.landing, as_of, ["kpi_expectations"]) as connection:
            found.append(Judged(company, connection.execute(VERDICTS).df()))
    return found


def test_what_happens_is_seen(companies: list[Judged]) -> None:
    """Changes by a third or so, mostly for a week, each in the series, the direction and the days that show it."""
    seen = {
        f"{position}: {event.shock.measure} × {event.shock.factor} of {dict(event.shock.rows) or 'all'}": one.is_seen(
            event
        )
        for position, one in enumerate(companies)
        for event in one.company.events
    }
    recall = sum(seen.values()) / len(seen)
    missed = [name for name, is_seen in seen.items() if not is_seen]
    print(f"recall {recall:.3f} of {len(seen)}, missed {missed}")
    assert recall >= LEAST_RECALL


@pytest.mark.parametrize("grains", [["day"], ["week"], ["day", "week"]], ids=" ".join)
def test_little_is_said_of_what_does_not_happen(companies: list[Judged], grains: list[str]) -> None:
    """Weeks of a KPI in which any value is called unusual, of all its weeks without an event, those of the sale too."""
    quiet = pd.concat([one.quiet().assign(company=position) for position, one in enumerate(companies)])
    quiet = quiet[quiet["period_grain"].isin(grains)]
    week = quiet["period_start"].dt.to_period("W-SUN")
    is_alarmed = quiet.groupby(["company", "kpi_no", "cell_no", week])["is_anomaly"].any()
    print(f"{' '.join(grains)}: {is_alarmed.sum()} false alarms in {len(is_alarmed)} KPI-weeks")
    assert len(is_alarmed) > 1_000
    assert is_alarmed.sum() * KPI_WEEKS_PER_FALSE_ALARM <= len(is_alarmed)
