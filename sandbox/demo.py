"""`make demo`: the simulated company, refreshed through the real pipeline, and its KPI board in the terminal.

Starts the sandbox server as a process of its own, then calls the same command line that a user calls. Everything is
written below `data/demo`, so that a real home is never touched.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

ROOT = Path(__file__).resolve().parents[1]
AS_OF = "2026-03-18T05:30:00+00:00"
WAIT_SECONDS = 180  # the demo world takes about 25 s to simulate on two cores


def main() -> int:
    """Exit code of the refresh or, if that went well, of the board."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.demo", description=__doc__)
    parser.add_argument("--size", choices=("small", "demo", "large"), default="demo")
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--as-of", default=AS_OF)
    parser.add_argument("--home", type=Path, default=ROOT / "data" / "demo", help="written anew (default %(default)s)")
    options = parser.parse_args()
    console = Console()
    home: Path = options.home.resolve()
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    world = [
        "--size",
        options.size,
        "--months",
        str(options.months),
        "--seed",
        str(options.seed),
        "--as-of",
        options.as_of,
    ]
    console.print(
        f"[bold]Simulating[/bold] {options.months} months of a Nordic shop ({options.size}, seed {options.seed}) …"
    )
    started = time.monotonic()
    with sandbox(world, home) as environment:
        console.print(f"[dim]the vendors' APIs answer after {time.monotonic() - started:.0f} s[/dim]\n")
        started = time.monotonic()
        refreshed = nyckeltal(["refresh", "--cadence", "full", "--as-of", options.as_of], environment)
        console.print(f"\n[dim]full refresh: {time.monotonic() - started:.0f} s[/dim]\n")
        if refreshed:
            return refreshed
        shown = nyckeltal(["board"], environment)
    console.print(
        f"\nThe numbers lie in [bold]{home.relative_to(Path.cwd()) if home.is_relative_to(Path.cwd()) else home}"
        "/serving/marts.duckdb[/bold], the pages beside them:\n"
        + "".join(f"  {file}\n" for file in page_files(home))
        + "Look around:\n"
        f"  export NYCKELTAL_HOME={home}\n"
        "  nyckeltal kpi cac_blended --grain month\n"
        "  nyckeltal kpi roas_net --grain month --by channel\n"
        "  nyckeltal serve   (the pages on http://127.0.0.1:8321)\n"
        "  make dev   (lineage, runs and backfills in the Dagster UI)"
    )
    return shown


def page_files(home: Path) -> list[Path]:
    """The persona pages of the run, the index first; none where they were not built."""
    return sorted((home / "serving" / "pages").glob("*.html"), key=lambda file: (file.stem != "index", file.stem))


@contextmanager
def sandbox(world: list[str], home: Path) -> Iterator[dict[str, str]]:
    """The server's process, and the environment in which connectors find it."""
    env_file, config = home / "sandbox.env", home / "config"
    command = [
        sys.executable,
        "-m",
        "sandbox",
        *world,
        "--port",
        "0",
        "--env-file",
        str(env_file),
        "--config",
        str(config),
    ]
    with (home / "sandbox.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
        try:
            yield {
                **os.environ,
                **read_env(env_file, server),
                "NYCKELTAL_HOME": str(home),
                "NYCKELTAL_CONFIG": str(config),
                "PYTHON_DOTENV_DISABLED": "1",  # real accounts have no place in the simulated company
            }
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(20)


def read_env(env_file: Path, server: "subprocess.Popen[bytes]") -> dict[str, str]:
    """Waits for the server's settings; raises RuntimeError when it stops or is not ready in time."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not env_file.exists():
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the sandbox did not start: see {env_file.with_name('sandbox.log')}")
        time.sleep(0.1)
    return dict(line.split("=", 1) for line in env_file.read_text("utf-8").splitlines() if line)


def nyckeltal(arguments: list[str], environment: dict[str, str]) -> int:
    """Runs the command line as a user would."""
    program = Path(sys.executable).with_name("nyckeltal")
    return subprocess.run([str(program), *arguments], cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
