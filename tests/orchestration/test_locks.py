import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from orchestration.locks import holder, is_locked, writer_lock

HOLD = """
import sys, time
from pathlib import Path
from orchestration.locks import writer_lock
with writer_lock(Path(sys.argv[1]), "load shop"):
    print("held", flush=True)
    time.sleep(60)
"""


def hold(file: Path) -> "subprocess.Popen[str]":
    """Another process that holds the lock until it is killed."""
    root = Path(__file__).resolve().parents[2]
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(file)], cwd=root, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline().strip() == "held"
    return process


def test_a_second_writer_waits_and_says_for_whom_until_the_first_is_killed(tmp_path: Path) -> None:
    file, told, done = tmp_path / "shop.duckdb", [], threading.Event()
    other = hold(file)

    def wait() -> None:
        with writer_lock(file, "promote shop", told.append):
            done.set()

    waiter = threading.Thread(target=wait)
    waiter.start()
    while not told:
        time.sleep(0.01)
    assert is_locked(file)
    assert not done.is_set()
    assert told == [f"promote shop: waiting for {holder(file)} to be done with shop.duckdb"]
    assert f"process {other.pid} (load shop, since" in told[0]

    os.kill(other.pid, signal.SIGKILL)
    other.wait()
    waiter.join(10)
    assert done.is_set()
    assert not is_locked(file)


def test_the_lock_is_free_after_an_error(tmp_path: Path) -> None:
    file = tmp_path / "x.duckdb"
    try:
        with writer_lock(file, "load x"):
            raise ValueError
    except ValueError:
        pass
    with writer_lock(file, "load x", lambda text: (_ for _ in ()).throw(AssertionError(text))):
        pass
