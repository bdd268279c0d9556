"""Finds secrets, e-mail addresses and phone numbers in clear in any file, whatever its format."""

import base64
import gzip
import hashlib
import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import duckdb
import pyarrow.parquet as pq

# Looked for around the sign alone: a pattern of the whole address tries each letter of a long text as its first.
_AT = re.compile(rb"@|%40|\\u0040")
_NAME, _HOST = re.compile(rb"[\w.+-]+\Z"), re.compile(rb"[\w-]+(?:\.[\w-]+)+")
LONGEST_NAME = 64
_NUMBER = re.compile(rb"\d{8,}")
_DIGEST = re.compile(rb"[0-9a-f]{32,}")
# Shorter pieces of Base64 occur by chance.
LEAST = 10
# Kinds of columns whose values may be text or a phone number; the others are dates, flags and amounts.
_TELLING = (
    "data_type not in ('DATE', 'BOOLEAN', 'DOUBLE', 'FLOAT', 'TIME') and data_type not like 'TIMESTAMP%' "
    # A rate of 7 % is 0.0700000000, whose digits are somebody's number; a number in clear would be text or whole.
    "and data_type not like 'DECIMAL%'"
)


@dataclass(frozen=True)
class Leak:
    """What stands where; the text names the kind and the first characters only."""

    place: str
    what: str


@dataclass(frozen=True)
class Planted:
    """What must not be found. Addresses and numbers as people write them."""

    secrets: frozenset[str]
    addresses: frozenset[str]
    phones: frozenset[str]

    def leaks(self, folder: Path, besides: Iterable[Path] = ()) -> list[Leak]:
        """All leaks below a folder, without the files `besides`. ValueError when there is no file."""
        files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path not in set(besides)]
        if not files:
            raise ValueError(f"there is no file below {folder}")
        return [
            Leak(f"{path.relative_to(folder)}{place}", what)
            for path in files
            for place, text in texts(path)
            for what in self.found(text)
        ]

    def found(self, text: bytes) -> list[str]:
        """What stands in a text: as it is, in a URL or JSON, in Base64; addresses and numbers as bare digests, too."""
        hits = {what for way, what in self._secrets.items() if way in text}
        hits |= {f"address {way[:4]!r}…" for way in set(_written_addresses(text)) & self._addresses}
        hits |= {f"phone {match[:5]!r}…" for match in set(_NUMBER.findall(text)) & self._numbers}
        hits |= {f"digest of {self._digests[match]}" for match in set(_DIGEST.findall(text)) & self._digests.keys()}
        return sorted(hits)

    @cached_property
    def _secrets(self) -> dict[bytes, str]:
        """Every way of writing each secret → what to say."""
        ways = {}
        for secret in self.secrets:
            plain = secret.encode()
            # Base64 of a longer text that holds it: the same at each of three positions, but for its ends.
            encoded = [base64.b64encode(b"\0" * pad + plain)[4 * (pad > 0) :][:-4] for pad in range(3)]
            for way in (plain, quote(secret, safe="").encode(), *(text for text in encoded if len(text) >= LEAST)):
                ways[way] = f"secret {secret[:4]!r}…"
        return ways

    @cached_property
    def _addresses(self) -> frozenset[bytes]:
        return frozenset(address.strip().lower().encode() for address in self.addresses)

    @cached_property
    def _numbers(self) -> frozenset[bytes]:
        """With and without the country code of the Nordics and Germany (two digits)."""
        digits = [re.sub(r"\D", "", phone) for phone in self.phones]
        return frozenset(way.encode() for number in digits for way in (number, f"0{number[2:]}", f"00{number}"))

    @cached_property
    def _digests(self) -> dict[bytes, str]:
        """Digests without a key are addresses in clear for whoever has a list of addresses."""
        texts = {f"address {address[:2]}…": address.strip().lower() for address in self.addresses}
        texts |= {f"phone {phone[:4]}…": phone for phone in self.phones}
        return {
            getattr(hashlib, kind)(text.encode()).hexdigest().encode(): f"{what} ({kind})"
            for what, text in texts.items()
            for kind in ("md5", "sha1", "sha256")
        }


def _written_addresses(text: bytes) -> Iterator[bytes]:
    """All that look like an address, in lower case; what follows a plus by itself, too: it may stand for a space."""
    for at in _AT.finditer(text):
        name = _NAME.search(text[max(0, at.start() - LONGEST_NAME) : at.start()])
        host = _HOST.match(text, at.end())
        if name and host:
            address = name.group().lower() + b"@" + host.group().lower()
            yield address
            yield address.rpartition(b"+")[2]


def texts(path: Path) -> Iterator[tuple[str, bytes]]:
    """(place within the file, text) of everything in it: its bytes, and what a compressed or paged format holds."""
    content = path.read_bytes()
    yield "", content
    if content[:2] == b"\x1f\x8b":
        yield " (unpacked)", gzip.decompress(content)
    elif content[:4] == b"PAR1":
        for name, column in zip(*_parquet(path), strict=True):
            yield f" column {name}", "\n".join(map(str, column)).encode()
    elif content[8:12] == b"DUCK":
        yield from _duckdb(path)
    elif content[:15] == b"SQLite format 3":
        yield from _sqlite(path)


def _parquet(path: Path) -> tuple[list[str], list[list[object]]]:
    read = pq.read_table(path)
    return read.column_names, [column.unique().to_pylist() for column in read.columns]


def _duckdb(path: Path) -> Iterator[tuple[str, bytes]]:
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{path}' as found (read_only)")
        columns = connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns() "
            f"where database_name = 'found' and not internal and {_TELLING} "
            "and (schema_name, table_name) in (select (schema_name, table_name) from duckdb_tables())"
        ).fetchall()
        for schema, table, column in columns:
            rows = connection.execute(
                f'select distinct cast("{column}" as varchar) from found."{schema}"."{table}" '
                f'where "{column}" is not null'
            ).fetchall()
            yield f" {schema}.{table}.{column}", "\n".join(row[0] for row in rows).encode()


def _sqlite(path: Path) -> Iterator[tuple[str, bytes]]:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        connection.text_factory = bytes
        names = [row[0].decode() for row in connection.execute("select name from sqlite_master where type = 'table'")]
        for name in names:
            rows = connection.execute(f'select * from "{name}"')
            yield (
                f" table {name}",
                b"\n".join(value if isinstance(value, bytes) else str(value).encode() for row in rows for value in row),
            )
    connection.close()
