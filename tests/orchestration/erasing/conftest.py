"""A home in which four vendors of a simulated company have landed, over the in-process sandbox."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

import connectors
from connectors.common import http
from connectors.common.erasure import Erased
from connectors.common.privacy import Hasher, load_hasher
from connectors.common.run import dataset_name, load, plan_load
from connectors.common.source import Source
from orchestration.home import Home
from orchestration.init import complete, initialise
from orchestration.loading.promote import promote
from sandbox.inputs import write_config
from sandbox.world import World, build_world
from tests.connectors.conftest import AS_OF, HISTORY_START, serve

NAMES = ("hubspot", "shopify", "mailchimp", "typeform")


@dataclass(frozen=True)
class Stored:
    """`address`: of somebody whom every vendor knows."""

    home: Home
    hasher: Hasher
    world: World
    address: str

    @property
    def sources(self) -> dict[str, Source]:
        return {name: connectors.source(name) for name in NAMES}

    def copy(self, folder: Path, patch: pytest.MonkeyPatch) -> "Stored":
        """The same home in another folder, which becomes the working folder as long as the patch lasts."""
        shutil.copytree(self.home.root.parent, folder, dirs_exist_ok=True)
        patch.setenv("NYCKELTAL_HOME", str(folder / "home"))
        patch.setenv("DAGSTER_HOME", str(folder / "home" / "dagster"))
        patch.setenv("NYCKELTAL_CONFIG", str(folder / "config"))
        patch.chdir(folder)
        patch.setattr(http.ApiClient, "_pause", lambda *_: None)
        serve(self.world, patch)
        return Stored(Home(folder / "home"), self.hasher, self.world, self.address)

    def load(self) -> None:
        """As a refresh does, without its gates."""
        for source in self.sources.values():
            state, last_day = self.home.state(source.name), AS_OF.date().replace(day=AS_OF.day - 1)
            plan = plan_load(source, state, AS_OF, last_day, HISTORY_START, HISTORY_START)
            load(source, state, plan, AS_OF, self.hasher, Erased.read(self.home.erasures))
            promote(state, self.home.landing(source.name), lambda copy, source=source: complete(source, copy))

    def landed(self, home: Home | None = None) -> dict[str, dict[str, pa.Table]]:
        """Source → table → rows of the promoted files."""
        found = {}
        for source in self.sources.values():
            with duckdb.connect(str((home or self.home).landing(source.name)), read_only=True) as connection:
                connection.execute("set timezone = 'UTC'")
                found[source.name] = {
                    table.name: connection.sql(
                        f"select {', '.join(table.columns)} from {dataset_name(source)}.{table.name} order by all"
                    ).to_arrow_table()
                    for table in source.tables
                }
        return found


@pytest.fixture(scope="session")
def landed_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stored]:
    """Loaded once; each test works on a copy."""
    folder = tmp_path_factory.mktemp("stored")
    world = build_world("small", 3, 7, AS_OF)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("DAGSTER_HOME", str(folder / "home" / "dagster"))
        serve(world, patch)
        write_config(world, folder / "config", AS_OF)
        patch.setenv("NYCKELTAL_CONFIG", str(folder / "config"))
        hasher = load_hasher(Path(".dlt/secrets.toml"))
        stored = Stored(Home(folder / "home"), hasher, world, known_to_all(world))
        initialise(stored.home, stored.sources)
        stored.load()
        yield stored


@pytest.fixture
def stored(landed_home: Stored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stored:
    """The same home, copied; the vendors answer as before."""
    return landed_home.copy(tmp_path, monkeypatch)


def known_to_all(world: World) -> str:
    """An address of a customer with two orders who is a contact and on a mailing list, too."""
    tables = world.tables
    orders = tables["orders"]["customer_id"].value_counts()
    customers = tables["customers"]
    often = set(customers[customers["customer_id"].map(orders).fillna(0) >= 2]["email"].dropna())
    known = often & set(tables["contacts"]["email"].dropna()) & set(tables["mail_members"]["email"].dropna())
    return min(address for address in known if address)
