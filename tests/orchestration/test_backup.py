"""A backup is whole and consistent while runs go on; what is damaged or hostile is refused and changes nothing."""

import io
import json
import os
import stat
import tarfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from orchestration.home import Home
from orchestration.loading.promote import promote
from orchestration.locks import writer_lock
from orchestration.recovery.backup import BackupError, backup
from orchestration.recovery.migrations import MIGRATIONS
from orchestration.recovery.restore import is_used, restore
from tests.orchestration.toy import SOURCES


def write(file: Path, number: int) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(file)) as connection:
        connection.execute("create table if not exists t (n integer)")
        connection.execute("insert into t values (?)", [number])


def read(file: Path) -> int:
    """The number last written; all before it must be there."""
    with duckdb.connect(str(file), read_only=True) as connection:
        rows = sorted(row[0] for row in connection.execute("select n from t").fetchall())
    assert rows == list(range(1, len(rows) + 1)), "rows are lost"
    return len(rows)


def one_run(home: Home, number: int) -> None:
    """Each file in its turn as a run writes them: the private one, the promoted one, warehouse and marts."""
    state, landing = home.state("shop"), home.landing("shop")
    with writer_lock(state, "load"):
        write(state, number)
        with writer_lock(landing, "promote"):
            promote(state, landing)
    with writer_lock(home.warehouse, "dbt"):
        with duckdb.connect(str(home.warehouse)) as connection:
            connection.execute(f"attach '{landing}' as landing (read_only)")
            connection.execute("create or replace table t as select * from landing.t")
        with writer_lock(home.marts, "publish"):
            promote(home.warehouse, home.marts)


@pytest.fixture
def used(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.make()
    one_run(home, 1)
    (home.runs / "r1").mkdir()
    (home.runs / "r1" / "run.json").write_text("{}", "utf-8")
    (home.root / "schema_version").write_text(f"{len(MIGRATIONS)}\n", "ascii")
    (home.dagster / "storage").mkdir()
    (home.dagster / "storage" / "big").write_text("made anew", "utf-8")
    return home


@pytest.mark.parametrize("name", ["backup.tar", "backup.tar.gz"])
def test_what_was_kept_comes_back_byte_by_byte(used: Home, tmp_path: Path, name: str) -> None:
    count = backup(used, tmp_path / name)
    other = Home(tmp_path / "other")
    assert restore(tmp_path / name, other, SOURCES) is False
    kept = {path.relative_to(other.root) for path in other.root.rglob("*") if path.is_file() and path.suffix != ".lock"}
    assert len(kept) == count
    assert {Path("warehouse.duckdb"), Path("serving/marts.duckdb"), Path("runs/r1/run.json")} <= kept
    assert not any("storage" in path.parts for path in kept)
    for path in kept:
        assert (other.root / path).read_bytes() == (used.root / path).read_bytes()
    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_backup_during_runs_is_of_one_moment_or_safe_to_go_on_from(used: Home, tmp_path: Path) -> None:
    stop, done = threading.Event(), []

    def work() -> None:
        number = 1
        while not stop.is_set():
            number += 1
            one_run(used, number)
            done.append(number)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        for number in range(6):
            backup(used, tmp_path / f"{number}.tar")
    finally:
        stop.set()
        thread.join()
    assert len(done) >= 3, "no run went on meanwhile"
    for number in range(6):
        other = Home(tmp_path / f"home {number}")
        restore(tmp_path / f"{number}.tar", other, SOURCES)
        assert read(other.marts) == read(other.warehouse)
        assert read(other.warehouse) <= read(other.landing("shop")) <= read(other.state("shop"))


def test_rows_that_a_killed_loader_left_in_its_log_are_kept(used: Home, tmp_path: Path) -> None:
    if not (child := os.fork()):
        connection = duckdb.connect(str(used.state("shop")))
        connection.execute("insert into t values (2)")
        os._exit(0)  # as if killed: the write-ahead log stays
    os.waitpid(child, 0)
    assert used.state("shop").with_name("shop.duckdb.wal").exists()
    (used.state("shop").with_name(".shop.duckdb.unfinished")).touch()
    backup(used, tmp_path / "b.tar")
    other = Home(tmp_path / "other")
    restore(tmp_path / "b.tar", other, SOURCES)
    assert read(other.state("shop")) == 2
    assert other.state("shop").with_name(".shop.duckdb.unfinished").exists()


def test_a_used_home_is_replaced_only_by_force_and_then_whole(used: Home, tmp_path: Path) -> None:
    backup(used, tmp_path / "b.tar")
    one_run(used, 2)
    write(used.landing("web"), 1)
    with pytest.raises(BackupError, match="holds data: restore into an empty home, or add --force"):
        restore(tmp_path / "b.tar", used, SOURCES)
    assert read(used.marts) == 2
    restore(tmp_path / "b.tar", used, SOURCES, is_forced=True)
    assert read(used.marts) == read(used.state("shop")) == 1
    assert not used.landing("web").exists()
    assert list(used.root.glob(".restore-*")) == []


def test_a_home_of_empty_landing_files_is_not_used(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.make()
    write(home.landing("shop"), 1)
    assert not is_used(home)
    write(home.state("shop"), 1)
    assert is_used(home)


Member = tuple[str, bytes]
Change = Callable[[str, bytes], Member | None]


def altered(file: Path, change: Change, more: Member | None = None) -> None:
    """Writes the archive anew with each member changed, or without it where nothing is given back."""
    with tarfile.open(file) as archive:
        members = [(item.name, archive.extractfile(item).read()) for item in archive]  # type: ignore[union-attr]
    with tarfile.open(file, "w") as archive:
        for name, content in [*filter(None, (change(*member) for member in members)), *([more] if more else [])]:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))


