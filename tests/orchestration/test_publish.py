"""Publishing: atomic under readers, readable by older drivers, plain types only."""

from pathlib import Path

import duckdb
import pytest

from orchestration.building.manifest import Project
from orchestration.run import Run, RunSettings
from orchestration.serving.publish import NotPublishedError, publish
from tests.orchestration.conftest import Toy
from tests.orchestration.readers import Read, reading
from tests.orchestration.toy import TINY

MANY = [8, pytest.param(100, marks=pytest.mark.slow)]


@pytest.mark.parametrize("publishes", MANY)
def test_readers_see_one_whole_run_while_marts_are_published_in_a_loop(toy: Toy, publishes: int) -> None:
    toy.refresh()
    project = Project.open(TINY)
    order = [toy.marts("select run_id from publish_info")[0][0]]

    def look(connection: duckdb.DuckDBPyConnection) -> str:
        first = connection.execute("select run_id from m.publish_info").fetchall()
        connection.execute("select count(*), sum(value) from m.kpi_values").fetchall()
        quality = connection.execute("select count(*) from m.data_quality where run_id = ?", first[0]).fetchall()
        assert (quality[0][0] > 0) == (first[0][0] == order[0]), "the checks are not of the run"
        assert connection.execute("select run_id from m.publish_info").fetchall() == first
        return str(first[0][0])

    def attached() -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(":memory:")
        connection.execute(f"attach '{toy.home.marts}' as m (read_only)")
        return connection

    def opens_queries_closes() -> Read:
        def read() -> str:
            with attached() as connection:
                return look(connection)

        return read

    def keeps() -> Read:
        connection = attached()
        opened = look(connection)

        def read() -> str:
            assert look(connection) == opened, "a kept connection stays with what it opened"
            return opened

        return read

    with reading([opens_queries_closes] * 8 + [keeps] * 2) as seen:
        for number in range(publishes):
            order.append(f"publish-{number}")
            publish(Run.of(order[-1], RunSettings()), project)
    seen.hold(order)
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
