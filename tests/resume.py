"""`make acceptance` and `make chaos` can be stopped and started again: what passed for this code is not done again.

The marks lie in `.cache/passed`, one per test and content of the repository; pages in Markdown do not count.
"""

import hashlib
import json
import subprocess
from collections.abc import Generator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
MARKS = ROOT / ".cache" / "passed"
RESUMED = ("acceptance", "chaos")


@cache
def fingerprint() -> str:
    """Changes with any file that git knows or would take."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    digest = hashlib.blake2b(digest_size=8)
    for name in sorted(set(listed.stdout.decode().split("\0"))):
        path = ROOT / name
        if path.is_file() and path.suffix != ".md":
            digest.update(name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _is_resumed(item: pytest.Item) -> bool:
    return any(item.get_closest_marker(name) for name in RESUMED)


def _mark(item: pytest.Item) -> Path:
    return MARKS / fingerprint() / f"{hashlib.blake2b(item.nodeid.encode(), digest_size=8).hexdigest()}.json"


def skip_what_passed(items: list[pytest.Item]) -> None:
    for item in items:
        if _is_resumed(item) and _mark(item).exists():
            seconds = json.loads(_mark(item).read_text("utf-8"))["seconds"]
            item.add_marker(pytest.mark.skip(reason=f"passed for this code, in {seconds:.0f} s"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    report = yield
    if call.when == "call" and report.passed and _is_resumed(item):
        mark = _mark(item)
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.write_text(json.dumps({"test": item.nodeid, "seconds": round(report.duration, 1)}), "utf-8")
    return report
