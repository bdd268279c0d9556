"""One source's step: load, gate, promote. Never raises for what goes wrong at a source; the record says it."""

import logging
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb

from connectors.common.erasure import Erased
from connectors.common.errors import SourceError
from connectors.common.privacy import load_hasher
from connectors.common.run import LoadResult, dataset_name, last_load, load
from connectors.common.source import Source
from connectors.common.sql import quoted
from connectors.common.window import Window
from orchestration import keys
from orchestration.home import ROOT
from orchestration.init import complete, ensure_landing
from orchestration.loading.history import remember
from orchestration.loading.promote import promote
from orchestration.locks import writer_lock
from orchestration.quality.suite import GateBrokenError
from orchestration.records import GateRecord, LoadRecord
from orchestration.recovery.backfill import Progress, gaps_of, parts
from orchestration.recovery.damage import in_words, is_damage, was_set_aside
from orchestration.recovery.repair import repair
from orchestration.run import Run, secrets_file

logger = logging.getLogger("nyckeltal.run")


@dataclass(frozen=True)
class Unpromoted:
    """Loads that stand in the private file and not in the promoted one, and the days they cover together."""

    date_from: date
    date_to: date


def land(run: Run, source: Source) -> tuple[LoadRecord, GateRecord | None]:
    """Loads a source and, if its gate passes, promotes it. The records are written, too."""
    started = time.monotonic()
    gate: GateRecord | None = None
    what = f"load {source.name}"
    try:
        ensure_landing(run.home, source)
        if not source.is_configured:
            record = _record(run, source, "not_configured")
        else:
            with writer_lock(run.home.state(source.name), what, logger.warning):
                record, gate = _load_or_repair(run, source)
    except SourceError as error:
        record = _record(run, source, "failed", error=str(error))
    except Exception as error:  # noqa: BLE001  whatever breaks in one source, the others go on
        record = _record(run, source, "failed", error=f"{source.name}: {in_words(error) or describe(error)}")
    record = LoadRecord(**{**record.__dict__, "seconds": round(time.monotonic() - started, 3)})
    run.records.write_load(record)
    if gate:
        run.records.write_gate(gate)
    _tell(source, record)
    return record, gate


def _tell(source: Source, record: LoadRecord) -> None:
    rows = sum(record.rows.values())
    words = {
        "loaded": f"{rows:,} rows from {record.date_from}",
        "unchanged": f"nothing new from {record.date_from}",
        "held": "held back by its gate",
        "failed": "not loaded",
        "not_configured": "not configured",
    }
    marks = {"loaded": "good", "unchanged": "good", "not_configured": ""}
    step(source.title, words[record.status], marks.get(record.status, "bad"), record.seconds)
    for note in record.notes:
        logger.warning(note)


def step(title: str, says: str, mark: str, seconds: float | None = None) -> None:
    """A line that stays on the terminal; `mark`: good, bad, or none."""
    took = "" if seconds is None else f"{seconds:5.1f} s"
    logger.info("%-31s %-33s %s", title, says, took, extra={"is_step": True, "mark": mark})


def _load_or_repair(run: Run, source: Source) -> tuple[LoadRecord, GateRecord | None]:
    """A damaged file is set aside, and the load begins once more."""
    try:
        return _load_and_promote(run, source)
    except Exception as error:
        if not is_damage(error) or not repair(run.home, source):
            raise
    return _load_and_promote(run, source)


def _load_and_promote(run: Run, source: Source) -> tuple[LoadRecord, GateRecord | None]:
    if was_set_aside(run.home.landing(source.name)) and run.home.state(source.name).exists():
        _gate_and_promote(run, source, None)  # now: the vendor may not answer
    result = _load_parts(run, source, run.home.state(source.name))
    if result.is_changed:
        remember(run.home, source)
    return _gate_and_promote(run, source, result)


def _gate_and_promote(run: Run, source: Source, result: LoadResult | None) -> tuple[LoadRecord, GateRecord | None]:
    state, target = run.home.state(source.name), run.home.landing(source.name)
    waiting = unpromoted(source, state, target)
    if waiting is None:
        return _record(run, source, "unchanged", result), None
    # Great Expectations takes seconds to import: only where a gate runs.
    from orchestration.quality.landing import landing_gate

    try:
        gate = landing_gate(run, source, waiting.date_from, waiting.date_to)
    except GateBrokenError as error:
        return _record(run, source, "held", result, f"{_held(source)} because its gate is broken: {error}"), None
    if gate.failed:
        return _record(run, source, "held", result, held_sentence(source, gate)), gate
    with writer_lock(target, f"promote {source.name}", logger.warning):
        promote(state, target, lambda copy: complete(source, copy))
    return _record(run, source, "loaded", result), gate


