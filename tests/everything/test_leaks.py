"""The search for leaks finds what it is to find, in every format that a run writes."""

import base64
import gzip
import hashlib
import pickle
import sqlite3
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import dlt
import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.common.source import Setting, setting_value
from tests.everything.leaks import Planted

SECRET, ADDRESS, PHONE = "key-6b1b36cbb0/4141e490", "Anna.Berg@example.com", "+46701234567"
PLANTED = Planted(frozenset({SECRET}), frozenset({ADDRESS}), frozenset({PHONE}))


def _duckdb(path: Path, value: str) -> None:
    with duckdb.connect(str(path)) as connection:  # thousands of equal rows are compressed away
        connection.execute("create table t as select repeat(md5(range::varchar), 3) as a from range(50000)")
        connection.execute("insert into t values (?)", [value])


def _duckdb_nested(path: Path, value: str) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table t as select [struct_pack(b := ?)] as a", [value])


def _parquet(path: Path, value: str) -> None:
    pq.write_table(pa.table({"a": ["x", value]}), path, compression="zstd")


def _sqlite(path: Path, value: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("create table t (a text, b blob)")
        connection.execute("insert into t values (?, ?)", [value, value.encode()])
    connection.close()


def _pickle(path: Path, value: str) -> None:
    path.write_bytes(pickle.dumps({"config": [value]}))


def _gzip(path: Path, value: str) -> None:
    path.write_bytes(gzip.compress(f"a line\n{value}\n".encode()))


def _log(path: Path, value: str) -> None:
    path.write_text(f"GET https://vendor.example/x?{urlencode({'to': value})} 200\n", "utf-8")


@pytest.mark.parametrize("write", [_duckdb, _duckdb_nested, _parquet, _sqlite, _pickle, _gzip, _log])
@pytest.mark.parametrize("value", [SECRET, ADDRESS.upper(), PHONE])
def test_what_is_planted_is_found_in_every_format(
    tmp_path: Path, write: Callable[[Path, str], None], value: str
) -> None:
    write(tmp_path / "file", f"before {value} after")
    assert {leak.what.split()[0] for leak in PLANTED.leaks(tmp_path)} == {
        {SECRET: "secret", PHONE: "phone"}.get(value, "address")
    }


def test_a_number_in_a_column_of_numbers_is_found(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "file")) as connection:
        connection.execute("create table t as select 46701234567::bigint as a from range(10000)")
    assert [leak.place for leak in PLANTED.leaks(tmp_path)] == ["file main.t.a"]


@pytest.mark.parametrize("start", ["", "a", "ab", "abc"])
def test_basic_authentication_is_found(start: str) -> None:
    header = base64.b64encode(f"{start}:{SECRET}".encode())
    assert PLANTED.found(b"Authorization: Basic " + header) == ["secret 'key-'…"]


def test_digests_without_a_key_are_found_and_keyed_ones_are_not() -> None:
    normal = ADDRESS.lower().encode()
    assert PLANTED.found(hashlib.md5(normal).hexdigest().encode()) == ["digest of address An… (md5)"]
    assert PLANTED.found(hashlib.sha256(b"key" + normal).hexdigest().encode()) == []


def test_what_is_not_planted_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("berta@example.com +46701234560 1746701234567000 key-6b1b36cb", "utf-8")
    assert PLANTED.leaks(tmp_path) == []
    with pytest.raises(ValueError, match="no file"):
        PLANTED.leaks(tmp_path, [tmp_path / "file"])


def test_the_trace_that_dlt_writes_unless_told_not_to_would_be_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCES__LEAKY__API_KEY", SECRET)

    def leaks_of(trace: str) -> list[str]:
        """After a load whose settings were read as every source's are."""
        monkeypatch.setenv("ENABLE_RUNTIME_TRACE", trace)
        folder = tmp_path / f"trace {trace}"
        destination = dlt.destinations.duckdb(str(folder / "leaky.duckdb"))
        pipeline = dlt.pipeline("leaky", pipelines_dir=str(folder), destination=destination)
        assert setting_value("leaky", Setting("api_key", "", is_secret=True)) == SECRET
        pipeline.run([{"id": 1}], table_name="rows")
        return [Path(leak.place).name for leak in PLANTED.leaks(folder)]

    assert leaks_of("true") == ["trace.pickle"]
    assert leaks_of("false") == []
