"""Forgets people: what names them goes from every stored file, their rows stay as those of a stranger.

Sums, counts and what one person did in a row stay as they were, since the same substitute stands wherever the name
stood. Free pages of a DuckDB file may keep what was deleted, so each file that changes is written anew.
"""

import shutil
from collections.abc import Iterable, Mapping

from connectors.common.erasure import Erased
from connectors.common.source import Source
from orchestration.erasing.names import Name
from orchestration.erasing.places import files_of, people_tables
from orchestration.erasing.scrub import scrub
from orchestration.erasing.stored import rewrite, rewrite_history
from orchestration.home import Home
from orchestration.loading.promote import replacing
from orchestration.locks import writer_lock

Sources = Mapping[str, Source]


def erase(home: Home, sources: Sources, names: Iterable[Name]) -> dict[str, int]:
    """Puts the names on the list that every load and restore obeys, and forgets them; rows changed by file."""
    with writer_lock(home.erasures, "erase"):
        erased = Erased.read(home.erasures).add(names)
        with replacing(home.erasures) as temporary:
            erased.write(temporary)
    return forget(home, sources, erased)


def forget(home: Home, sources: Sources, erased: Erased) -> dict[str, int]:
    """Applies the list to all that is stored. The warehouse goes whole where anything changed: it is built anew."""
    changed: dict[str, int] = {}
    for source in sources.values():
        for file in files_of(home, source):
            with writer_lock(file, f"erase in {source.name}"):
                changed[f"{file.parent.name}/{file.name}"] = rewrite(file, source, erased)
        if people_tables(source):
            with writer_lock(home.state(source.name), f"erase in {source.name}"):
                # What dlt keeps of finished loads are rows, too; it starts each load without them.
                shutil.rmtree(home.state(source.name).parent / ".pipelines" / source.name, ignore_errors=True)
        changed |= rewrite_history(home, source, erased)
    changed = {name: rows for name, rows in changed.items() if rows}
    if changed:
        with writer_lock(home.warehouse, "erase"):
            for file in (home.warehouse, home.warehouse.with_name("warehouse.duckdb.wal"), home.dbt / "built.json"):
                file.unlink(missing_ok=True)
        _remove_set_aside(home)
    scrub(home, erased)
    return changed


def _remove_set_aside(home: Home) -> None:
    """Damaged files in whose place another one stands: nobody needs them, and nobody could say what is in them."""
    for path in home.root.rglob("*.corrupt-*"):
        if path.with_name(path.name.partition(".corrupt-")[0]).exists():
            path.unlink(missing_ok=True)
