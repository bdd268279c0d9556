"""One source under faults: a first day that is loaded well, and a next day on which one fault waits."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import duckdb
import pytest

import connectors
from connectors.common import http
from connectors.common.run import dataset_name
from connectors.common.source import Source
from orchestration.home import Home
from orchestration.init import initialise
from orchestration.loading.load import land
from orchestration.records import LoadRecord
from orchestration.run import Run, RunSettings
from sandbox.adapter import BASE_URL, SandboxAdapter
from sandbox.inputs import FILES, write_config
from sandbox.server import Sandbox
from sandbox.world import World, build_world
from tests.faults.exports import spoil_file
from tests.faults.kinds import Fault

FIRST = datetime(2026, 3, 17, 5, 30, tzinfo=UTC)
NEXT = datetime(2026, 3, 18, 5, 30, tzinfo=UTC)
MONTHS, SEED = 2, 7
# Several pages of a small world.
SMALL_PAGES = {
    "connectors.google_analytics.reports.PAGE_ROWS": 100,
    "connectors.hubspot.api.LIST_LIMIT_WITH_HISTORY": 20,
    "connectors.hubspot.api.LIST_LIMIT": 20,
    "connectors.hubspot.api.SEARCH_LIMIT": 20,
    "connectors.mailchimp.api.PAGE_SIZE": 20,
    "connectors.mailchimp.api.OVERLAP": 5,
    "connectors.meta_ads.api.PAGE_SIZE": 100,
    "connectors.meta_organic.insights.PAGE_SIZE": 8,
    "connectors.meta_organic.insights.BATCH_SIZE": 8,
    "connectors.typeform.source.PAGE_SIZE": 10,
}
# Where vendors give tokens and data at one address, faults wait for the data.
DATA = {
    "google_ads": "googleAds",
    "google_analytics": "runReport",
    "hubspot": "/crm/",
    "meta_ads": "insights",
    "meta_organic": "insights",
    "shopify": "graphql",
}
SAME, KEPT, NONE = "same", "kept", "–"
# Sets up what the vendor holds at an instant; spoils it by a fault, and tells afterwards whether that was met.
Serve = Callable[[datetime], None]
Spoil = Callable[[Fault], Callable[[], bool]]


@dataclass(frozen=True)
class Cell:
    """What came of a fault: `same` rows as without it, the last good ones `kept`, or it cannot happen; what is said."""

    outcome: str
    says: str


class Bench:
    """The folder of one source; `run(fault)` starts from the same good first day each time."""

    def __init__(self, source: Source, folder: Path, serve: Serve, spoil: Spoil) -> None:
        self.source = source
        self._folder = folder
        self._serve = serve
        self._spoil = spoil
        for as_of in (FIRST - timedelta(days=1), FIRST):  # all history, then what a usual day asks for
            serve(as_of)
            base = self._load("base", as_of)
            assert base.error is None, base.error
            assert not base.notes, base.notes
        self._copy("undisturbed")
        serve(NEXT)
        undisturbed = self._load("undisturbed", NEXT)
        assert undisturbed.error is None, undisturbed.error
        assert not undisturbed.notes, undisturbed.notes
        assert not self._equal("undisturbed", "base"), "a day without news: the matrix would say nothing"

    def run(self, fault: Fault) -> Cell:
        """AssertionError when rows are lost or wrong, or when what is said is not one clear sentence."""
        self._copy("faulty")
        self._serve(NEXT)
        was_met = self._spoil(fault)
        record = self._load("faulty", NEXT)
        if not was_met():
            return Cell(NONE, "")
        return self.judge(record)

    def judge(self, record: LoadRecord) -> Cell:
        """Whether the promoted rows are those of the day without a fault, or still those of the day before."""
        if record.error is None:
            assert self._equal("faulty", "undisturbed"), (
                f"{self.source.name}: rows are lost or wrong, and nobody says so"
            )
            return Cell(SAME, " ".join(record.notes))
        assert self._equal("faulty", "base"), f"{self.source.name}: the last good rows are gone"
        assert record.status in ("failed", "held")
        assert "an unexpected" not in record.error, record.error
        return Cell(KEPT, record.error)

    def _copy(self, name: str) -> None:
        shutil.rmtree(self._folder / name, ignore_errors=True)
        shutil.copytree(self._folder / "base", self._folder / name)

    def _load(self, name: str, as_of: datetime) -> LoadRecord:
        os.environ["NYCKELTAL_HOME"] = str(self._folder / name)
        initialise(Home.find(), {self.source.name: self.source})
        return land(Run.of(str(uuid4()), RunSettings(as_of=as_of.isoformat())), self.source)[0]

    def _equal(self, name: str, other: str) -> bool:
        """Whether both promoted files hold the same rows."""
        schema = dataset_name(self.source)
        with duckdb.connect(":memory:") as connection:
            for alias, folder in (("a", name), ("b", other)):
                file = Home(self._folder / folder).landing(self.source.name)
                connection.execute(f"attach '{file}' as {alias} (read_only)")
            for table in self.source.tables:
                one, two = (f"(select {', '.join(table.columns)} from {x}.{schema}.{table.name})" for x in ("a", "b"))
                differs = f"({one} except all {two}) union all ({two} except all {one})"
                if connection.execute(f"select 1 from ({differs}) limit 1").fetchall():
                    return False
        return True


@contextmanager
def bench(name: str, folder: Path, world: World) -> Iterator[Bench]:
    """A source in a folder of its own: a vendor whose sandbox answers in this process without waits, or the files."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(http.ApiClient, "_pause", lambda *_: None)
        for place, size in SMALL_PAGES.items():
            patch.setattr(place, size)
        patch.chdir(folder)  # the privacy key is made here
        write_config(world, folder / "config", FIRST)
        for variable, value in {
            **Sandbox(world, NEXT, BASE_URL).environment(),
            "SOURCES__FILES__FOLDER": str(folder / "config" / FILES),
            "NYCKELTAL_CONFIG": str(folder / "config"),
            "NYCKELTAL_HOME": str(folder),
            "DAGSTER_HOME": str(folder / "dagster"),
        }.items():
            patch.setenv(variable, value)
        ways = _files(world, folder / "config") if name == "files" else _vendor(name, world, patch)
        yield Bench(connectors.source(name), folder, *ways)


def _vendor(name: str, world: World, patch: pytest.MonkeyPatch) -> tuple[Serve, Spoil]:
    served: list[Sandbox] = []

    def serve(as_of: datetime) -> None:
        served[:] = [Sandbox(world, as_of, BASE_URL)]
        patch.setitem(http._ADAPTERS, BASE_URL, SandboxAdapter(served[0]))

    def spoil(fault: Fault) -> Callable[[], bool]:
        faults = served[0].faults
        armed = faults.add(name, fault.kind, fault.times, DATA.get(name), fault.after, **fault.arguments)
        return lambda: armed.times != fault.times

    return serve, spoil


def _files(world: World, config: Path) -> tuple[Serve, Spoil]:
    """A folder of exports; what a network does to an API, a share or a half-written export does to them."""

    def serve(as_of: datetime) -> None:
        shutil.rmtree(config / FILES, ignore_errors=True)
        write_config(world, config, as_of)

    def spoil(fault: Fault) -> Callable[[], bool]:
        is_met = spoil_file(fault.kind if fault.times > 1 or fault.kind != "down" else "", config / FILES)
        return lambda: is_met

    return serve, spoil


def the_world() -> World:
    return build_world("small", MONTHS, SEED, NEXT)
