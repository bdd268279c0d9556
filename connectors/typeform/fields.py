"""The small file that says which question of which form is which score."""

from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from connectors.common.errors import SourceError
from connectors.common.yaml_file import load_plain

SCORES = {"nps": 1, "csat": 1, "nki": 3}
# Lowest and highest score that each kind's definition asks for.
SCALES = {"nps": (0, 10), "csat": (1, 5), "nki": (1, 10)}


class FormMapping(BaseModel):
    """One form. `scores`: refs (or ids) of its questions, one for NPS and CSAT, three in order for NKI.

    `touchpoint`, `country`: fixed values; `hidden`: names of hidden fields that carry touchpoint, country or email;
    `email`: ref of an e-mail question.
    """

    model_config = ConfigDict(extra="forbid")

    kind: Literal["nps", "nki", "csat"]
    scores: Annotated[list[str], Field(min_length=1)]
    touchpoint: str | None = None
    country: str | None = None
    email: str | None = None
    hidden: dict[Literal["touchpoint", "country", "email"], str] = {}

    @model_validator(mode="after")
    def _has_all_scores(self) -> "FormMapping":
        if len(self.scores) != SCORES[self.kind]:
            raise ValueError(f"{self.kind} takes {SCORES[self.kind]} scores, not {len(self.scores)}")
        return self


class FieldsFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    forms: dict[str, FormMapping]


def read_fields(path: Path) -> dict[str, FormMapping]:
    """Mappings by form id; SourceError says what is wrong in the file and where."""
    try:
        return FieldsFile.model_validate(load_plain(path.read_text("utf-8"))).forms
    except FileNotFoundError:
        raise SourceError(
            f"typeform: {path} is missing. It says which question is which score (connectors/typeform/README.md)."
        ) from None
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f" (line {mark.line + 1})" if mark else ""
        raise SourceError(f"typeform: {path} is not valid YAML{line}: mend that line.") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise SourceError(f"typeform: {path}, `{place}`: {first['msg']}.") from None
