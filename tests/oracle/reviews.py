"""Public reviews: how many were classed, and how many of those as positive."""

from tests.oracle.catalogue import UNKNOWN
from tests.oracle.facts import Fact
from tests.oracle.periods import company_day
from tests.oracle.state import Truth
from tests.oracle.surveys import Answers


def facts(truth: Truth) -> list[Fact]:
    reviews = truth.table("reviews")
    reviews = reviews[truth.happened(reviews["created_at"]) & reviews["is_positive"].notna()]
    reviews = reviews.assign(
        date=company_day(reviews["created_at"]),
        platform=reviews["touchpoint"].astype(object),
        country=reviews["country"].astype(object).fillna("").replace("", UNKNOWN),
        reviews_classed=1.0,
        reviews_positive=reviews["is_positive"].astype(float),
    )
    rows = reviews[reviews["date"] <= truth.until].reset_index(drop=True)
    return [Answers(rows, ("platform", "country"), ("reviews_classed", "reviews_positive"))]
