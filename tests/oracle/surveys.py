"""Survey answers, with the privacy floor of catalogue rule G13."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from tests.oracle.catalogue import UNKNOWN
from tests.oracle.facts import Additive, Fact, sum_cells
from tests.oracle.periods import company_day
from tests.oracle.state import Truth

FLOOR = 10
PERSONAL_SETS = ("country", "customer_type")
OTHER = "(other)"
MEASURES = {
    "nps": ("nps_answers", "promoters", "detractors"),
    "nki": ("nki_answers", "nki_index", "nki_square"),
    "csat": ("csat_answers", "csat_score", "csat_square", "csat_high"),
}


class Answers(Additive):
    """Answers of one survey; small personal cells become `(other)`."""

    def cells(self, grain: str, segment_set: str) -> pd.DataFrame | None:
        cells = super().cells(grain, segment_set)
        if cells is None or segment_set not in PERSONAL_SETS:
            return cells
        return floored(cells, segment_set, self.measures)


def floored(cells: pd.DataFrame, dim: str, measures: Sequence[str]) -> pd.DataFrame:
    """Small cells added up as `(other)`, with the next larger ones until it holds enough; `measures`: people first."""
    names, people = cells[dim].astype(object), cells[measures[0]].fillna(0.0)
    hidden = np.zeros(len(cells), bool)
    by_size = pd.DataFrame({"period": cells["period_start"].to_numpy(), "people": people.to_numpy()})
    by_size = by_size.assign(name=names.to_numpy()).sort_values(["people", "name"])
    for _, part in by_size.groupby("period"):
        together = 0.0
        for position, size in zip(part.index, part["people"], strict=True):
            if size >= FLOOR and (together == 0 or together >= FLOOR):
                break
            hidden[position] = True
            together += size
    merged = cells.assign(**{dim: names.mask(hidden, OTHER)})
    return sum_cells(merged, ("period_start", dim), measures)


def facts(truth: Truth) -> list[Fact]:
    answers = truth.table("survey_answers")
    answers = answers[truth.happened(answers["answered_at"])].assign(date=company_day(answers["answered_at"]))
    answers = answers[answers["date"] <= truth.until].reset_index(drop=True)
    country = answers["country"].astype(object).fillna("").replace("", UNKNOWN)
    answers = answers.assign(platform=answers["touchpoint"].astype(object), country=country, customer_type=UNKNOWN)
    dims = ("platform", "country", "customer_type")
    found: list[Fact] = []
    for kind, measures in MEASURES.items():
        rows = _measured(answers[answers["survey_id"].astype(object) == kind], kind)
        found.append(Answers(rows, dims, measures))
    return found


def _measured(rows: pd.DataFrame, kind: str) -> pd.DataFrame:
    score = rows["score"].astype(float)
    if kind == "nps":
        return rows.assign(nps_answers=1.0, promoters=(score >= 9).astype(float), detractors=(score <= 6).astype(float))
    if kind == "csat":
        return rows.assign(
            csat_answers=1.0, csat_score=score, csat_square=score**2, csat_high=(score >= 4).astype(float)
        )
    questions = rows[["nki_1", "nki_2", "nki_3"]].astype(float)
    index = (questions.mean(axis=1, skipna=False) - 1) * 100 / 9
    return rows.assign(nki_index=index, nki_square=index**2, nki_answers=np.where(index.notna(), 1.0, np.nan))
