"""A small published file, written as publish does: a new one takes its place. Every table tells the same number."""

from pathlib import Path

import duckdb

from orchestration.loading.promote import replacing

ROWS = 200
# What is planted: signs that an importer may stumble over.
NAME = 'Köp nu, "50 %"\t\\N' + "\n'; drop table x --"
TABLES = {
    "kpi_values": "select 'kpi' || (row_number % 7) as kpi_id, "
    "date '2026-01-01' + cast(row_number % 90 as integer) as period_start, "
    "cast({number} as double) as value, row_number % 2 = 0 as is_open_period, 1 as kpi_version, "
    "timestamp '2026-03-18 05:30:00.123456' as loaded_at, '" + NAME.replace("'", "''") + "' as campaign",
    "fct_costs": "select 'c' || row_number as cost_id, cast({number} + 0.25 as decimal(38, 12)) as amount, "
    "cast(null as varchar) as channel, cast({number} as bigint) as number",
}


def write_marts(file: Path, number: int, **others: str) -> None:
    """The publish of a number: `run-<number>`. `others`: select lists of more tables, or in the place of these."""
    with replacing(file) as temporary, duckdb.connect(str(temporary)) as connection:
        for name, select in {**TABLES, "dim_channel": "select 'email' as channel, 'E-mail' as label", **others}.items():
            rows = 1 if name == "dim_channel" else ROWS
            connection.execute(
                f"create table {name} as {select.format(number=number)} from range({rows}) as rows(row_number)"
            )
        connection.execute(
            f"create table publish_info as select 'run-{number}' as run_id, "
            f"timestamp '2026-03-18 05:30:00' + to_seconds({number}) as published_at, date '2026-03-17' as data_until"
        )
