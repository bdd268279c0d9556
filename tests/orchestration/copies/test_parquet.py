"""The copy in Parquet files: one state behind one link."""

from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from orchestration.building.manifest import Project
from orchestration.copies.parquet import copy_to_parquet, keep_latest_only
from tests.orchestration.copies.published import ROWS, write_marts


def test_files_hold_the_tables_with_their_types_and_descriptions(marts: Path, project: Project, tmp_path: Path) -> None:
    folder = tmp_path / "parquet"
    copied = copy_to_parquet(marts, project, folder)
    assert copied.rows == {"dim_channel": 1, "fct_costs": ROWS, "kpi_values": ROWS, "publish_info": 1}
    with duckdb.connect() as connection:
        connection.execute(f"attach '{marts}' as m (read_only)")
        for table in copied.rows:
            file = folder / "latest" / f"{table}.parquet"
            shape = "select column_name, column_type from (describe select * from {})"
            expected = connection.execute(shape.format(f"m.{table}")).fetchall()
            assert connection.execute(shape.format(f"'{file}'")).fetchall() == expected
            differs = f"(from m.{table} except all from '{file}') union all (from '{file}' except all from m.{table})"
            assert connection.execute(f"select count(*) from ({differs})").fetchall() == [(0,)]
    schema = pq.read_schema(folder / "latest" / "publish_info.parquet")
    assert schema.field("run_id").metadata[b"description"] == b"The run that published."
    assert (schema.metadata or {})[b"run_id"] == b"run-1"


def test_a_reader_inside_of_the_folder_stays_in_its_state(marts: Path, project: Project, tmp_path: Path) -> None:
    folder = tmp_path / "parquet"
    copy_to_parquet(marts, project, folder)
    inside = (folder / "latest").resolve()
    write_marts(marts, 2)
    copy_to_parquet(marts, project, folder)
    assert pq.read_table(inside / "publish_info.parquet")["run_id"].to_pylist() == ["run-1"]
    assert pq.read_table(inside / "kpi_values.parquet")["value"].to_pylist() == [1.0] * ROWS
    assert pq.read_table(folder / "latest" / "publish_info.parquet")["run_id"].to_pylist() == ["run-2"]
    write_marts(marts, 3)
    copy_to_parquet(marts, project, folder)
    assert not inside.exists(), "the one before the last but one is gone"
    assert len(folders(folder)) == 2
    keep_latest_only(folder)
    assert folders(folder) == [(folder / "latest").resolve().name]


def test_the_same_run_is_not_written_again_and_a_killed_one_leaves_nothing(
    marts: Path, project: Project, tmp_path: Path
) -> None:
    folder = tmp_path / "parquet"
    copy_to_parquet(marts, project, folder)
    assert copy_to_parquet(marts, project, folder).rows == {}
    (folder / ".20260318T053001Z-run1.tmp").mkdir()
    write_marts(marts, 2)
    copy_to_parquet(marts, project, folder)
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []


def folders(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.is_symlink())
