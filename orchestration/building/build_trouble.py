"""What keeps the models from being built although dbt is right: damaged files, a full disk; each in one sentence."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import dagster as dg
import duckdb

from orchestration.building.build import BuildFailedError
from orchestration.recovery.damage import in_words, is_damage, is_damaged, opens, set_aside, set_aside_if_damaged
from orchestration.run import Run

logger = logging.getLogger("nyckeltal.run")

ANEW = "it is built anew from what landed"


def require_readable(run: Run, sources: Sequence[str]) -> None:
    """A warehouse that does not open is set aside; dg.Failure when a landing file does not, or is missing."""
    if not opens(run.home.warehouse):
        set_aside(run.home.warehouse, "models", ANEW)
    lost = [name for name in sources if not run.home.landing(name).exists() or not opens(run.home.landing(name))]
    if lost:
        raise dg.Failure(
            f"models: what {', '.join(lost)} landed cannot be read, and no load has replaced it yet; nothing is built, "
            f"and the last good marts are served. Run `nyckeltal refresh --source {lost[0]}` when its vendor answers",
            allow_retries=False,
        )


@contextmanager
def in_plain_words(run: Run, sources: Sequence[str]) -> Iterator[None]:
    """Turns an error into dg.Failure where its cause is a file; the damaged ones are set aside, for the next run.

    The caller holds the warehouse's lock.
    """
    try:
        yield
    except (BuildFailedError, duckdb.Error, OSError) as error:
        if is_damage(error) and (damaged := _set_aside(run, sources)):
            raise dg.Failure(
                f"models: {', '.join(damaged)} was damaged and is set aside; the last good marts are served. "
                "Run the same again: it is made anew",
                allow_retries=False,
            ) from None
        if words := in_words(error):
            raise dg.Failure(f"models: {words}", allow_retries=False) from None
        raise


def _set_aside(run: Run, sources: Sequence[str]) -> list[str]:
    """Names of the damaged files among those that a build reads and writes."""
    found = []
    if is_damaged(run.home.warehouse):
        set_aside(run.home.warehouse, "models", ANEW)
        found.append(run.home.warehouse.name)
    files = [run.home.landing(name) for name in sources]
    return found + [file.name for file in files if set_aside_if_damaged(file, "models", "the next load replaces it")]
