"""`python -m tests.chaos.rounds COMPANY FOLDER SEED`: a warm process that runs rounds; one that forks has no threads.

It prepares the company, loads its first day, and runs the next day once undisturbed. Then each line of its input is
the number of a round; it answers with a line of JSON.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.chaos.boundaries import VARIABLE, Moment, install
from tests.chaos.company import FIRST, NEXT, Setting, small, toy
from tests.chaos.comparison import assert_equal_vintages, assert_pages_of_the_marts
from tests.chaos.plan import moments

READERS = 8
SIGKILL = -9
MARTS = "serving/marts.duckdb"
# What a refresh imports when it gets there; none of it starts a thread.
WARM = ("orchestration.cli.refresh", "orchestration.quality.landing", "orchestration.quality.marts")


def in_child(work: Callable[[], int | None]) -> int:
    """Runs in a forked process; the signal that ended it as a negative number, else its exit code."""
    child = os.fork()
    if child == 0:
        code = 99
        try:
            code = work() or 0
        finally:  # a child must not go on as if it were the parent
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


class Rounds:
    """One company: its files after the first day, and the marts of a second day that nobody disturbed."""

    def __init__(self, setting: Setting, folder: Path, seed: int) -> None:
        self._setting = setting
        self._folder = folder
        self._seed = seed
        self._undisturbed = folder / "undisturbed" / "home"
        self.passed: list[Moment] = []

    def prepare(self) -> None:
        """RuntimeError when even the undisturbed runs fail."""
        trace = self._folder / "passed.txt"
        self._must(in_child(lambda: self._refresh("before", FIRST, "full")), "before")
        shutil.copytree(self._folder / "before", self._folder / "undisturbed")
        self._must(in_child(lambda: self._refresh("undisturbed", NEXT, "daily", trace)), "undisturbed")
        self.passed = [Moment.parse(line) for line in trace.read_text("utf-8").splitlines()]

    def run(self, number: int) -> dict[str, Any]:
        """The kills, then the same command once more; what came of it."""
        started = time.monotonic()
        work = self._folder / f"round-{number}"
        shutil.copytree(self._folder / "before", work)
        marts = work / "home" / MARTS
        readers = [_reader(marts) for _ in range(READERS)]
        kills = []
        for moment in moments(self.passed, self._seed, number):
            ended = in_child(lambda moment=moment: self._refresh(work.name, NEXT, "daily", kill_at=moment))
            kills.append({"moment": str(moment), "ended": ended, "said": self._said(work.name)})
        again = in_child(lambda: self._refresh(work.name, NEXT, "daily"))
        said = self._said(work.name)
        read = [_ended(reader) for reader in readers]
        differs = self._folder / f"{work.name}.txt"
        home = work / "home"
        in_child(lambda: _compare(self._undisturbed, home, differs))
        found = {
            "round": number,
            "kills": kills,
            "again": again,
            "said": said,
            "readers": read,
            "differs": differs.read_text("utf-8"),
            "left": [str(p.relative_to(home)) for p in home.rglob("*") if _is_left_over(p.relative_to(home))],
            "seconds": round(time.monotonic() - started, 1),
        }
        shutil.rmtree(work)
        return found

    def _refresh(
        self, name: str, as_of: Any, cadence: str, trace: Path | None = None, kill_at: Moment | None = None
    ) -> int:
        """In a forked process: what `nyckeltal refresh` does."""
        self._setting.prepare(self._folder / name, as_of)
        if kill_at:
            os.environ[VARIABLE] = str(kill_at)
        passing = install() if kill_at or trace else None
        log = os.open(self._log(name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(log, 1)
        os.dup2(log, 2)
        refresh = import_module("orchestration.cli.refresh").refresh
        code = int(refresh(cadence, None, None, [], as_of.isoformat()))
        if trace and passing:
            trace.write_text("\n".join(map(str, passing.passed)), "utf-8")
        return code

    def _log(self, name: str) -> Path:
        return self._folder / f"{name}.log"

    def _said(self, name: str) -> str:
        return self._log(name).read_text("utf-8")[-3000:]

    def _must(self, code: int, name: str) -> None:
        if code != 0:
            raise RuntimeError(f"the run {name!r} that nobody disturbs ended with {code}: {self._said(name)}")


def _reader(marts: Path) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.chaos.reader", str(marts)],
        cwd=Path(__file__).resolve().parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "reading\n"
    return process


def _ended(reader: "subprocess.Popen[str]") -> dict[str, Any]:
    out, _ = reader.communicate()
    return dict(json.loads(out))


def _compare(undisturbed: Path, home: Path, differs: Path) -> None:
    """Marts, what was known when, and the pages, which are those of the marts."""
    from tests.everything.published import assert_equal_marts

    try:
        assert_equal_marts(undisturbed / MARTS, home / MARTS)
        assert_equal_vintages(undisturbed / "history", home / "history")
        assert_pages_of_the_marts(home)
    except AssertionError as error:
        differs.write_text(str(error) or "they differ", "utf-8")
    else:
        differs.write_text("", "utf-8")


def _is_left_over(path: Path) -> bool:
    """What only a run that has not ended may have."""
    is_ours = path.parts[0] not in ("dagster", "dbt")
    return is_ours and (".tmp" in path.name or path.name.endswith((".unfinished", ".wal")))


def main() -> None:
    company, folder, seed = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    setting = small(folder) if company == "small" else toy()
    import connectors
    from orchestration import assemble, home
    from orchestration.building.manifest import Project

    connectors.sources = lambda: setting.sources  # type: ignore[assignment]
    connectors.NAMES = tuple(setting.sources)
    home.DBT_PROJECT = setting.project
    # Parsing starts threads, which a fork would lose: a child does it, this process finds it done.
    in_child(lambda: Project.open(setting.project) and 0)
    definitions = assemble.assemble(setting.sources, setting.project)
    assemble.assemble = lambda *_: definitions
    for module in ("dbt.cli.main", "dbt.adapters.duckdb.connections", *WARM):
        import_module(module)
    rounds = Rounds(setting, folder, seed)
    rounds.prepare()
    print(json.dumps({"passed": [str(moment) for moment in rounds.passed]}), flush=True)
    for line in sys.stdin:
        print(json.dumps(rounds.run(int(line))), flush=True)


if __name__ == "__main__":
    main()
