"""The detector on simulated companies: it sees what happened, and little else, from landed facts to the verdict."""

import pandas as pd
import pytest

from tests.anomalies.judging import Judged

LEAST_RECALL = 0.9
KPI_WEEKS_PER_FALSE_ALARM = 60


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
