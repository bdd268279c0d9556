"""`bi.yml`: where else the published marts go, for tools that do not read DuckDB."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

from connectors.common.yaml_file import read_model

# PostgreSQL cuts longer names; `_state` is added to the schema's.
LONGEST = 57


def _name(text: str) -> str:
    if not re.fullmatch(r"[a-z_][a-z0-9_]*", text) or len(text) > LONGEST:
        raise ValueError(f"{text!r} is no name: write small letters, digits and _, at most {LONGEST}")
    if text == "public" or text.startswith("pg_"):
        raise ValueError(f"{text!r} belongs to everybody or to PostgreSQL: write another name, like marts")
    return text


Name = Annotated[str, AfterValidator(_name)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Postgres(_Strict):
    """A schema that belongs to Nyckeltal alone, and the role that may read it (None: grants are yours to give)."""

    schema_name: Name = "marts"
    reader_role: Name | None = "bi_reader"


class Parquet(_Strict):
    """A folder for the files; None: `serving/parquet` of the home."""

    folder: Path | None = None


class Copies(_Strict):
    """A copy that is named without settings (`postgres:`) has the default ones."""

    postgres: Annotated[Postgres | None, BeforeValidator(lambda given: given or {})] = None
    parquet: Annotated[Parquet | None, BeforeValidator(lambda given: given or {})] = None


class Bi(_Strict):
    """The file."""

    copies: Copies = Copies()


def read_copies(folder: Path) -> Copies:
    """The copies that a configuration folder asks for; none where there is no `bi.yml`. ConfigError names the line."""
    path = folder / "bi.yml"
    return read_model(path, Bi).copies if path.exists() else Copies()