def _flip(name: str, content: bytes) -> Member:
    return name, content[:-1] + bytes([content[-1] ^ 1]) if name.endswith("marts.duckdb") else content


def _without(name: str, content: bytes) -> Member | None:
    return None if name == "state/shop.duckdb" else (name, content)


def _named(evil: str) -> Change:
    def change(name: str, content: bytes) -> Member:
        if name == "manifest.json":
            return name, content.replace(b'"runs/r1/run.json"', json.dumps(evil).encode())
        return (evil if name == "runs/r1/run.json" else name), content

    return change


def _newer(name: str, content: bytes) -> Member:
    known = f'"schema_version": {len(MIGRATIONS)}'.encode()
    return name, content.replace(known, b'"schema_version": 99') if name == "manifest.json" else content


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_flip, "serving/marts.duckdb in the backup is not what was put into it"),
        (_without, "is damaged or no backup"),
        (_newer, "made by a newer Nyckeltal"),
        (_named("../evil"), "is no file of a home"),
        (_named("/tmp/evil"), "is no file of a home"),
        (_named("runs/../../evil"), "is no file of a home"),
        (_named("evil"), "is no file of a home"),
        (_named("runs\\..\\evil"), "is no file of a home"),
        (_named(".ssh/authorized_keys"), "is no file of a home"),
    ],
)
def test_a_damaged_or_hostile_archive_changes_nothing(used: Home, tmp_path: Path, change: Change, says: str) -> None:
    file, before = tmp_path / "b.tar", set(tmp_path.rglob("*"))
    backup(used, file)
    altered(file, change)
    other = Home(tmp_path / "other")
    with pytest.raises(BackupError, match=says):
        restore(file, other, SOURCES)
    assert {path for path in tmp_path.rglob("*") if path.suffix != ".lock"} - before <= {file, other.root}


def test_links_and_members_that_the_manifest_does_not_name_never_leave_the_archive(used: Home, tmp_path: Path) -> None:
    file = tmp_path / "b.tar"
    backup(used, file)
    altered(file, lambda name, content: (name, content), more=("../evil", b"x"))
    restore(file, Home(tmp_path / "other"), SOURCES)
    assert not (tmp_path / "evil").exists()
    with tarfile.open(file, "a") as archive:  # the last one of a name counts
        link = tarfile.TarInfo("runs/r1/run.json")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    with pytest.raises(BackupError, match="is not what was put into it"):
        restore(file, Home(tmp_path / "third"), SOURCES)


@pytest.mark.parametrize("content", [b"", b"no archive", b"\x1f\x8b\x08\x00broken"])
def test_a_file_that_is_no_backup_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "b.tar.gz").write_bytes(content)
    with pytest.raises(BackupError, match="is damaged or no backup of Nyckeltal"):
        restore(tmp_path / "b.tar.gz", Home(tmp_path / "home"), SOURCES)


def test_there_must_be_something_to_keep(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="is NYCKELTAL_HOME right"):
        backup(Home(tmp_path / "nowhere"), tmp_path / "b.tar")
    assert not (tmp_path / "b.tar").exists()


@pytest.fixture(autouse=True)
def _no_leftovers(tmp_path: Path) -> Iterator[None]:
    yield
    assert list(tmp_path.rglob(".nyckeltal-backup-*")) == []
