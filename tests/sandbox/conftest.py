"""The world that most tests of the sandbox look at."""

from datetime import UTC, datetime

import pandas as pd
import pytest

from sandbox.world import World, build_world

AS_OF = datetime(2026, 3, 18, 5, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def world() -> World:
    """`small`, 24 months, seed 7."""
    return build_world("small", 24, 7, AS_OF)


@pytest.fixture(scope="session")
def truth(world: World) -> dict[str, pd.DataFrame]:
    return world.tables
