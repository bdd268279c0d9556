"""Killed six times at counted moments and run once more, a company's marts are those that nobody disturbed.

The short form here is over two toy vendors. `make chaos` is over the sandbox's small company: 40 rounds, SEED as an
argument, resumable as `make acceptance` is.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.boundaries import BOUNDARIES, Moment
from tests.chaos.plan import KILLS, boundaries, moments
from tests.chaos.rounds import READERS, SIGKILL

ROOT = Path(__file__).resolve().parents[2]
SEED = int(os.environ.get("SEED") or 1)
ROUNDS = 40
LEAST_HITS = 10
Round = Callable[[int], dict[str, Any]]


class Killed:
    """The warm process of a company; `moments` are those of its undisturbed run."""

    def __init__(self, company: str, folder: Path) -> None:
        self._errors = (folder / "errors.txt").open("w+")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.rounds", company, str(folder), str(SEED)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        self.moments = [Moment.parse(text) for text in self._answer()["passed"]]

    def round(self, number: int) -> dict[str, Any]:
        assert self._process.stdin
        self._process.stdin.write(f"{number}\n")
        self._process.stdin.flush()
        return self._answer()

    def close(self) -> None:
        self._process.communicate()
        self._errors.close()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            self._errors.seek(0)
            raise AssertionError(f"the process that is to be killed did not even start: {self._errors.read()[-3000:]}")
        return dict(json.loads(line))


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killed]:
    found = Killed("toy", tmp_path_factory.mktemp("toy"))
    yield found
    found.close()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killed]:
    found = Killed("small", tmp_path_factory.mktemp("small"))
    yield found
    found.close()


def _assert_survived(found: dict[str, Any], planned: list[Moment]) -> None:
    print(f"{found['seconds']} s: {', '.join(map(str, planned))}; {sum(r['reads'] for r in found['readers'])} reads")
    assert [kill["moment"] for kill in found["kills"]] == [str(moment) for moment in planned]
    for kill in found["kills"]:
        assert kill["ended"] == SIGKILL, f"not killed at {kill['moment']}: {kill['said']}"
    assert found["again"] == 0, found["said"]
    assert found["differs"] == ""
    assert found["left"] == []
    assert len(found["readers"]) == READERS
    told: dict[str, set[str]] = {}
    for reader in found["readers"]:
        assert reader["reads"] > 10
        assert reader["errors"] == []
        for run_id, contents in reader["found"].items():
            told.setdefault(run_id, set()).update(contents)
    torn = {run_id: contents for run_id, contents in told.items() if len(contents) != 1}
    assert not torn, "readers saw different contents under one run"


def test_a_round_of_kills_over_two_toy_vendors(toy: Killed) -> None:
    _assert_survived(toy.round(0), moments(toy.moments, SEED, 0))


def test_all_rounds_together_pass_every_boundary_often_and_spread(toy: Killed) -> None:
    """By the plan, which each round holds itself to."""
    drawn = [boundary for number in range(ROUNDS) for boundary in boundaries(tuple(BOUNDARIES), SEED, number)]
    counts = Counter(drawn)
    assert len(drawn) == ROUNDS * KILLS
    assert set(counts) == set(BOUNDARIES)
    assert min(counts.values()) >= LEAST_HITS
    # Two vendors that are files answer no calls over HTTP, and two marts have neither vintages nor pages.
    beyond = {"extract.answered", "vintage.written", "page.replaced", "pages.drawn"}
    assert {moment.boundary for moment in toy.moments} == set(BOUNDARIES) - beyond
    statements = {
        m for number in range(ROUNDS) for m in moments(toy.moments, SEED, number) if "build.statement" in str(m)
    }
    assert len(statements) > LEAST_HITS / 2


@pytest.mark.chaos
@pytest.mark.parametrize("number", range(ROUNDS), ids=lambda number: f"seed{SEED}-round{number}")
def test_a_round_of_kills_over_the_small_company(small: Killed, number: int) -> None:
    assert {moment.boundary for moment in small.moments} == set(BOUNDARIES)
    _assert_survived(small.round(number), moments(small.moments, SEED, number))
