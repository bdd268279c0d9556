"""Insights asked for so that one retired metric does not cost the others."""

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from connectors.common.meta_graph import GraphApi, GraphError
from connectors.meta_organic.wire import Metric, Metrics

LOG = logging.getLogger("nyckeltal.meta_organic")

# Too few viewers to tell; posted before the account became a business; the object is gone.
UNTOLD = frozenset({(10, None), (100, 2108006), (100, 33), (3001, 1504028)})


class InsightsReader:
    """Asks for insights and remembers which metrics the vendor does not know."""

    def __init__(self, api: GraphApi) -> None:
        self._api = api
        self._retired: set[str] = set()

    def ask(self, path: str, metrics: Sequence[str], params: Mapping[str, Any]) -> list[Metric]:
        """Metrics that the vendor has; an empty list where it tells nothing about the object."""
        wanted = [name for name in metrics if name not in self._retired]
        if not wanted:
            return []
        try:
            return self._api.get_as(Metrics, path, {**params, "metric": ",".join(wanted)}).data
        except GraphError as error:
            if (error.code, error.subcode) in UNTOLD:
                return []
            if error.code != 100 or "valid insights metric" not in str(error):
                raise
        if len(wanted) == 1:
            LOG.warning("the vendor no longer has the metric %s", wanted[0])
            self._retired.add(wanted[0])
            return []
        return [metric for name in wanted for metric in self.ask(path, [name], params)]


def by_day(metrics: list[Metric]) -> dict[date, dict[str, int]]:
    """Values by Pacific day and metric. `end_time` is the midnight that ends the day, so the day is the one before."""
    found: dict[date, dict[str, int]] = {}
    for metric in metrics:
        for point in metric.values:
            if point.end_time and isinstance(point.value, int | float):
                found.setdefault(_day_ended(point.end_time), {})[metric.name] = round(point.value)
    return found


def lifetime(metrics: list[Metric]) -> dict[str, int]:
    """The single value of each lifetime or total-value metric."""
    found: dict[str, int] = {}
    for metric in metrics:
        value = metric.total_value.value if metric.total_value else metric.values[-1].value if metric.values else None
        if isinstance(value, int | float):
            found[metric.name] = round(value)
    return found


def instant(text: str) -> datetime:
    """`2026-11-02T08:00:00+0000` in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


def _day_ended(end_time: str) -> date:
    """Pacific midnight is 07:00 or 08:00 UTC of the next day; half a day back lies safely inside the day that ended."""
    return (instant(end_time) - timedelta(hours=12)).date()
