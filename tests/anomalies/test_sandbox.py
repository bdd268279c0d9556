"""The detector on the whole catalogue of a simulated company in which nothing out of the ordinary happens."""

from datetime import UTC, datetime

import pytest

from sandbox.world import build_world
from tests.landing import land
from tests.runner import run

AS_OF = datetime(2026, 3, 18, 5, 30, tzinfo=UTC)
KPI_WEEKS_PER_FALSE_ALARM = 60
WEEKS_OF = {"day": 1 / 7, "week": 1.0, "month": 30.4 / 7}
COUNTS = """
    select periods.period_grain, count(*), count(*) filter (expectations.is_anomaly)
    from kpi.kpi_expectations as expectations join canonical.int_periods as periods using (period_no)
    group by periods.period_grain
"""


@pytest.mark.slow
@pytest.mark.parametrize("seed", [11, 12])
def test_a_quiet_company_gives_few_alarms(seed: int) -> None:
    world = build_world(size="small", months=24, seed=seed, as_of=AS_OF)
    with run(land(world, AS_OF), AS_OF, ["kpi_expectations"]) as connection:
        counts = connection.execute(COUNTS).fetchall()
    assert {grain for grain, _, _ in counts} == set(WEEKS_OF)
    for grain, judged, alarms in counts:
        kpi_weeks = judged * WEEKS_OF[grain]
        print(f"{grain}: {alarms} false alarms in {kpi_weeks:.0f} KPI-weeks")
        assert alarms * KPI_WEEKS_PER_FALSE_ALARM <= kpi_weeks
