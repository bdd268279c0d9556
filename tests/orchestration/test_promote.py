import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from orchestration.loading.promote import promote, replacing
from tests.orchestration.conftest import query

# A loader that is killed leaves a write-ahead log beside its file.
KILLED = """
import os, signal, sys, duckdb
connection = duckdb.connect(sys.argv[1])
connection.execute("create table t as select 1 as n; checkpoint")
connection.execute("insert into t values (2)")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_rows_in_the_log_of_a_killed_loader_are_promoted(tmp_path: Path) -> None:
    state, target = tmp_path / "state.duckdb", tmp_path / "landing" / "t.duckdb"
    subprocess.run([sys.executable, "-c", KILLED, str(state)], check=False)
    assert state.with_name("state.duckdb.wal").exists()

    promote(state, target)

    assert query(target, "select n from t order by n") == [(1,), (2,)]
    assert [path.name for path in target.parent.iterdir()] == ["t.duckdb"]


def test_a_reader_keeps_the_old_file_while_it_is_replaced(tmp_path: Path) -> None:
    target = tmp_path / "t.duckdb"
    for number in (1, 2):
        with duckdb.connect(str(tmp_path / f"{number}.duckdb")) as connection:
            connection.execute(f"create table t as select {number} as n")
    promote(tmp_path / "1.duckdb", target)
    with duckdb.connect(":memory:") as reader:
        reader.execute(f"attach '{target}' as found (read_only)")
        promote(tmp_path / "2.duckdb", target)
        assert reader.execute("select n from found.t").fetchall() == [(1,)]
    assert query(target, "select n from t") == [(2,)]


def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "t"
    target.write_text("old")
    (tmp_path / ".t.4711.tmp").write_text("left by a killed run")

    def write_half() -> None:
        with replacing(target) as temporary:
            temporary.write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_half()
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["t"]
