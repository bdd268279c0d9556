"""Puts right what is damaged of a source's two files: the private one of its loader, and the promoted one."""

import logging

import duckdb

from connectors.common.run import LOADED_WINDOWS, dataset_name
from connectors.common.source import Source
from orchestration.home import Home
from orchestration.loading.promote import promote
from orchestration.recovery.damage import is_damaged, set_aside, set_aside_if_damaged

logger = logging.getLogger("nyckeltal.run")


def repair(home: Home, source: Source) -> bool:
    """Sets aside what is damaged; whether anything was. The caller holds the lock of the private file.

    The private file starts again from the promoted one, whose loads count no longer: the vendor is asked for all days
    again, and what it does not tell any more stays. A promoted file is not replaced by an empty one: until a gate has
    passed, the models wait (`promoted_is_missing`).
    """
    state, target = home.state(source.name), home.landing(source.name)
    found = set_aside_if_damaged(target, source.name, "the private file takes its place once its gate has passed")
    if is_damaged(state):
        set_aside(state, source.name, "it is built again from the vendor")
        if target.exists() and _has_loads(home, source):
            promote(target, state, lambda copy: _forget_loads(source, copy))
        found = True
    return found


def _has_loads(home: Home, source: Source) -> bool:
    """False for a file that `init` made: it lacks what dlt keeps beside the rows."""
    with duckdb.connect(str(home.landing(source.name)), read_only=True) as connection:
        rows = connection.execute(f"select 1 from {dataset_name(source)}.{LOADED_WINDOWS.name} limit 1").fetchall()
    return bool(rows)


def _forget_loads(source: Source, copy: object) -> None:
    with duckdb.connect(str(copy)) as connection:
        connection.execute(f"delete from {dataset_name(source)}.{LOADED_WINDOWS.name}")
