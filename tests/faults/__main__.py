"""`python -m tests.faults [SOURCE…]`: runs the matrix and writes it into docs/reliability.md; some sources, or all."""

import sys
import tempfile
from pathlib import Path

from tests.faults.bench import bench, the_world
from tests.faults.kinds import FAULTS
from tests.faults.page import PAGE, told, written
from tests.faults.sources import VENDORS


def main() -> None:
    names = sys.argv[1:] or list(VENDORS)
    world = the_world()
    for name in names:
        with tempfile.TemporaryDirectory() as folder, bench(name, Path(folder), world) as under_test:
            row = {fault.title: under_test.run(fault) for fault in FAULTS}
        page = PAGE.read_text("utf-8")
        known = told(page) | {name: row}
        PAGE.write_text(written({key: known[key] for key in VENDORS if key in known}, page), "utf-8")
        print(name, flush=True)


if __name__ == "__main__":
    main()
