"""Damaged files, full and read-only disks, a clock gone back: one sentence each, and the last good marts served.

A full disk and a read-only folder are the operating system's errors raised where files are written: neither can be had
in a test without being root. Damage is real: bytes of the files are overwritten.
"""

import errno
import logging
import os
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.cli.marts import NothingPublishedError, open_marts
from orchestration.loading import history, promote
from orchestration.recovery.damage import DamagedFileError, is_damaged, opens
from orchestration.run import ClockBackError, clock_on
from tests.orchestration.conftest import AS_OF, Toy

NEXT_DAY = "2026-03-19T05:30:00+00:00"


def cut_off(path: Path) -> None:
    """What a broken copy leaves: its beginning."""
    os.truncate(path, 8192)


def spoil_blocks(path: Path) -> None:
    """The file opens; rows cannot be read: every block but the headers and the last one has a wrong checksum."""
    block, headers = 262_144, 3 * 4096
    with path.open("r+b") as file:
        for start in range(headers, path.stat().st_size - block, block):
            file.seek(start + 1000)
            file.write(b"\xff" * 64)


def set_aside(folder: Path) -> list[str]:
    """Names that the files had; a log goes with its file."""
    return sorted({path.name.rpartition(".corrupt-")[0] for path in folder.glob("*.corrupt-*")})


def test_a_damaged_private_file_is_built_again_from_the_vendor(toy: Toy, caplog: pytest.LogCaptureFixture) -> None:
    toy.refresh()
    cut_off(toy.home.state("shop"))
    toy.held["shop"] = toy.held["shop"][1:]  # the vendor does not tell its oldest order any more
    with caplog.at_level(logging.WARNING, "nyckeltal.run"):
        run = toy.refresh("daily", NEXT_DAY)
    assert run.success
    assert set_aside(toy.home.state("shop").parent) == ["shop.duckdb"]
    assert "shop: shop.duckdb is damaged and was set aside as shop.duckdb.corrupt-" in caplog.text
    load = next(load for load in run.records.loads() if load.source == "shop")
    assert (load.status, load.date_from) == ("loaded", "2026-01-01")
    assert toy.marts("select count(*), min(order_id) from fct_orders") == [(77, "o0")]


def test_a_damaged_promoted_file_is_restored_from_the_private_one_although_the_vendor_is_down(toy: Toy) -> None:
    toy.refresh()
    before = toy.marts("select * from fct_orders order by order_id")
    cut_off(toy.home.landing("shop"))
    toy.held["faults"] = {"shop": "down"}
    run = toy.refresh("daily", NEXT_DAY)
    assert run.failure("serving__run_outcome") == "shop: /rows failed 5 times (HTTP 503). The next run tries again."
    assert set_aside(toy.home.landing("shop").parent) == ["shop.duckdb"]
    assert toy.marts("select * from fct_orders order by order_id") == before
    assert toy.value("web_sessions", "day", "2026-03-18") == 2 * (100 + 76)


def test_where_both_are_lost_and_the_vendor_is_down_nothing_empty_is_published(toy: Toy) -> None:
    first = toy.refresh()
    for path in (toy.home.landing("shop"), toy.home.state("shop")):
        cut_off(path)
    toy.held["faults"] = {"shop": "down"}
    run = toy.refresh("daily", NEXT_DAY)
    assert "what shop landed cannot be read, and no load has replaced it yet" in run.failure("models")
    assert toy.marts("select run_id from publish_info") == [(first.run_id,)]
    toy.held["faults"] = {}
    assert toy.refresh("daily", NEXT_DAY).success
    assert toy.value("orders", "day", "2026-03-18") == 1


