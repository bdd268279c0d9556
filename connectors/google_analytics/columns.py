"""Pages as columns: texts first, as the vendor sends them, then the types of the landing tables."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pyarrow as pa

from connectors.common.errors import UnexpectedAnswerError
from connectors.common.table import MONEY, NUMBER, TEXT
from connectors.google_analytics.reports import Report, period_of
from connectors.google_analytics.wire import Page

Columns = Mapping[str, pa.Array]


def page_columns(page: Page, report: Report) -> Columns:
    """Text columns by the report's names; the time dimension, if there is one, is `period`.

    All values of a page become one Arrow array from which every column takes its places: a list per column would take
    twice the time.
    """
    names = [*(["period"] if report.period else []), *report.dimensions]
    dimensions = [item.value for row in page.rows for item in row.dimension_values]
    metrics = [item.value for row in page.rows for item in row.metric_values]
    return {
        **_spread(dimensions, names, len(page.rows)),
        **_spread(metrics, list(report.metrics), len(page.rows)),
    }


def _spread(values: list[str], names: list[str], rows: int) -> Columns:
    if len(values) != rows * len(names):
        raise UnexpectedAnswerError(
            "google_analytics: a row has more or fewer values than columns were asked for. Nothing was loaded; "
            "report it."
        )
    texts = pa.array(values, TEXT)
    places = np.arange(rows) * len(names)
    return {name: texts.take(pa.array(places + place)) for place, name in enumerate(names)}


def has_lost_periods(columns: Columns, report: Report) -> bool:
    """True when the vendor folded some periods into `(other)`."""
    return report.period is not None and any(
        period_of(report.period, value) is None for value in columns["period"].unique().to_pylist()
    )


def starts(columns: Columns, report: Report, default: date, rows: int) -> pa.Array:
    """First day of each row's period; `default` where the report has no time dimension, or the value is `(other)`."""
    if report.period is None:
        return pa.repeat(pa.scalar(default, pa.date32()), rows)
    coded = columns["period"].dictionary_encode()
    days = [period_of(report.period, value) or default for value in coded.dictionary.to_pylist()]
    return pa.array(days, pa.date32()).take(coded.indices)


def metric(values: pa.Array, kind: pa.DataType) -> pa.Array:
    """Figures of their type. Raises pa.ArrowInvalid for a text that is none."""
    if kind == MONEY:  # may have more than six decimals
        return values.cast(NUMBER).cast(MONEY)
    return values.cast(kind)
