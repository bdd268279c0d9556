"""Three companies are simulated and judged once for all tests of this folder."""

import pandas as pd
import pytest

from tests.anomalies.judging import Judged, judge

SEEDS = (1, 2, 3)
MARTS = ("kpi_values", "kpi_actions", "kpi_action_checks")


@pytest.fixture(scope="session")
def judged_and_published() -> tuple[Judged, dict[str, pd.DataFrame]]:
    """The first company, and what is published of it."""
    return judge(SEEDS[0], MARTS)


@pytest.fixture(scope="session")
def companies(judged_and_published: tuple[Judged, dict[str, pd.DataFrame]]) -> list[Judged]:
    return [judged_and_published[0], *(judge(seed)[0] for seed in SEEDS[1:])]
