"""Who was erased stands in no file, comes back with no load, and is the same stranger everywhere."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.common.erasure import HASHES, Erased, tombstone
from orchestration.erasing import erase
from orchestration.erasing.names import Name, hashes_of, names_of
from orchestration.recovery.backup import backup
from orchestration.recovery.restore import restore
from orchestration.traces import traces
from tests.connectors.conftest import AS_OF
from tests.orchestration.erasing.conftest import Stored
from tests.runner import run

PEOPLE = "select person_id from marts.dim_customer"
SUMS = """
    select kpi_id, period_grain, period_start, segment_set, platform, channel, campaign, country, device, customer_type,
        attribution_basis, date_basis, currency, numerator, denominator, value, n
    from marts.kpi_values order by all
"""


Landed = dict[str, dict[str, pa.Table]]


@dataclass(frozen=True)
class Erasure:
    """A home before and after one person was erased."""

    stored: Stored
    names: set[Name]
    traces_before: list[str]
    landed_before: Landed
    changed: dict[str, int]


@pytest.fixture(scope="module")
def erasure(landed_home: Stored, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Erasure]:
    """Records, Dagster's tables and history quote the person, too."""
    with pytest.MonkeyPatch.context() as patch:
        stored = landed_home.copy(tmp_path_factory.mktemp("erased"), patch)
        plant(stored)
        before, landed = traces(stored.home.root, needles(stored))[0], stored.landed()
        names = names_of(stored.home, stored.sources, hashes_of(stored.address, stored.hasher))
        yield Erasure(stored, names, before, landed, erase(stored.home, stored.sources, names))


def needles(stored: Stored) -> list[str]:
    return [stored.address, *(value for _, value in hashes_of(stored.address, stored.hasher))]


def plant(stored: Stored) -> None:
    home, digest = stored.home, str(stored.hasher.email(stored.address))
    (home.runs / "r1").mkdir(parents=True)
    (home.runs / "r1" / "gate.x.json").write_text(json.dumps({"sample_key": f"2026-03-01, {digest}"}), "utf-8")
    database = home.dagster / "history" / "runs.db"
    database.parent.mkdir(parents=True)
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("create table events (id integer, event text)")
        rows = [(number, f"{{'failed': '{digest}'}}") for number in range(99)]
        connection.executemany("insert into events values (?, ?)", rows)
        connection.commit()
    damaged = home.state("shopify").read_bytes()[:-200_000]
    home.state("shopify").with_name("shopify.duckdb.corrupt-20260101T000000").write_bytes(damaged)
    columns = stored.sources["typeform"].table("answers").schema
    history = home.history / "typeform" / "answers"
    history.mkdir(parents=True)
    row = dict.fromkeys(columns.names) | {"response_id": "r1", "email_hash": digest}
    pq.write_table(pa.Table.from_pylist([row], schema=columns), history / "000001.parquet")


def test_before_there_are_traces_in_every_format_and_after_there_are_none(erasure: Erasure) -> None:
    files = {place.partition(" ")[0] for place in erasure.traces_before}
    assert files >= {
        *(f"{folder}/{name}.duckdb" for folder in ("state", "landing") for name in ("hubspot", "shopify", "mailchimp")),
        "state/shopify.duckdb.corrupt-20260101T000000",
        *("runs/r1/gate.x.json", "dagster/history/runs.db", "history/typeform/answers/000001.parquet"),
    }
    assert any("_staging." in place for place in erasure.traces_before), "what dlt keeps of the last load"
    left, count = traces(erasure.stored.home.root, needles(erasure.stored))
    assert left == []
    assert count > 10


def test_what_quoted_the_person_is_still_there(erasure: Erasure) -> None:
    home = erasure.stored.home
    with closing(sqlite3.connect(home.dagster / "history" / "runs.db")) as connection:
        assert connection.execute("select count(*) from events where event like '{''failed'': ''%'").fetchone() == (99,)
    (kept,) = pq.read_table(home.history / "typeform" / "answers" / "000001.parquet").to_pylist()
    assert kept["response_id"] == "r1"
    assert len(kept["email_hash"]) == 64
    assert erasure.changed["history/typeform/answers/000001.parquet"] == 1