def test_a_bad_block_of_the_private_file_does_not_reach_the_promoted_one(toy: Toy) -> None:
    toy.refresh()
    good = toy.home.landing("shop").read_bytes()
    bad = toy.folder / "bad.duckdb"
    with duckdb.connect(str(bad)) as connection:
        connection.execute("create table t as select i, md5(i::varchar) as s from range(300000) r(i)")
    spoil_blocks(bad)
    assert opens(bad)
    assert is_damaged(bad)
    with pytest.raises(DamagedFileError, match="is damaged"):
        promote.promote(bad, toy.home.landing("shop"))
    assert toy.home.landing("shop").read_bytes() == good


def test_a_damaged_warehouse_and_damaged_marts_are_made_anew(toy: Toy) -> None:
    toy.refresh()
    before = toy.marts("select * from kpi_values order by all")
    cut_off(toy.home.warehouse)
    assert toy.refresh("full").success
    assert set_aside(toy.home.root) == ["warehouse.duckdb"]
    assert toy.marts("select * from kpi_values order by all") == before

    cut_off(toy.home.marts)
    with (
        pytest.raises(NothingPublishedError, match=r"cannot be read: run `nyckeltal refresh`"),
        open_marts(toy.home.marts),
    ):
        pass
    assert toy.refresh("full").success
    assert toy.marts("select * from kpi_values order by all") == before


@pytest.mark.parametrize(
    ("code", "words"),
    [(errno.ENOSPC, "the disk is full"), (errno.EROFS, "a file or folder below NYCKELTAL_HOME cannot be written")],
)
def test_a_disk_that_cannot_be_written_is_said_and_the_last_marts_are_served(
    toy: Toy, monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    first = toy.refresh()

    def refuse(*_: Any) -> None:
        raise OSError(code, os.strerror(code), "shop.duckdb")

    monkeypatch.setattr(promote.shutil, "copyfile", refuse)
    run = toy.refresh("daily", NEXT_DAY)
    assert run.error("shop").startswith(f"shop: {words}")
    assert run.error("shop").count("the last good data are served") == 1
    assert toy.value("orders", "day", "2026-03-18") is None
    assert toy.value("orders", "day", "2026-03-17") == 1
    monkeypatch.undo()
    assert first.success


def test_a_clock_that_went_back_is_refused_in_one_sentence(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    toy.refresh(as_of="2199-01-01T05:30:00+00:00")
    monkeypatch.delenv("NYCKELTAL_AS_OF", raising=False)
    with pytest.raises(ClockBackError, match="but data were loaded as of 2199-01-01 05:30 UTC; nothing is loaded"):
        clock_on(toy.home)
    monkeypatch.setenv("NYCKELTAL_AS_OF", AS_OF)
    assert clock_on(toy.home).year == 2026


def test_a_damaged_file_of_history_is_set_aside_and_its_rows_are_kept_anew(tmp_path: Path) -> None:
    from dataclasses import replace

    from connectors.common.run import create_empty
    from orchestration.home import Home
    from tests.orchestration.toy import MEMBERS, SOURCES

    source = replace(SOURCES["mail"], tables=(replace(MEMBERS, is_unrepeatable=True),))
    home = Home(tmp_path)
    create_empty(source, home.state("mail"))
    folder = home.history / "mail" / "members"
    for member in ("a", "b", "c"):
        with duckdb.connect(str(home.state("mail"))) as connection:
            connection.execute("insert into raw_mail.members values (?)", [member])
        history.remember(home, source)
    assert [path.name for path in sorted(folder.iterdir())] == [f"00000{n}.parquet" for n in (1, 2, 3)]
    os.truncate(folder / "000002.parquet", 100)
    assert history.remember(home, source) == {"members": 1}
    assert set_aside(folder) == ["000002.parquet"]
    home.state("mail").unlink()
    create_empty(source, home.state("mail"))
    history.remember(home, source)
    with duckdb.connect(str(home.state("mail"))) as connection:
        assert connection.execute("select member_id from raw_mail.members order by 1").fetchall() == [
            ("a",),
            ("b",),
            ("c",),
        ]
