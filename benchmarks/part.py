"""Runs each measured part in a process of its own, so that its peak memory is its own and nothing is warm from before.

Here is both sides: `run_part` in the benchmark, `python -m benchmarks.part` in the part's process.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


class PartFailedError(Exception):
    """A part's process ended badly; the text holds the end of what it printed."""


@dataclass(frozen=True)
class Part:
    """One measurement. `seconds` and `cpu_seconds`: of the timed stretch, `process_seconds`: with start and imports.

    `load_average`: of the last minute before it began. `counts`: what it worked on (rows, pages, …).
    `seconds_of`: stretches of it by name.
    """

    name: str
    seconds: float
    cpu_seconds: float
    process_seconds: float
    peak_bytes: int
    load_average: float
    counts: dict[str, int] = field(default_factory=dict)
    seconds_of: dict[str, float] = field(default_factory=dict)


@dataclass
class Timed:
    """What a part's function measured; it fills in `counts` and `seconds_of`."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    counts: dict[str, int] = field(default_factory=dict)
    seconds_of: dict[str, float] = field(default_factory=dict)


@contextmanager
def timed() -> Iterator[Timed]:
    """Wall and processor seconds of the block."""
    found = Timed()
    started, used = time.perf_counter(), time.process_time()
    yield found
    found.seconds, found.cpu_seconds = time.perf_counter() - started, time.process_time() - used


def run_part(name: str, function: str, environment: Mapping[str, str] | None = None, **arguments: Any) -> Part:
    """Calls `function` (`package.module:name`, gives a Timed) with JSON-able arguments in a new process."""
    load_average = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as scratch:
        result, log = Path(scratch) / "result.json", Path(scratch) / "log"
        command = [sys.executable, "-m", "benchmarks.part", function, json.dumps(arguments), str(result)]
        started = time.perf_counter()
        with log.open("wb") as output:
            done = subprocess.run(
                command,
                cwd=ROOT,
                env={**os.environ, **(environment or {})},
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            )
        process_seconds = time.perf_counter() - started
        if done.returncode or not result.exists():
            words = log.read_text("utf-8", "replace")[-2000:]
            raise PartFailedError(f"{name} ended with exit code {done.returncode}:\n{words}")
        found = json.loads(result.read_text("utf-8"))
    return Part(name=name, process_seconds=process_seconds, load_average=load_average, **found)


def main() -> None:
    """The part's process: import, call, write what was measured."""
    import_module("pandas")  # Arrow imports it with its first array: 0.6 s that are nobody's speed
    function, arguments, result = sys.argv[1:]
    module, _, name = function.partition(":")
    measured: Timed = getattr(import_module(module), name)(**json.loads(arguments))
    Path(result).write_text(json.dumps({**measured.__dict__, "peak_bytes": peak_bytes()}), "utf-8")


def peak_bytes() -> int:
    """Most resident memory of this process since it began.

    Linux counts in `ru_maxrss` what the parent held at the fork, a simulated company for one; /proc does not.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


if __name__ == "__main__":
    main()
