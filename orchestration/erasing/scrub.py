"""Records, logs and Dagster's own tables without the hashes that checks quoted in them."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from connectors.common.erasure import HASHES, Erased, tombstone
from orchestration.home import Home
from orchestration.loading.promote import replacing

_HASH = re.compile(r"[0-9a-f]{64}")
_TEXTS = (".json", ".log", ".err", ".out", ".yaml", ".sql", "")


def scrub(home: Home, erased: Erased) -> None:
    """Replaces every erased hash in the files of runs, alerts, dbt and Dagster; DuckDB files are not among them."""
    for folder in (home.runs, home.alerts, home.dbt, home.dagster):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix == ".db":
                _scrub_sqlite(path, erased)
            elif path.is_file() and path.suffix in _TEXTS:
                text = path.read_text("utf-8", "surrogateescape")
                if (new := _scrubbed(text, erased)) != text:
                    with replacing(path) as temporary:
                        temporary.write_text(new, "utf-8", "surrogateescape")


def _scrubbed(text: str, erased: Erased) -> str:
    def substitute(match: re.Match[str]) -> str:
        marks = (tombstone(kind, match.group()) for kind in HASHES)
        return next((erased.substitutes[mark] for mark in marks if mark in erased.substitutes), match.group())

    return _HASH.sub(substitute, text)


def _scrub_sqlite(path: Path, erased: Erased) -> None:
    with closing(sqlite3.connect(path, timeout=60)) as connection:
        connection.execute("pragma secure_delete = on")
        connection.create_function("scrubbed", 1, lambda text: _scrubbed(text, erased))
        changed = 0
        for (table,) in connection.execute("select name from sqlite_master where type = 'table'").fetchall():
            for _, name, kind, *_ in connection.execute(f'pragma table_info("{table}")').fetchall():
                if kind.upper().startswith(("TEXT", "VARCHAR")):
                    where = f'where "{name}" is not null and scrubbed("{name}") <> "{name}"'
                    changed += connection.execute(
                        f'update "{table}" set "{name}" = scrubbed("{name}") {where}'
                    ).rowcount
        connection.commit()
        if changed:
            connection.execute("vacuum")
