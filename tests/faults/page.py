"""The part of `docs/reliability.md` that the matrix writes: a table of outcomes, and per source what is said."""

import re
from collections.abc import Mapping
from pathlib import Path

from tests.faults.bench import KEPT, NONE, SAME, Cell
from tests.faults.kinds import FAULTS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
BEGIN, END = "<!-- fault matrix: `python -m tests.faults` writes it -->", "<!-- end of the fault matrix -->"
Row = Mapping[str, Cell]  # by title of the fault
QUIET = {SAME: "nothing; every row is there", NONE: "does not arise in what a usual day asks for"}


def written(matrix: Mapping[str, Row], page: str) -> str:
    """The page with another matrix."""
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}\n\n{_overview(matrix)}\n\n{_sections(matrix)}\n\n{END}{after}"


def told(page: str) -> dict[str, dict[str, Cell]]:
    """The matrix that stands in the page."""
    found: dict[str, dict[str, Cell]] = {}
    for section in page.partition(BEGIN)[2].partition(END)[0].split("\n### ")[1:]:
        name, _, body = section.partition("\n")
        rows = re.findall(r"^\| ([^|]+) \| (\S+) \| ([^|]*) \|$", body, re.M)
        found[name.strip("` ")] = {title: Cell(outcome, says) for title, outcome, says in rows if title != "fault"}
    return found


def shown(cell: Cell) -> Cell:
    """A cell as the page tells it."""
    says = cell.says.replace("|", "/").replace("\n", " ")
    return Cell(cell.outcome, says or QUIET.get(cell.outcome, ""))


def _overview(matrix: Mapping[str, Row]) -> str:
    lines = [f"| fault | {' | '.join(matrix)} |", f"|---|{'---|' * len(matrix)}"]
    for fault in FAULTS:
        lines.append(f"| {fault.title} | {' | '.join(row[fault.title].outcome for row in matrix.values())} |")
    return "\n".join(lines)


def _sections(matrix: Mapping[str, Row]) -> str:
    return "\n\n".join(
        "\n".join(
            [
                f"### `{name}`",
                "",
                "| fault | outcome | what the user sees |",
                "|---|---|---|",
                *(
                    f"| {fault.title} | {cell.outcome} | {cell.says} |"
                    for fault in FAULTS
                    for cell in [shown(row[fault.title])]
                ),
            ]
        )
        for name, row in matrix.items()
    )


assert KEPT not in QUIET
