"""All names of one person: from an address to the ids that each vendor knows it by."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from connectors.common.erasure import kind_of
from connectors.common.privacy import Hasher, normal_email
from connectors.common.source import Source
from orchestration.erasing.places import files_of, guard, personal_columns, reading
from orchestration.home import Home

Name = tuple[str, str]  # kind, value
# Such a name leads to others of the same person; a phone number may be a family's.
LEADING = ("email", "member", "contact", "customer", "list member")


def hashes_of(address: str, hasher: Hasher) -> set[Name]:
    """What an address lands as: its own hash, and that of the id which Mailchimp makes of it."""
    normal = normal_email(address) or ""
    vendor_id = hashlib.md5(normal.encode(), usedforsecurity=False).hexdigest()
    found = {("email", hasher.email(address)), ("member", hasher.text(vendor_id))}
    return {(kind, value) for kind, value in found if value}


def names_of(home: Home, sources: Mapping[str, Source], known: Iterable[Name]) -> set[Name]:
    """All names that stand in a row beside a known one, in any source: ids, numbers, other addresses."""
    found = set(known)
    while True:
        more = {
            name
            for source in sources.values()
            for file in files_of(home, source)
            for name in names_beside(file, source, found)
        }
        if more <= found:
            return found
        found |= more


def names_beside(file: Path, source: Source, known: set[Name]) -> Iterator[Name]:
    with reading(file) as connection:
        for relation, table, columns in personal_columns(connection, source):
            leading = [name for name, kind in columns.items() if kind in LEADING]
            asked = [
                (name, [value for kind, value in known if kind == kind_of(source.name, columns[name])])
                for name in leading
            ]
            where = " or ".join(f"{name} in (select unnest(?))" for name, values in asked if values)
            if not where:
                continue
            rows = connection.execute(
                f"select distinct {', '.join(columns)} from file.{relation} where ({where}){guard(table)}",
                [values for _, values in asked if values],
            ).fetchall()
            for row in rows:
                named = zip(columns.values(), row, strict=True)
                yield from ((kind_of(source.name, kind), value) for kind, value in named if value)
