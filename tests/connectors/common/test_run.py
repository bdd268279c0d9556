"""Loads of a small source: windows, emptied days, cursors, unchanged pages, errors."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import dlt
import duckdb
import pyarrow as pa
import pytest

from connectors.common import run
from connectors.common.errors import SourceError
from connectors.common.privacy import Hasher
from connectors.common.resource import resource
from connectors.common.run import LoadResult, create_empty, load, plan_load
from connectors.common.source import LoadRequest, Source
from connectors.common.table import DAY, MONEY, TEXT, WHOLE, Reload, Table

VISITS = Table(
    "visits", {"date": DAY, "page": TEXT, "visits": WHOLE, "amount": MONEY}, ("date", "page"), Reload.WINDOW, "date"
)
PEOPLE = Table("people", {"person_id": TEXT, "name_hash": TEXT}, ("person_id",), Reload.MERGE)
LINES = Table("lines", {"line_id": TEXT, "order_id": TEXT}, ("line_id",), Reload.MERGE, children_of="order_id")
FIRST, LAST = date(2026, 1, 1), date(2026, 1, 10)
AS_OF = datetime(2026, 1, 11, 5, tzinfo=UTC)


class Vendor:
    """A vendor whose answers tests change."""

    def __init__(self) -> None:
        self.visits = {FIRST + timedelta(days=n): {"/": n} for n in range(10)}
        self.people = ["a", "b"]
        self.lines = {"o1": ["l1", "l2"]}
        self.requests: list[LoadRequest] = []
        self.error: Exception | None = None

    def build(self, request: LoadRequest) -> dlt.sources.DltSource:
        self.requests.append(request)

        @dlt.source(name="toy", section="toy", max_table_nesting=0)
        def toy() -> Iterable[dlt.sources.DltResource]:
            yield resource(VISITS, lambda: map(self._day, request.window.days()), request.window.days())
            yield resource(PEOPLE, lambda: [PEOPLE.rows([{"person_id": person} for person in self.people])])
            rows: list[dict[str, object]] = [
                {"line_id": line, "order_id": order} for order, lines in self.lines.items() for line in lines
            ]
            yield resource(LINES, lambda: [LINES.rows(rows)] if rows else [], self.lines)

        return toy()

    def _day(self, day: date) -> pa.Table:
        if self.error and day == LAST:
            raise self.error
        pages = self.visits.get(day, {})
        return VISITS.rows(
            [{"date": day, "page": page, "visits": count, "amount": count} for page, count in pages.items()]
        )


@pytest.fixture
def vendor() -> Vendor:
    return Vendor()


@pytest.fixture
def source(vendor: Vendor) -> Source:
    return Source(
        "toy", "Toy", (VISITS, PEOPLE, LINES), (), vendor.build, reload_days=3, settle_days=2, uses_cursor=True
    )


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state" / "toy.duckdb"


def refresh(source: Source, state: Path, as_of: datetime = AS_OF, **bounds: date) -> LoadResult:
    last_day = as_of.date() - timedelta(days=1)
    plan = plan_load(source, state, as_of, last_day, FIRST, bounds.get("date_from"), bounds.get("date_to"))
    return load(source, state, plan, as_of, Hasher(b"key"))


def rows(state: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(state), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_the_first_load_takes_all_days_and_the_next_only_what_restates(
    source: Source, vendor: Vendor, state: Path
) -> None:
    refresh(source, state)
    refresh(source, state, AS_OF + timedelta(days=1))
    first, second = vendor.requests
    assert (first.window.date_from, first.window.date_to, first.changed_since) == (FIRST, LAST, None)
    assert (second.window.date_from, second.window.date_to) == (date(2026, 1, 8), date(2026, 1, 11))
    assert second.changed_since == AS_OF - source.cursor_overlap


def test_a_day_that_comes_back_empty_is_emptied(source: Source, vendor: Vendor, state: Path) -> None:
    refresh(source, state)
    vendor.visits[LAST] = {}
    refresh(source, state)
    assert rows(state, "select max(date), count(*) from raw_toy.visits") == [(date(2026, 1, 9), 9)]


def test_a_load_counts_rows_and_not_the_days_it_empties(source: Source, vendor: Vendor, state: Path) -> None:
    vendor.visits[LAST] = {}
    counted = refresh(source, state).rows["visits"]
    assert rows(state, "select count(*) from raw_toy.visits") == [(counted,)]


def test_a_page_that_vanished_from_a_day_is_gone(source: Source, vendor: Vendor, state: Path) -> None:
    vendor.visits[LAST] = {"/": 1, "/old": 5}
    refresh(source, state)
    vendor.visits[LAST] = {"/": 7}
    refresh(source, state)
    assert rows(state, f"select page, visits from raw_toy.visits where date = '{LAST}'") == [("/", 7)]


def test_rows_are_merged_by_key_and_repeats_land_once(source: Source, vendor: Vendor, state: Path) -> None:
    vendor.people = ["a", "b", "b"]
    refresh(source, state)
    vendor.people = ["b", "c"]
    refresh(source, state)
    assert rows(state, "select person_id from raw_toy.people order by 1") == [("a",), ("b",), ("c",)]


def test_a_load_without_rows_for_a_table_keeps_the_rows_it_had(source: Source, vendor: Vendor, state: Path) -> None:
    refresh(source, state)
    vendor.people = []
    refresh(source, state)
    assert rows(state, "select person_id from raw_toy.people order by 1") == [("a",), ("b",)]


def test_lines_of_a_changed_order_are_replaced_and_of_others_kept(source: Source, vendor: Vendor, state: Path) -> None:
    vendor.lines = {"o1": ["l1", "l2"], "o2": ["l3"]}
    refresh(source, state)
    vendor.lines = {"o1": ["l2"]}
    refresh(source, state)
    assert rows(state, "select line_id from raw_toy.lines order by 1") == [("l2",), ("l3",)]


def test_an_unchanged_answer_writes_nothing(source: Source, vendor: Vendor, state: Path) -> None:
    refresh(source, state)
    before = state.stat().st_mtime_ns
    vendor.people = ["b"]  # a changed-since answer that only repeats its overlap
    result = refresh(source, state)
    assert not result.is_changed
    assert result.rows == {"visits": 3, "people": 1, "lines": 2}
    assert state.stat().st_mtime_ns == before
    assert rows(state, "select count(*) from raw_toy.loaded_windows") == [(1,)]


@pytest.mark.parametrize(
    ("table", "answer"),
    [
        ("visits", {LAST: {"/": 99}}),
        ("visits", {LAST: {}}),
        ("visits", {LAST: {"/": 9, "/new": 1}}),
        ("people", ["c"]),
        ("lines", {"o1": ["l1"]}),
        ("lines", {"o1": ["l1", "l2", "l3"]}),
    ],
)
def test_whatever_differs_from_what_is_there_is_news(
    source: Source, vendor: Vendor, state: Path, table: str, answer: Any
) -> None:
    refresh(source, state)
    known = getattr(vendor, table)
    setattr(vendor, table, {**known, **answer} if table == "visits" else answer)
    assert refresh(source, state).is_changed
    assert not refresh(source, state).is_changed


def test_a_new_day_without_rows_is_news(source: Source, state: Path) -> None:
    refresh(source, state)
    assert refresh(source, state, AS_OF + timedelta(days=1)).is_changed
    assert not refresh(source, state, AS_OF + timedelta(days=1)).is_changed


def test_rows_that_a_killed_load_left_are_news(
    source: Source, vendor: Vendor, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh(source, state)
    vendor.visits[LAST] = {"/": 99}
    with monkeypatch.context() as patch:
        patch.setattr(run, "_note_load", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            refresh(source, state)
    assert rows(state, f"select visits from raw_toy.visits where date = '{LAST}'") == [(99,)]
    assert refresh(source, state).is_changed
    assert rows(state, "select count(*) from raw_toy.loaded_windows") == [(2,)]


def test_a_range_by_hand_does_not_move_the_cursor(source: Source, vendor: Vendor, state: Path) -> None:
    refresh(source, state)
    refresh(source, state, AS_OF + timedelta(days=3), date_from=FIRST, date_to=FIRST)
    refresh(source, state, AS_OF + timedelta(days=3))
    assert vendor.requests[-1].changed_since == AS_OF - source.cursor_overlap


def test_an_error_keeps_what_was_loaded_and_says_its_own_sentence(source: Source, vendor: Vendor, state: Path) -> None:
    refresh(source, state)
    vendor.visits[FIRST] = {"/": 1000}
    vendor.error = SourceError("toy: the tap is closed")
    with pytest.raises(SourceError, match=r"^toy: the tap is closed$"):
        refresh(source, state, date_from=FIRST, date_to=LAST)
    assert rows(state, f"select visits from raw_toy.visits where date = '{FIRST}'") == [(0,)]


def test_a_source_that_is_not_configured_is_empty_tables(source: Source, tmp_path: Path) -> None:
    create_empty(source, tmp_path / "toy.duckdb")
    create_empty(source, tmp_path / "toy.duckdb")
    names = rows(
        tmp_path / "toy.duckdb", "select table_name from duckdb_tables() where schema_name = 'raw_toy' order by 1"
    )
    assert names == [("lines",), ("loaded_windows",), ("people",), ("visits",)]
