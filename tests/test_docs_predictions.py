"""The queries of docs/predictions.md, over a company of which predictions are planted."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from connectors.common.models import PREDICTED_VALUES, PREDICTION_FITS
from modelling.customer_values import HORIZON_DAYS, MAX_CORRELATION, MIN_DAYS, MIN_REPEAT_BUYERS
from orchestration.fitting.predictions import MONTHS_BACK
from tests.planted_landing import planted_table
from tests.runner import run

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "predictions.md").read_text("utf-8")
AS_OF = datetime(2026, 3, 18, 5, 30, tzinfo=UTC)
SEGMENT = {"channel": "email", "country": "SE", "customer_type": "b2c", "customers": 600}
SUMS = {"p_alive": 300, "alive_variance": 100, "alive_error": 1, "purchases": 240}
VALUE = {"value": 60_000, "value_variance": 40_000, "value_error": 90}


@pytest.fixture(scope="module")
def marts() -> Iterator[duckdb.DuckDBPyConnection]:
    fit = {"model": "m", "horizon_days": 365, "customers": 600}
    fits = [{**fit, "as_of_date": "2026-01-31", "refusal": "no value"}, {**fit, "as_of_date": "2026-02-28"}]
    values = [{**SEGMENT, **SUMS, "as_of_date": "2026-01-31"}, {**SEGMENT, **SUMS, **VALUE, "as_of_date": "2026-02-28"}]
    landing = {
        "models": {
            PREDICTED_VALUES.name: planted_table("models", PREDICTED_VALUES.name, values),
            PREDICTION_FITS.name: planted_table("models", PREDICTION_FITS.name, fits),
        }
    }
    with run(landing, AS_OF, ["kpi_values", "prediction_fits"]) as connection:
        connection.execute("use marts")
        yield connection


def test_the_queries_answer(marts: duckdb.DuckDBPyConnection) -> None:
    fits, values = re.findall(r'^\$ duckdb \S+ "(.*?)"$', PAGE, re.MULTILINE | re.DOTALL)
    assert [row[:3] for row in marts.sql(fits).fetchall()] == [
        (datetime(2026, 2, 28).date(), "", 600),
        (datetime(2026, 1, 31).date(), "no value", 600),
    ]
    told = {row[:2]: row[2:] for row in marts.sql(values).fetchall()}
    january, february = (datetime(2026, month, 1).date() for month in (1, 2))
    assert told[february, "p_alive"][:2] == (0.5, pytest.approx(0.5 - 1.96 * 101**0.5 / 600))
    assert told[february, "ltv_pred_365"][:3] == (
        100,
        pytest.approx(100 - 1.96 * 48_100**0.5 / 600),
        pytest.approx(100 + 1.96 * 48_100**0.5 / 600),
    )
    assert told[january, "p_alive"][0] == 0.5
    assert (january, "ltv_pred_365") not in told
    assert told[datetime(2026, 3, 1).date(), "ltv_pred_365"][0] is None


def test_the_page_names_what_is_needed() -> None:
    for words in (
        f"less than {MIN_DAYS} days",
        f"fewer than {MIN_REPEAT_BUYERS} customers",
        f"± {MAX_CORRELATION}",
        f"next {HORIZON_DAYS} days",
        f"back to {MONTHS_BACK} months",
    ):
        assert words in PAGE
