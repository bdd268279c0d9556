"""`boards.yml`: which KPIs a persona's board shows, where the defaults do not fit."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from connectors.common.window import Grain
from connectors.common.yaml_file import LocatedError, read_model
from connectors.config.company import Identifier

Persona = Literal["executive", "manager", "specialist"]


class Board(BaseModel):
    """One board: KPIs in their order. `goals`: `all`, or `own` = those of its KPIs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    period_grain: Grain
    kpis: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    goals: Literal["all", "own"] = "own"

    @model_validator(mode="after")
    def _kpis_differ(self) -> "Board":
        for position, kpi_id in enumerate(self.kpis):
            if kpi_id in self.kpis[:position]:
                raise LocatedError(f"{kpi_id!r} is on the board already: remove it", "kpis", position)
        return self


class Boards(BaseModel):
    """The file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    boards: dict[Persona, Board] = {}


def read_boards(folder: Path) -> Boards:
    """The boards of a configuration folder; none where there is no `boards.yml`. ConfigError names file and line."""
    path = folder / "boards.yml"
    return read_model(path, Boards) if path.exists() else Boards()


def board_rows(boards: Boards) -> list[dict[str, object]]:
    """Rows of the landing table `boards`."""
    return [
        {
            "persona": persona,
            "position": position,
            "kpi_id": kpi_id,
            "period_grain": board.period_grain,
            "goal_scope": board.goals,
        }
        for persona, board in boards.boards.items()
        for position, kpi_id in enumerate(board.kpis, start=1)
    ]
