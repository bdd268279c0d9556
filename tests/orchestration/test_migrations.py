"""What an older version stored is brought up to this one; what a newer one stored is left alone."""

import stat
from pathlib import Path

import pytest

from orchestration.home import Home
from orchestration.init import initialise
from orchestration.recovery import migrations
from orchestration.recovery.migrations import MIGRATIONS, NewerHomeError, migrate, version_of
from tests.orchestration.test_backup import write
from tests.orchestration.toy import SOURCES


@pytest.fixture
def older(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home as the version before noted versions laid it out: folders open to all, dlt's finished loads kept."""
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
    home = Home(tmp_path / "home")
    for folder in ("state", "landing", "history", "runs", "serving", "dagster", "dbt"):
        (home.root / folder).mkdir(parents=True, mode=0o755)
    for file in (home.state("shop"), home.warehouse, home.marts):
        write(file, 1)
    finished = home.root / "state" / ".pipelines" / "shop" / "load" / "loaded" / "1.2" / "completed_jobs"
    finished.mkdir(parents=True)
    (finished / "orders.parquet").write_text("rows", "utf-8")
    return home


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_home_of_before_versions_is_brought_up_and_keeps_its_rows(older: Home) -> None:
    rows = {file: file.read_bytes() for file in (older.state("shop"), older.warehouse, older.marts)}
    assert version_of(older) == 0
    initialise(older, SOURCES)
    assert version_of(older) == len(MIGRATIONS)
    assert {mode(folder) for folder in older.private} == {0o700}
    assert mode(older.warehouse) == 0o600
    assert mode(older.marts.parent) == 0o755, "BI tools of other accounts read what is published"
    assert not (older.root / "state" / ".pipelines").exists()
    assert {file: file.read_bytes() for file in rows} == rows
    assert migrate(older) == []


def test_each_step_is_told_and_taken_once(older: Home) -> None:
    done = migrate(older)
    assert len(done) == len(MIGRATIONS)
    assert all(text.endswith(".") for text in done)
    assert migrate(older) == []


def test_a_killed_migration_goes_on_where_it_was(older: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []

    def third(home: Home) -> None:
        """Third."""
        taken.append(3)

    def broken(home: Home) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(migrations, "MIGRATIONS", (*MIGRATIONS, broken, third))
    with pytest.raises(KeyboardInterrupt):
        migrate(older)
    assert version_of(older) == len(MIGRATIONS)
    monkeypatch.setattr(migrations, "MIGRATIONS", (*MIGRATIONS, third))
    assert migrate(older) == ["Third."]
    assert taken == [3]


def test_a_new_home_has_this_version_and_needs_no_step(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    assert version_of(home) is None
    assert migrate(home) == []
    assert version_of(home) == len(MIGRATIONS)
    home.make()
    assert {mode(folder) for folder in home.private} == {0o700}


def test_a_newer_home_is_left_alone(older: Home) -> None:
    (older.root / "schema_version").write_text("99\n", "ascii")
    with pytest.raises(NewerHomeError, match=r"written by a newer Nyckeltal \(its data have version 99"):
        initialise(older, SOURCES)
    assert version_of(older) == 99
    assert mode(older.state("shop").parent) == 0o755