def _load_parts(run: Run, source: Source, state: Path) -> LoadResult:
    """All loads of the step as one: their rows added, the days from the first to the last."""
    hasher = load_hasher(secrets_file())
    keys.remember(run.home, hasher)
    erased = Erased.read(run.home.erasures)
    windows, _ = promoted(run.home.landing(source.name), source)
    done: list[LoadResult] = []
    for part in parts(run, source, gaps_of(run, source, windows) if run.fill_gaps else []):
        plan = part.plan
        logger.info("%s: %s to %s", source.title, plan.window.date_from, plan.window.date_to)
        # Days loaded again are never asked for as they were before the last load: younger rows would get older.
        last = last_load(source, state, is_any=True) if part.range else None
        done.append(load(source, state, plan, max(run.as_of, last[1]) if last else run.as_of, hasher, erased))
        if part.range:
            Progress.of(run.home, source).note(part.range, plan.window.date_to)
    first, last_day = (min(item.plan.window.date_from for item in done), max(item.plan.window.date_to for item in done))
    rows = {name: sum(item.rows.get(name, 0) for item in done) for name in done[-1].rows}
    whole = replace(done[-1].plan, window=Window(first, last_day))
    new = sorted({name for item in done for name in item.new_columns})
    return replace(done[-1], plan=whole, rows=rows, is_changed=any(item.is_changed for item in done), new_columns=new)


def promoted(path: Path, source: Source) -> tuple[list[Window], int]:
    """The windows that were loaded and promoted, and the rows of all declared tables."""
    if not path.exists():
        return [], 0
    schema = dataset_name(source)
    counts = " + ".join(f"(select count(*) from {schema}.{table.name})" for table in source.tables)
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{quoted(path)}' as landing (read_only)")
        connection.execute("use landing")
        windows = connection.execute(f"select distinct date_from, date_to from {schema}.loaded_windows").fetchall()
        row = connection.execute(f"select {counts}").fetchone()
    return [Window(*window) for window in windows], int(row[0]) if row else 0


def held_sentence(source: Source, gate: GateRecord) -> str:
    """Why the last good data of a source stay, in one sentence."""
    first = gate.failed[0]
    more = f" and {len(gate.failed) - 1} more" if len(gate.failed) > 1 else ""
    return f"{_held(source)} because {first.table} fails the check “{first.name}”{more}: {first.message}"


def _held(source: Source) -> str:
    return f"{source.name}: the new data are held back and the last good ones served,"


def unpromoted(source: Source, state: Path, target: Path) -> Unpromoted | None:
    """What a gate still has to look at; None when all that was loaded is promoted.

    A load that was held back counts until a later one passes: its days are in the private file.
    """
    windows = f"{dataset_name(source)}.loaded_windows"
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{quoted(state)}' as state (read_only)")
        # An id alone may come back when a vendor returns to earlier rows under the same clock.
        known = f"(load_id, loaded_at) in (select (load_id, loaded_at) from landing.{windows})"
        if target.exists():
            connection.execute(f"attach '{quoted(target)}' as landing (read_only)")
        else:
            known = "false"
        row = connection.execute(
            f"select min(date_from), max(date_to) from state.{windows} where not {known}"
        ).fetchone()
    return None if row is None or row[0] is None else Unpromoted(*row)


def describe(error: BaseException) -> str:
    """An unexpected error, its first cause, without its own words: they may hold a secret or a person's data."""
    while cause := error.__cause__ or error.__context__:
        error = cause
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(ROOT) and ".venv" not in frame.filename]
    where = ours[-1] if ours else frames[-1] if frames else None
    place = f" in {Path(where.filename).name} line {where.lineno}" if where else ""
    return f"an unexpected {type(error).__name__}{place} stopped it; the last good data are served"


def _record(
    run: Run, source: Source, status: str, result: LoadResult | None = None, error: str | None = None
) -> LoadRecord:
    window = result.plan.window if result else None
    return LoadRecord(
        source=source.name,
        status=status,
        as_of=run.as_of.isoformat(),
        date_from=window.date_from.isoformat() if window else None,
        date_to=window.date_to.isoformat() if window else None,
        rows=result.rows if result else {},
        error=error,
        notes=tuple(_new_columns(source, result.new_columns)) if result else (),
    )


def _new_columns(source: Source, names: list[str]) -> Iterator[str]:
    if names:
        yield (
            f"{source.name}: the vendor sends what it did not send before: {', '.join(names)}. "
            "It is passed over, and all else is loaded as usual"
        )
