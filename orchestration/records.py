"""What runs leave behind as JSON: `runs/<run>/<kind>.<name>.json`, and `runs/status/<source>.json`."""

import json
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

# Runs of about half a year at one a day; older ones are in the published tables of their time.
KEPT_RUNS = 200


@dataclass(frozen=True)
class Check:
    """One check of a gate. `failed_rows` is None where rows cannot be counted; `sample_key`: one key that failed."""

    name: str
    table: str
    passed: bool
    failed_rows: int | None = None
    threshold: str = ""
    sample_key: str = ""
    message: str = ""


@dataclass(frozen=True)
class LoadRecord:
    """How a source fared in a run. `status`: loaded, unchanged, held (its gate failed), failed, not_configured.

    `notes`: what a person should know although nothing failed, one sentence each.
    """

    source: str
    status: str
    as_of: str
    date_from: str | None = None
    date_to: str | None = None
    rows: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    error: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class GateRecord:
    """All checks of one gate (`landing.<source>` or `marts`)."""

    gate: str
    checks: tuple[Check, ...]

    @property
    def failed(self) -> list[Check]:
        return [check for check in self.checks if not check.passed]


@dataclass(frozen=True)
class Outcome:
    """How a run ended. `reasons`: one sentence for each step that failed; a source that failed is told by its load."""

    status: str  # success, failed
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Records:
    """The records of one run."""

    runs: Path
    run_id: str

    @property
    def folder(self) -> Path:
        return self.runs / self.run_id

    @property
    def as_of(self) -> datetime:
        return datetime.fromisoformat(read_json(self.folder / "run.json")["as_of"])

    def write(self, kind: str, name: str, content: Any) -> None:
        write_json(self.folder / f"{kind}.{name}.json", content)

    def read(self, kind: str) -> Iterator[dict[str, Any]]:
        """All records of a kind, by name."""
        for path in sorted(self.folder.glob(f"{kind}.*.json")):
            yield json.loads(path.read_text("utf-8"))

    def write_load(self, record: LoadRecord) -> None:
        self.write("load", record.source, asdict(record))
        # The last good load outlives the runs' folders.
        status = self.runs / "status" / f"{record.source}.json"
        known = read_json(status)
        good_at = record.as_of if record.status in ("loaded", "unchanged") else known.get("last_load_at")
        write_json(status, {"status": record.status, "last_load_at": good_at, "last_error": record.error})

    def loads(self) -> list[LoadRecord]:
        return [LoadRecord(**item) for item in self.read("load")]

    def write_outcome(self, outcome: Outcome) -> None:
        self.write("outcome", "run", asdict(outcome))

    def outcome(self) -> Outcome | None:
        """None while the run goes on, and where it was killed."""
        found = next(self.read("outcome"), None)
        return Outcome(found["status"], tuple(found["reasons"])) if found else None

    def write_published(self, classes: Iterable[str]) -> None:
        """Notes of which instant the published values of each class are; outlives the runs' folders."""
        for name in classes:
            write_json(self.runs / "classes" / f"{name}.json", {"as_of": self.as_of.isoformat()})

    def write_gate(self, record: GateRecord) -> None:
        self.write("gate", record.gate, asdict(record))

    def gates(self) -> list[GateRecord]:
        return [
            GateRecord(item["gate"], tuple(Check(**check) for check in item["checks"])) for item in self.read("gate")
        ]


def source_status(runs: Path, source: str) -> dict[str, Any]:
    """`status`, `last_load_at` (ISO text) and `last_error` of a source's last run; empty before the first."""
    return read_json(runs / "status" / f"{source}.json")


def published_as_of(runs: Path, name: str) -> datetime | None:
    """The instant of the published values of a class; None before the first."""
    found = read_json(runs / "classes" / f"{name}.json").get("as_of")
    return datetime.fromisoformat(found) if found else None


def all_runs(runs: Path) -> list[Records]:
    """Runs of which records are kept, oldest first."""
    started = {path.parent.name: read_json(path).get("started_at", "") for path in runs.glob("*/run.json")}
    return [Records(runs, run_id) for run_id in sorted(started, key=lambda run_id: (started[run_id], run_id))]


def forget_old_runs(runs: Path) -> None:
    for records in all_runs(runs)[:-KEPT_RUNS]:
        shutil.rmtree(records.folder, ignore_errors=True)


def read_json(path: Path) -> dict[str, Any]:
    """The object in a file; empty if there is none, or none that can be read: what it told is found out again."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_json(path: Path, content: Any) -> None:
    """Whole or not at all: a reader never sees half a record."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.write_text(json.dumps(content, indent=1, default=str, ensure_ascii=False), "utf-8")
    temporary.replace(path)
