"""Every fault at every source: no loaded row is lost, no wrong one promoted, and the page says what a user sees.

`python -m tests.faults` writes the page anew.
"""

from pathlib import Path

import pytest

from sandbox.world import World
from tests.faults.bench import KEPT, NONE, SAME, bench, the_world
from tests.faults.kinds import FAULTS
from tests.faults.page import PAGE, shown, told, written
from tests.faults.sources import VENDORS


@pytest.fixture(scope="module")
def world() -> World:
    return the_world()


# The fast suite has faults of each source beside its connector.
@pytest.mark.slow
@pytest.mark.parametrize("name", VENDORS)
def test_what_the_page_tells_of_a_source_is_what_happens(name: str, world: World, tmp_path: Path) -> None:
    with bench(name, tmp_path, world) as under_test:
        row = {fault.title: shown(under_test.run(fault)) for fault in FAULTS}
    assert told(PAGE.read_text("utf-8"))[name] == row, "write the page anew: python -m tests.faults"


def test_the_page_holds_the_whole_matrix() -> None:
    page = PAGE.read_text("utf-8")
    matrix = told(page)
    assert tuple(matrix) == VENDORS
    assert len(VENDORS) >= 9
    assert written(matrix, page) == page
    for name, row in matrix.items():
        assert list(row) == [fault.title for fault in FAULTS]
        assert {cell.outcome for cell in row.values()} <= {SAME, KEPT, NONE}
        for title, cell in row.items():
            assert cell.outcome != KEPT or cell.says.startswith(f"{name}: "), title
