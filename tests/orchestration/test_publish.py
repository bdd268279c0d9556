"""Publishing: atomic under readers, readable by older drivers, plain types only."""

import threading
from pathlib import Path

import duckdb
import pytest

from orchestration.manifest import Project
from orchestration.publish import NotPublishedError, publish
from orchestration.run import Run, RunSettings
from tests.orchestration.conftest import Toy
from tests.orchestration.toy import TINY

PUBLISHES = 8


def test_readers_see_one_whole_run_while_marts_are_published_in_a_loop(toy: Toy) -> None:
    toy.refresh()
    project = Project.open(TINY)
    order = [toy.marts("select run_id from publish_info")[0][0]]
    errors: list[BaseException] = []
    seen: list[list[str]] = []
    stop = threading.Event()

    def read() -> None:
        mine: list[str] = []
        try:
            while not stop.is_set():
                with duckdb.connect(":memory:") as connection:
                    connection.execute(f"attach '{toy.home.marts}' as m (read_only)")
                    first = connection.execute("select run_id from m.publish_info").fetchall()
                    connection.execute("select count(*), sum(value) from m.kpi_values").fetchall()
                    assert connection.execute("select run_id from m.publish_info").fetchall() == first
                    mine.append(first[0][0])
        except BaseException as error:  # noqa: BLE001  shown by the assertion below
            errors.append(error)
        seen.append(mine)

    readers = [threading.Thread(target=read) for _ in range(4)]
    with duckdb.connect(":memory:") as kept:
        kept.execute(f"attach '{toy.home.marts}' as m (read_only)")
        for reader in readers:
            reader.start()
        for number in range(PUBLISHES):
            run = Run.of(f"publish-{number}", RunSettings())
            publish(run, project)
            order.append(run.id)
        stop.set()
        for reader in readers:
            reader.join()
        assert kept.execute("select run_id from m.publish_info").fetchall() == [(order[0],)]
    assert errors == []
    for mine in seen:
        places = [order.index(run_id) for run_id in mine]
        assert places == sorted(places), "a reader went backwards"
    assert len({run_id for mine in seen for run_id in mine}) > 1
    assert toy.marts("select run_id from publish_info") == [(order[-1],)]


def test_the_file_has_the_format_that_older_drivers_read(toy: Toy) -> None:
    toy.refresh()
    # Bytes 12 to 19 of a DuckDB file hold its storage version: 64 is that of 0.10 to 1.1.
    assert int.from_bytes(toy.home.marts.read_bytes()[12:20], "little") == 64
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{toy.home.marts}' as marts (read_only)")
        schemas = connection.execute("select distinct schema_name from duckdb_tables()").fetchall()
    assert schemas == [("main",)]


def test_a_type_that_bi_tools_do_not_read_is_refused_and_the_old_file_stays(toy: Toy) -> None:
    toy.refresh()
    before = toy.home.marts.read_bytes()
    with duckdb.connect(str(toy.home.warehouse)) as connection:
        connection.execute("create or replace table marts.fct_orders as select [1, 2] as parts")
    with pytest.raises(NotPublishedError, match=r"fct_orders.parts is INTEGER"):
        publish(Run.of("bad", RunSettings()), Project.open(TINY))
    assert toy.home.marts.read_bytes() == before
    assert left_over(toy.home.marts) == []


def left_over(file: Path) -> list[str]:
    return [path.name for path in file.parent.iterdir() if path != file and not path.name.endswith(".lock")]
