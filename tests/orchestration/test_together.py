"""The command line and a schedule's run at once, over one company, while somebody reads."""

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from tests.orchestration.conftest import AS_OF, Toy, query
from tests.orchestration.test_cli import holding
from tests.orchestration.test_locks import hold

ROOT = Path(__file__).resolve().parents[2]
NEXT_DAY = "2026-03-19T05:30:00+00:00"
COMMAND_LINE = ("-m", "tests.orchestration.toy", "refresh")
SCHEDULED = ("-m", "dagster", "job", "execute", "-m", "tests.orchestration.toy_definitions", "-j", "refresh_daily")


def test_runs_that_would_write_one_file_wait_and_say_for_whom_and_readers_do_not_wait(toy: Toy) -> None:
    toy.refresh()
    (toy.folder / "vendors.json").write_text(json.dumps(toy.held), "utf-8")
    stop, slowest, runs = threading.Event(), [0.0], set()

    def read() -> None:
        while not stop.is_set():
            started = time.monotonic()
            runs.update(query(toy.home.marts, "select run_id from publish_info"))
            slowest[0] = max(slowest[0], time.monotonic() - started)
            time.sleep(0.05)

    reader = threading.Thread(target=read)
    reader.start()
    holder = hold(toy.home.state("shop"))
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NYCKELTAL_AS_OF": NEXT_DAY}
    processes = [
        subprocess.Popen(
            [sys.executable, *arguments],
            cwd=toy.folder,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=(toy.folder / f"{number}.txt").open("w"),
        )
        for number, arguments in enumerate((COMMAND_LINE, SCHEDULED))
    ]
    try:
        words = f"load shop: waiting for process {holder.pid} (load shop, since"
        while any(words not in (toy.folder / f"{number}.txt").read_text("utf-8") for number in (0, 1)):
            assert all(process.poll() is None for process in processes), (toy.folder / "1.txt").read_text("utf-8")
            time.sleep(0.1)
        assert query(toy.home.marts, "select data_until from publish_info")[0][0].isoformat() < AS_OF[:10]
        holder.kill()
        assert [process.wait(300) for process in processes] == [0, 0], (toy.folder / "0.txt").read_text("utf-8")
    finally:
        for process in (holder, *processes):
            process.kill()
        stop.set()
        reader.join()
    assert toy.value("orders", "day", "2026-03-18") == 1
    assert len(runs) >= 2
    assert slowest[0] < 30
    # Each run's waiting stands among its events in Dagster, too.
    told = holding(toy.home.dagster / "history" / "runs", f"waiting for process {holder.pid}")
    assert len({path.name.partition(".")[0] for path in told}) == 2
