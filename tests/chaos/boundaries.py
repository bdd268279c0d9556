"""The moments at which a run can be killed: named boundaries of its stages, counted as they are passed.

The product knows nothing of them: `install` wraps its functions in a process that is about to be killed. Which moment
it is stands in the environment variable NYCKELTAL_CHAOS_KILL, as `boundary label number`.
"""

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

from orchestration.serving.vintages import KINDS

VARIABLE = "NYCKELTAL_CHAOS_KILL"

# By stage; each is a moment after which a process may be gone, and what it had done by then differs.
BOUNDARIES = {
    "extract.answered": "a vendor has answered a call",
    "extract.done": "all answers are extracted, nothing is written",
    "load.statement": "between two statements that write the private file",
    "load.committed": "rows are in the private file, the load is not noted",
    "load.noted": "the load is noted, its mark of being unfinished is still there",
    "history.kept": "history is written, nothing is gated",
    "gate.opened": "it is known what the gate must look at",
    "gate.passed": "the gate has looked, nothing is promoted",
    "promote.copied": "the new landing file lies beside the old one",
    "promote.replaced": "the new landing file is in its place, nothing is recorded",
    "load.recorded": "the load is recorded, the step has not ended",
    "build.started": "dbt is about to start; what it overwrites counts no longer",
    "build.statement": "between two statements that write the warehouse",
    "build.model": "a model stands, others do not",
    "build.noted": "all models stand and are noted, nothing is gated",
    "marts.gated": "the marts have passed, nothing is published",
    "publish.written": "the new marts are written, not verified",
    "publish.verified": "they are verified, not in their place",
    "publish.replaced": "they are in their place, nothing of them is kept",
    "vintage.written": "what changed of one kind is kept, of others not yet",
    "vintages.kept": "all that changed is kept, the publish is not noted",
    "publish.noted": "it is noted, no page is drawn",
    "page.replaced": "one page is new, others are not",
    "pages.drawn": "all pages are new, the run has not ended",
}


@dataclass(frozen=True, order=True)
class Moment:
    """The `number`th time that `boundary` is passed for `label` (a source or file; "" where there is only one)."""

    boundary: str
    label: str
    number: int

    def __str__(self) -> str:
        return f"{self.boundary} {self.label or '-'} {self.number}"

    @classmethod
    def parse(cls, text: str) -> "Moment":
        boundary, label, number = text.split(" ")
        return cls(boundary, "" if label == "-" else label, int(number))


class Passing:
    """Counts what is passed, in order; kills this process at one moment."""

    def __init__(self, kill_at: Moment | None) -> None:
        self.passed: list[Moment] = []
        self._counts: Counter[tuple[str, str]] = Counter()
        self._kill_at = kill_at

    def __call__(self, boundary: str, label: str = "") -> None:
        self._counts[boundary, label] += 1
        moment = Moment(boundary, label, self._counts[boundary, label])
        self.passed.append(moment)
        if moment == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)


def install() -> Passing:
    """Wraps the product's functions in this process; what NYCKELTAL_CHAOS_KILL names kills it."""
    told = os.environ.get(VARIABLE)
    passing = Passing(Moment.parse(told) if told else None)

    def after(place: str, name: str, boundary: str, label: Callable[..., str] = _nothing) -> None:
        def around(real: Callable[..., Any], *given: Any, **named: Any) -> Any:
            result = real(*given, **named)
            passing(boundary, label(*given))
            return result

        _wrap(place, name, around)

    def before(place: str, name: str, boundary: str, label: Callable[..., str] = _nothing) -> None:
        def around(real: Callable[..., Any], *given: Any, **named: Any) -> Any:
            passing(boundary, label(*given))
            return real(*given, **named)

        _wrap(place, name, around)

    after("connectors.common.http:ApiClient", "call", "extract.answered", lambda client, *_: client.source)
    after("dlt:Pipeline", "extract", "extract.done", lambda pipeline, *_: pipeline.pipeline_name)
    before("dlt.destinations.impl.duckdb.sql_client:DuckDbSqlClient", "execute_query", "load.statement", _dataset)
    after("dlt:Pipeline", "load", "load.committed", lambda pipeline, *_: pipeline.pipeline_name)
    after("connectors.common.run", "_note_load", "load.noted", lambda source, *_: source.name)
    after("orchestration.loading.load", "remember", "history.kept", lambda _, source: source.name)
    after("orchestration.loading.load", "unpromoted", "gate.opened", lambda source, *_: source.name)
    after("orchestration.quality.landing", "landing_gate", "gate.passed", lambda _, source, *__: source.name)
    after("orchestration.records:Records", "write_load", "load.recorded", lambda _, record: record.source)
    after("orchestration.building.build", "_arguments", "build.started")
    before("dbt.adapters.sql.connections:SQLConnectionManager", "add_query", "build.statement")
    _wrap(
        "orchestration.building.dbt",
        "build",
        lambda real, *a, **k: _each(real(*a, **k), lambda: passing("build.model")),
    )
    after("orchestration.building.build:Built", "add", "build.noted")
    after("orchestration.quality.marts", "marts_gate", "marts.gated")
    before("orchestration.serving.publish", "_verify", "publish.written")
    after("orchestration.serving.publish", "capture", "vintages.kept")
    after("orchestration.building.build:Built", "published", "publish.noted")
    after("dashboards.pages", "build_pages", "pages.drawn")

    _wrap("orchestration.loading.promote", "_sync", _Replacing(passing).around)
    return passing


class _Replacing:
    """`promote._sync` is called with the temporary file, then with the folder in which it has taken its place.

    `NAMES`: by folder, the boundary of either call; "" is none.
    """

    NAMES: ClassVar = {
        "landing": ("promote.copied", "promote.replaced"),
        "serving": ("publish.verified", "publish.replaced"),
        "pages": ("", "page.replaced"),
        **{kind.name: ("", "vintage.written") for kind in KINDS},
    }

    def __init__(self, passing: Passing) -> None:
        self._passing = passing
        self._label = ""

    def around(self, real: Callable[[Path], None], path: Path) -> None:
        is_replaced = path.is_dir()
        folder = path if is_replaced else path.parent
        if folder.parent.name == "vintages":
            self._label = folder.name
        elif not is_replaced:
            self._label = path.name.split(".")[1] if folder.name == "landing" else ""
        if name := self.NAMES.get(folder.name, ("", ""))[is_replaced]:
            self._passing(name, self._label)
        real(path)


def _nothing(*_: Any) -> str:
    return ""


def _dataset(client: Any, *_: Any) -> str:
    return str(client.dataset_name).removeprefix("raw_")


def _wrap(place: str, name: str, around: Callable[..., Any]) -> None:
    """A name that is gone raises here; it would kill nobody and let a round pass over an undisturbed run."""
    module, _, owner = place.partition(":")
    holder = getattr(import_module(module), owner) if owner else import_module(module)
    real = getattr(holder, name)

    @wraps(real)
    def wrapped(*arguments: Any, **named: Any) -> Any:
        return around(real, *arguments, **named)

    setattr(holder, name, wrapped)


def _each(items: Iterator[Any], do: Callable[[], None]) -> Iterator[Any]:
    for item in items:
        yield item
        do()
