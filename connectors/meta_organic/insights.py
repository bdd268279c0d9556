"""Insights of Pages, Instagram accounts and posts: days by Pacific midnights, metrics that may be gone, batches."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from connectors.common.errors import UnexpectedAnswerError
from connectors.common.meta_graph import Envelope, GraphApi, GraphError
from connectors.common.window import Window
from connectors.meta_organic.wire import BatchAnswer, Insights, Metric, Value

LOG = logging.getLogger("nyckeltal.meta_organic")

ZONE = ZoneInfo("America/Los_Angeles")
BATCH_SIZE = 50  # the vendor's maximum
PAGE_SIZE = 100
MEDIA_BEFORE_CONVERSION = 2108006  # posted before the account became a business account: has no insights
OBJECT_MISSING = 33


class Dated(Protocol):
    id: str


P = TypeVar("P", bound=Dated)


class OrganicApi:
    """What one token sees. A metric that the vendor has dropped fails a call whole: it is found out and left out."""

    def __init__(self, graph: GraphApi) -> None:
        self._graph = graph
        self._gone: set[tuple[str, str]] = set()  # kind of object, metric

    def object_as(self, kind: type[Any], object_id: str, fields: str) -> Any:
        return self._graph.get_as(kind, object_id, {"fields": fields})

    def series(self, object_id: str, kind: str, metrics: Sequence[str], window: Window) -> dict[date, dict[str, int]]:
        """Values by Pacific day of the window."""
        found: dict[date, dict[str, int]] = {}
        for metric in self._metrics(object_id, kind, metrics, {"period": "day", **_between(window)}):
            for item in metric.values if metric.name in metrics else ():
                number = _number(metric.name, item.value)
                if item.end_time is None or number is None:
                    continue
                day = item.end_time.astimezone(ZONE).date() - timedelta(days=1)
                if window.date_from <= day <= window.date_to:
                    found.setdefault(day, {})[metric.name] = number
        return found

    def totals(self, object_id: str, kind: str, metrics: Sequence[str], day: date) -> dict[str, int]:
        """Totals of one day: the vendor gives one figure for all days asked for."""
        params = {"period": "day", "metric_type": "total_value", **_between(Window(day, day))}
        told = self._metrics(object_id, kind, metrics, params)
        numbers = {item.name: _number(item.name, item.total_value.value) for item in told if item.total_value}
        return {name: number for name, number in numbers.items() if number is not None}

    def newest_first(self, kind: type[P], path: str, fields: str, field: str, first: date) -> list[P]:
        """Posts from the first UTC day on, each once; the list is left where it gets older."""
        found: dict[str, P] = {}
        for page in self._graph.pages(kind, path, {"fields": fields, "limit": PAGE_SIZE}):
            recent = [item for item in page if utc_date(getattr(item, field)) >= first]
            found.update({item.id: item for item in recent})
            if not recent:
                break
        return list(found.values())

    def lifetime(self, kind: str, ids: Sequence[str], metrics: Sequence[str]) -> dict[str, dict[str, int]]:
        """Lifetime values by post, 50 posts a call; nothing for a post that the vendor shows none for."""
        found: dict[str, dict[str, int]] = {}
        for start in range(0, len(ids), BATCH_SIZE):
            chunk = ids[start : start + BATCH_SIZE]
            for post_id, metric in self._batch(kind, chunk, metrics):
                number = _number(metric.name, metric.values[0].value if metric.values else None)
                if number is not None:
                    found.setdefault(post_id, {})[metric.name] = number
        return found

    def _batch(self, kind: str, ids: Sequence[str], metrics: Sequence[str]) -> Iterator[tuple[str, Metric]]:
        wanted = self._known(kind, metrics)
        if not wanted:
            return
        calls = [{"method": "GET", "relative_url": f"{post_id}/insights?metric={','.join(wanted)}"} for post_id in ids]
        form = {"batch": msgspec.json.encode(calls).decode(), "include_headers": "false"}
        answers = self._graph.post_form_as(list[BatchAnswer | None], "", form)
        if len(answers) != len(ids):
            raise UnexpectedAnswerError("meta_organic: a batch did not answer every call in it.")
        for post_id, answer in zip(ids, answers, strict=True):
            told = _decoded(Insights, answer.body) if answer and answer.code == 200 else None
            if told is not None:
                yield from ((post_id, metric) for metric in told.data)
            elif answer is None or not self._is_without_insights(answer):
                yield from ((post_id, metric) for metric in self._of_post(post_id, kind, wanted))

    def _of_post(self, post_id: str, kind: str, metrics: Sequence[str]) -> list[Metric]:
        """One post alone: what a batch leaves undone (throttled, timed out, a metric gone) is asked for again here."""
        try:
            return self._metrics(post_id, kind, metrics, {})
        except GraphError as error:
            if _hides_insights(error.code, error.subcode, str(error)):
                return []
            raise

    def _metrics(self, object_id: str, kind: str, metrics: Sequence[str], params: Mapping[str, str]) -> list[Metric]:
        wanted = self._known(kind, metrics)
        if not wanted:
            return []
        try:
            path = f"{object_id}/insights"
            return self._graph.get_as(Insights, path, {"metric": ",".join(wanted), **params}).data
        except GraphError as error:
            if error.code != 100 or "metric" not in str(error):
                raise
        if len(wanted) == 1:
            self._gone.add((kind, wanted[0]))
            LOG.warning("the vendor knows no metric %s for %s any more: it stays empty", wanted[0], kind)
            return []
        # The vendor does not say which of them it does not know.
        return [found for name in wanted for found in self._metrics(object_id, kind, [name], params)]

    def _known(self, kind: str, metrics: Sequence[str]) -> list[str]:
        return [name for name in metrics if (kind, name) not in self._gone]

    def _is_without_insights(self, answer: BatchAnswer) -> bool:
        told = _decoded(Envelope, answer.body)
        error = told.error if told else None
        return error is not None and _hides_insights(error.code, error.error_subcode, error.message)


def utc_date(instant: datetime) -> date:
    """The vendor gives instants of posts in UTC."""
    return instant.date()


def _hides_insights(code: int, subcode: int | None, words: str) -> bool:
    """Too few viewers, posted before the account was a business account, or gone since."""
    return (code == 10 and "viewers" in words) or (code == 100 and subcode in (MEDIA_BEFORE_CONVERSION, OBJECT_MISSING))


def _between(window: Window) -> dict[str, str]:
    """Pacific midnights in seconds: a day's value ends after `since` and not after `until`."""
    since = datetime.combine(window.date_from, time(), ZONE)
    until = datetime.combine(window.date_to + timedelta(days=1), time(), ZONE)
    return {"since": f"{since.timestamp():.0f}", "until": f"{until.timestamp():.0f}"}


def _number(name: str, value: Value) -> int | None:
    """None where the vendor has none; all metrics that are asked for are plain numbers."""
    if value is None or value == {}:
        return None
    if isinstance(value, dict):
        raise UnexpectedAnswerError(f"meta_organic: {name} has changed its shape: it is not a number any more.")
    return int(value)


T = TypeVar("T")


def _decoded(kind: type[T], text: str) -> T | None:
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.DecodeError:
        return None
