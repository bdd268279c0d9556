"""A power cut at any step: the same command again gives the marts of a run that nobody disturbed."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.orchestration.crashes import STEPS

ROOT = Path(__file__).resolve().parents[2]
SIGKILL = -9


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("crashes")
    command = [sys.executable, "-m", "tests.orchestration.crashes", str(folder)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-3000:]
    return dict(json.loads(result.stdout.splitlines()[-1]))


@pytest.mark.parametrize("step", STEPS)
def test_killed_and_run_again_equals_undisturbed(found: dict[str, Any], step: str) -> None:
    assert found["before"] != found["undisturbed"]
    assert found[step]["ended"] == SIGKILL
    assert found[step]["meanwhile"] == found["before"]
    assert found[step]["again"] == 0
    assert found[step]["marts"] == found["undisturbed"]
    assert found[step]["left"] == []
