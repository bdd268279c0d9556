"""The larger worlds hold as much as they promise."""

import pytest

from sandbox.world import build_world
from tests.sandbox.conftest import AS_OF


@pytest.mark.slow
def test_a_demo_has_the_volumes_of_its_size() -> None:
    tables = build_world("demo", 24, 7, AS_OF).tables
    months = 24.5
    assert 180_000 < len(tables["sessions"]) / months < 230_000
    assert 3_600 < len(tables["orders"]) / months < 4_400
    assert 20_000 < len(tables["contacts"]) < 32_000
    assert len(tables["campaigns"]) == 60


def test_a_small_world_has_the_volumes_of_its_size() -> None:
    tables = build_world("small", 3, 7, AS_OF).tables
    assert 360 < len(tables["orders"]) / 3.57 < 460
    assert len(tables["campaigns"]) == 20
