"""The copy in PostgreSQL: the same rows, comments and rights; what users made on it stays."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from connectors.config.bi import Postgres
from orchestration.building.manifest import Project
from orchestration.copies import postgres
from orchestration.copies.marts import Copied, CopyFailedError
from orchestration.copies.postgres import copy_to_postgres
from orchestration.copies.postgres_trouble import URL
from tests.orchestration.copies.published import NAME, ROWS, TABLES, write_marts
from tests.postgres import address

Ask = Callable[[str], list[tuple[Any, ...]]]
Copy = Callable[[], Copied]


def test_rows_types_and_descriptions_are_those_of_the_file(copy: Copy, ask: Ask, marts: Path) -> None:
    copied = copy()
    assert copied.rows == {"dim_channel": 1, "fct_costs": ROWS, "kpi_values": ROWS, "publish_info": 1}
    for table in copied.rows:
        with duckdb.connect(str(marts), read_only=True) as connection:
            expected = connection.execute(f"select * from {table} order by all").fetchall()
        assert sorted(ask(f"select * from marts.{table}"), key=str) == sorted(expected, key=str)
    assert ask("select distinct campaign from marts.kpi_values") == [(NAME,)]
    assert dict(
        ask(
            "select column_name, format_type(atttypid, atttypmod) from information_schema.columns "
            "join pg_attribute on attrelid = 'marts.fct_costs'::regclass and attname = column_name "
            "where table_schema = 'marts' and table_name = 'fct_costs'"
        )
    ) == {"cost_id": "text", "amount": "numeric(38,12)", "channel": "text", "number": "bigint"}
    [(table, column)] = ask(
        "select obj_description('marts.dim_channel'::regclass), col_description('marts.dim_channel'::regclass, 1)"
    )
    assert "One row per" in table
    assert column
    assert ask("select col_description('marts.publish_info'::regclass, 1)") == [("The run that published.",)]
    assert ask("select table_name from information_schema.tables where table_schema = 'marts_state'") == [("loaded",)]


def test_views_grants_and_indexes_of_users_survive_a_publish(copy: Copy, ask: Ask, marts: Path, database: str) -> None:
    copy()
    ask("create role anna login")
    try:
        ask("create view public.report as select run_id, sum(value) as total from marts.kpi_values, marts.publish_info "
            "group by run_id")  # fmt: skip
        ask("grant select on public.report, marts.kpi_values to anna; grant usage on schema marts to anna")
        ask("create index by_kpi on marts.kpi_values (kpi_id)")
        write_marts(marts, 2)
        copy()
        with psycopg.connect(address(database, database_of(database), "anna"), autocommit=True) as connection:
            assert connection.execute("select * from report").fetchall() == [("run-2", 2.0 * ROWS)]
            assert connection.execute("select count(*) from marts.kpi_values").fetchall() == [(ROWS,)]
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("select * from marts.fct_costs")
        assert ask("select indexname from pg_indexes where schemaname = 'marts'") == [("by_kpi",)]
    finally:
        ask("drop owned by anna; drop role anna")


def test_the_reader_role_reads_everything_also_what_comes_later_and_writes_nothing(
    copy: Copy, ask: Ask, marts: Path
) -> None:
    copy()
    write_marts(marts, 2, dim_date="select date '2026-01-01' + cast(row_number as integer) as date")
    copy()
    for table in ("kpi_values", "dim_date", "publish_info"):
        ask(f"set role bi_reader; select * from marts.{table}")
    for statement in ("delete from marts.dim_date", "create table marts.x (y int)", "select * from marts_state.loaded"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            ask(f"set role bi_reader; {statement}")


def test_only_what_changed_is_written_again(copy: Copy, ask: Ask, marts: Path) -> None:
    copy()
    assert copy().rows == {}
    write_marts(marts, 1, dim_channel="select 'email' as channel, 'Mail' as label")
    copied = copy()
    assert set(copied.rows) == {"dim_channel"}
    assert copied.unchanged == ("fct_costs", "kpi_values", "publish_info")
    assert ask("select label from marts.dim_channel") == [("Mail",)]
    ask("delete from marts.fct_costs where number = 1")  # somebody's mistake
    assert set(copy().rows) == {"fct_costs"}
    assert ask("select count(*) from marts.fct_costs") == [(ROWS,)]


def test_new_columns_tables_and_types_come_and_old_ones_go(copy: Copy, ask: Ask, marts: Path) -> None:
    copy()
    ask("create view public.report as select sum(number) as total from marts.fct_costs")
    costs = TABLES["fct_costs"].replace("cast(null as varchar) as channel", "cast(row_number as bigint) as channel")
    write_marts(marts, 2, fct_costs=costs + ", 'SEK' as currency", dim_date="select date '2026-01-01' as date")
    copy()
    assert ask("select distinct currency, sum(channel) over () from marts.fct_costs") == [
        ("SEK", ROWS * (ROWS - 1) / 2)
    ]
    assert ask("select total from public.report") == [(2 * ROWS,)]
    write_marts(marts, 3)
    copy()
    assert ask("select to_regclass('marts.dim_date') is null") == [(True,)]
    names = ask("select column_name from information_schema.columns where table_name = 'fct_costs' order by 1")
    assert names == [("amount",), ("channel",), ("cost_id",), ("number",)]


def test_a_view_on_a_column_that_goes_is_named_and_the_last_copy_stays(copy: Copy, ask: Ask, marts: Path) -> None:
    copy()
    ask("create view public.report as select amount from marts.fct_costs")
    write_marts(marts, 2, fct_costs="select cast({number} as bigint) as number")
    with pytest.raises(CopyFailedError, match=r"view (public\.)?report uses it.*Drop that view"):
        copy()
    assert ask("select run_id from marts.publish_info") == [("run-1",)]
    assert ask("select distinct value from marts.kpi_values") == [(1.0,)]
    ask("drop view public.report")
    copy()
    assert ask("select run_id, (select max(number) from marts.fct_costs) from marts.publish_info") == [("run-2", 2)]


def test_a_query_that_stays_open_keeps_a_table_from_new_columns_only(
    copy: Copy, ask: Ask, marts: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy()
    monkeypatch.setattr(postgres, "LOCK_TIMEOUT", "200ms")
    with psycopg.connect(database) as kept:
        assert kept.execute("select count(*) from marts.fct_costs").fetchall() == [(ROWS,)]
        write_marts(marts, 2)
        copy()
        write_marts(marts, 3, fct_costs=TABLES["fct_costs"] + ", 'SEK' as currency")
        with pytest.raises(CopyFailedError, match="open query keeps it from changing"):
            copy()
    assert ask("select run_id from marts.publish_info") == [("run-2",)]
    copy()
    assert ask("select run_id from marts.publish_info") == [("run-3",)]


def test_a_table_of_somebody_else_is_left_alone(copy: Copy, ask: Ask) -> None:
    ask("create schema marts; create table marts.fct_costs (mine int); insert into marts.fct_costs values (7)")
    with pytest.raises(CopyFailedError, match=r"marts\.fct_costs is there and not of Nyckeltal's making"):
        copy()
    assert ask("select mine from marts.fct_costs") == [(7,)]


def test_a_sign_that_postgresql_refuses_in_texts_is_left_out(copy: Copy, ask: Ask, marts: Path) -> None:
    write_marts(marts, 2, dim_channel="select 'a' || chr(0) || 'b' as channel, 'x' as label")
    copy()
    assert ask("select channel from marts.dim_channel") == [("ab",)]


def test_one_at_a_time_writes_and_whoever_waited_brings_the_file_of_now(
    copy: Copy, ask: Ask, marts: Path, database: str
) -> None:
    copy()
    write_marts(marts, 2)
    waiting = threading.Thread(target=copy)
    with psycopg.connect(database, autocommit=True) as other:
        other.execute("select pg_advisory_lock(hashtext('nyckeltal marts'))")
        waiting.start()
        waiting.join(1)
        assert waiting.is_alive(), "it did not wait for the other writer"
        write_marts(marts, 3)
    waiting.join()
    assert ask("select run_id, (select count(*) from marts.kpi_values) from marts.publish_info") == [("run-3", ROWS)]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (None, f"{URL} is not set"),
        ("postgresql://anna:s3cret@127.0.0.1:1/marts", "cannot be reached"),
        ("s3cret", "has no valid address"),
    ],
)
def test_why_a_database_cannot_be_used_is_told_without_its_address(
    given: str | None, says: str, marts: Path, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(URL, raising=False)
    if given:
        monkeypatch.setenv(URL, given)
    with pytest.raises(CopyFailedError, match=says) as raised:
        copy_to_postgres(marts, project, Postgres())
    assert not [secret for secret in ("s3cret", "anna", "127.0.0.1") if secret in str(raised.value)]
    assert "\n" not in str(raised.value)


def test_rights_that_are_missing_are_told(
    marts: Path, project: Project, database: str, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask("create role loader login")
    monkeypatch.setenv(URL, address(database, database_of(database), "loader"))
    try:
        with pytest.raises(CopyFailedError, match="grant it `create` on the database"):
            copy_to_postgres(marts, project, Postgres())
        ask(f"grant create on database {database_of(database)} to loader")
        with pytest.raises(CopyFailedError, match="may not create the role somebody_else"):
            copy_to_postgres(marts, project, Postgres(reader_role="somebody_else"))
        assert copy_to_postgres(marts, project, Postgres(reader_role=None)).rows["kpi_values"] == ROWS
    finally:
        ask("drop owned by loader cascade; drop role loader")


def database_of(address: str) -> str:
    return str(conninfo_to_dict(address)["dbname"])
