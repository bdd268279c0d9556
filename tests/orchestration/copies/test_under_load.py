"""Publishing to PostgreSQL while people read."""

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from psycopg import IsolationLevel

from orchestration.copies.marts import Copied
from tests.orchestration.copies.published import ROWS, write_marts
from tests.orchestration.readers import Read, reading

# In a transaction: each table by a query of its own.
TABLES = ("select min(value), max(value), count(*) from marts.kpi_values",
          "select min(number), max(number), count(*) from marts.fct_costs")  # fmt: skip
# In one query, through somebody's view.
VIEW = (
    "create view public.report as select run_id, "
    "(select min(value) from marts.kpi_values) as first, (select max(value) from marts.kpi_values) as last, "
    "(select min(number) from marts.fct_costs) as least, (select count(*) from marts.fct_costs) as costs "
    "from marts.publish_info"
)


@pytest.mark.parametrize("publishes", [8, pytest.param(100, marks=pytest.mark.slow)])
def test_readers_see_one_whole_run_while_marts_are_copied_in_a_loop(
    copy: Callable[[], Copied], database: str, marts: Path, publishes: int
) -> None:
    copy()
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(VIEW.encode())
    order = ["run-1"]

    def in_a_transaction(connection: psycopg.Connection) -> str:
        with connection.transaction():
            [(run_id,)] = connection.execute("select run_id from marts.publish_info").fetchall()
            number = int(run_id.removeprefix("run-"))
            for statement in TABLES:
                assert connection.execute(statement.encode()).fetchall() == [(number, number, ROWS)]
            assert connection.execute("select run_id from marts.publish_info").fetchall() == [(run_id,)]
        return run_id

    def in_a_query(connection: psycopg.Connection) -> str:
        [(run_id, first, last, least, costs)] = connection.execute("select * from report").fetchall()
        number = int(run_id.removeprefix("run-"))
        assert (first, last, least, costs) == (number, number, number, ROWS)
        return run_id

    def opens_queries_closes() -> Read:
        def read() -> str:
            with psycopg.connect(database) as connection:
                connection.isolation_level = IsolationLevel.REPEATABLE_READ
                return in_a_transaction(connection)

        return read

    def keeps() -> Read:
        connection = psycopg.connect(database, autocommit=True)
        connection.isolation_level = IsolationLevel.REPEATABLE_READ

        def read() -> str:
            in_a_transaction(connection)
            return in_a_query(connection)

        return read

    with reading([opens_queries_closes] * 8 + [keeps] * 2) as seen:
        for number in range(2, publishes + 2):
            order.append(f"run-{number}")
            write_marts(marts, number)
            assert copy().run_id == order[-1]
    seen.hold(order)
