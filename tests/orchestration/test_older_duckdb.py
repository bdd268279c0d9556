"""A published file opens in the DuckDB of drivers that lag behind, each in an environment of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.orchestration.conftest import Toy

READ = """
import json, sys, duckdb
connection = duckdb.connect()
connection.execute(f"attach '{sys.argv[1]}' as m (read_only)")
tables = [row[0] for row in connection.execute("select table_name from duckdb_tables() order by 1").fetchall()]
ask = lambda table: connection.execute(f"select count(*), count(distinct hash(t)) from m.{table} as t").fetchall()[0]
value = connection.execute("select count(value), sum(value) from m.kpi_values").fetchall()[0]
print(json.dumps([duckdb.__version__, {table: ask(table) for table in tables}, value]))
"""


def read(python: str | Path, marts: Path) -> list[object]:
    done = subprocess.run([str(python), "-c", READ, str(marts)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("version", ["1.3", "1.5"])
def test_a_published_file_opens(version: str, toy: Toy, tmp_path: Path) -> None:
    place = tmp_path / "venv"
    made = subprocess.run([sys.executable, "-m", "venv", str(place)], capture_output=True, text=True, check=False)
    if made.returncode == 0:
        install = [str(place / "bin" / "pip"), "install", "-q", "--disable-pip-version-check", f"duckdb=={version}.*"]
        made = subprocess.run(install, capture_output=True, text=True, check=False)
    if made.returncode:
        pytest.skip(f"an environment with DuckDB {version} cannot be made here")
    toy.refresh()
    older, *told = read(place / "bin" / "python", toy.home.marts)
    assert str(older).startswith(version)
    assert told == read(sys.executable, toy.home.marts)[1:]
