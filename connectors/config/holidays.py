"""`holidays.csv`: days that move from year to year, so that a comparison with last year can follow them."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from connectors.config.company import Identifier
from connectors.config.csv_file import read_rows

# One holiday comes about once a year; the models look for the one before 300 to 430 days back.
NEAREST_DAYS = 300


class Holiday(BaseModel):
    """A holiday on its day in one year."""

    model_config = ConfigDict(extra="forbid")

    holiday: Identifier
    date: date


def read_holidays(folder: Path) -> list[dict[str, object]]:
    """The file's rows in its order; none where the folder has none. ConfigError names file and line."""
    rows = read_rows(folder / "holidays.csv", Holiday, ("holiday", "date"), _comes_once_a_year)
    return [{"position": position, **row.model_dump()} for position, row in enumerate(rows, start=1)]


def _comes_once_a_year(row: Holiday, before: Sequence[Holiday]) -> None:
    for other in before:
        if other.holiday == row.holiday and abs((other.date - row.date).days) < NEAREST_DAYS:
            raise ValueError(
                f"{row.holiday} is on {row.date} and on {other.date}, less than {NEAREST_DAYS} days apart: "
                "write its day once a year, and give another holiday a name of its own"
            )
