"""What the pages on disk were drawn from: a mark in each of them, so that nothing is drawn twice."""

import hashlib
from functools import cache
from pathlib import Path

from dashboards.trust import HeldBack, held_back
from dashboards.views import PERSONAS
from orchestration.cli.marts import NothingPublishedError, Row, open_marts
from orchestration.home import Home

ROOT = Path(__file__).resolve().parents[1]
# Code that decides what a page says.
FOLDERS = ("dashboards", "orchestration/cli")
# The mark stands in the head, before styles and data.
HEAD_BYTES = 2_000


def mark(info: Row, held: HeldBack | None) -> str:
    """Changes with what was published (boards and goals, too), with a held-back run, and with the pages' code."""
    drawn = (_code(), info["run_id"], info["published_at"], held)
    return hashlib.blake2b(repr(drawn).encode(), digest_size=16).hexdigest()


def is_drawn(home: Home) -> bool:
    """Whether every page on disk shows what is published now; False where nothing is."""
    try:
        with open_marts(home.marts) as marts:
            wanted = mark(marts.info(), held_back(home.runs)).encode()
    except NothingPublishedError:
        return False
    return all(wanted in _head(home.pages / f"{name}.html") for name in (*PERSONAS, "index"))


def _head(file: Path) -> bytes:
    if not file.exists():
        return b""
    with file.open("rb") as opened:
        return opened.read(HEAD_BYTES)


@cache
def _code() -> str:
    digest = hashlib.blake2b(digest_size=16)
    for folder in FOLDERS:
        for file in sorted((ROOT / folder).rglob("*")):
            if file.suffix in (".py", ".js", ".css", ".json", ".j2"):
                digest.update(file.read_bytes())
    return digest.hexdigest()