def test_ids_by_which_vendors_know_the_person_are_gone(erasure: Erasure) -> None:
    stored, names = erasure.stored, erasure.names
    assert {"email", "member", "hubspot contact", "shopify customer", "mailchimp contact"} <= {
        kind for kind, _ in names
    }
    assert names_of(stored.home, stored.sources, names) == names, "an id led to a row that is still there"
    contacts = {value for kind, value in names if kind == "hubspot contact"}
    live = stored.landed()["hubspot"]["live_ids"].to_pylist()
    assert not contacts & {row["object_id"] for row in live if row["object_type"] == "contacts"}


def test_only_names_change_and_a_person_stays_one_person(erasure: Erasure) -> None:
    before, after = erasure.landed_before, erasure.stored.landed()
    differing = 0
    for source in erasure.stored.sources.values():
        for table in source.tables:
            old, new = before[source.name][table.name], after[source.name][table.name]
            assert old.num_rows == new.num_rows
            rest = [name for name in old.column_names if name not in table.people]
            assert sorted(map(repr, old.select(rest).to_pylist())) == sorted(map(repr, new.select(rest).to_pylist()))
            for name in table.people:
                assert len(old[name].unique()) == len(new[name].unique()), f"{table.name}.{name}"
                differing += len(set(old[name].to_pylist()) - set(new[name].to_pylist()))
    assert differing >= 8
    assert sum(cells for name, cells in erasure.changed.items() if name.startswith("landing/")) >= differing


def test_the_next_load_finds_no_news_and_brings_nobody_back(erasure: Erasure) -> None:
    before = erasure.stored.landed()
    erasure.stored.load()
    assert traces(erasure.stored.home.root, needles(erasure.stored))[0] == []
    for source, tables in erasure.stored.landed().items():
        for name, rows in tables.items():
            assert rows.equals(before[source][name]), f"{source}.{name} changed"


@pytest.mark.slow
def test_kpis_are_what_they_were(erasure: Erasure) -> None:
    with run(erasure.landed_before, AS_OF, ["kpi_values", "dim_customer"]) as connection:
        before, people = (connection.execute(sql).fetchall() for sql in (SUMS, PEOPLE))
    with run(erasure.stored.landed(), AS_OF, ["kpi_values", "dim_customer"]) as connection:
        after, now = (connection.execute(sql).fetchall() for sql in (SUMS, PEOPLE))
    assert len(before) > 1000
    assert after == before
    assert len(now) == len(people)
    assert len(set(people) - set(now)) == 1


def test_a_stranger_changes_nothing_but_is_remembered(stored: Stored) -> None:
    hashes = hashes_of(" Nobody.At.All@example.com ", stored.hasher)
    before = {path: path.read_bytes() for path in stored.home.root.rglob("*.duckdb")}
    assert erase(stored.home, stored.sources, names_of(stored.home, stored.sources, hashes)) == {}
    assert {path: path.read_bytes() for path in before} == before
    assert len(Erased.read(stored.home.erasures).substitutes) == 2


def test_the_list_names_nobody_and_keeps_a_substitute(stored: Stored) -> None:
    digest = str(stored.hasher.email(stored.address))
    first = Erased().add([("email", digest)])
    assert first.add([("email", digest)]) == first
    assert digest not in str(first.substitutes)
    (substitute,) = first.substitutes.values()
    assert len(substitute) == 64
    assert Erased({"x": "1"}).merge(Erased({"x": "2", "y": "3"})) == Erased({"x": "1", "y": "3"})
    assert tombstone("email", digest) != tombstone("member", digest)
    assert stored.address not in str(first)
    assert set(HASHES) == {"email", "phone", "member"}


def test_sql_and_python_make_the_same_tombstone(stored: Stored) -> None:
    with duckdb.connect() as connection:
        made = connection.execute("select sha256('nyckeltal erased shopify customer:' || '17å')").fetchall()
    assert made == [(tombstone("shopify customer", "17å"),)]


def test_a_backup_of_before_brings_nobody_back(stored: Stored, tmp_path: Path) -> None:
    backup(stored.home, tmp_path / "before.tar")
    names = names_of(stored.home, stored.sources, hashes_of(stored.address, stored.hasher))
    erase(stored.home, stored.sources, names)
    substituted = stored.landed()
    assert restore(tmp_path / "before.tar", stored.home, stored.sources, is_forced=True)
    assert traces(stored.home.root, needles(stored))[0] == []
    assert stored.landed() == substituted, "a person is the same stranger as before"
