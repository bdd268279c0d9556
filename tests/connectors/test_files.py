"""Files: what each part of a mapping does, what goes to quarantine, what is refused."""

import gzip
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.common.errors import SourceError
from connectors.common.privacy import Hasher
from connectors.files import SOURCE, preview
from connectors.files.shape import Shaped, closed_connection
from tests.connectors.conftest import Landing

COSTS = """
input: {input}
{more}
entities:
  - entity: costs
    columns:
      cost_id: id
      date_from: {day}
      date_to: {day}
      cost_type: {{constant: tool}}
      amount: {amount}
      currency: {{constant: SEK}}
"""


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The input folder."""
    made = tmp_path / "inputs"
    made.mkdir()
    return made


@pytest.fixture
def mapped(folder: Path, tmp_path: Path, hasher: Hasher) -> Callable[[str], Shaped]:
    """What a mapping's text makes of the input folder."""

    def make(text: str) -> Shaped:
        path = tmp_path / "mapping.yml"
        path.write_text(text, "utf-8")
        return preview(folder, path, hasher)

    return make


Mapped = Callable[[str], Shaped]


def rows(shaped: Shaped, entity: str) -> list[dict[str, Any]]:
    return [row for table in shaped.tables[entity] for row in table.to_pylist()]


def costs(input: str, amount: str = "amount", day: str = "day", more: str = "max_bad_share: 1") -> str:
    return COSTS.format(input=input, amount=amount, day=day, more=more)


def test_kinds_of_files_give_the_same_rows(folder: Path, mapped: Mapped) -> None:
    table = pa.table({"id": ["a", "b"], "day": [date(2026, 1, 1), date(2026, 1, 2)], "amount": [1.5, 1200.0]})
    texts = "id,day,amount\na,2026-01-01,1.5\nb,2026-01-02,1200\n"
    (folder / "a.csv").write_text(texts)
    (folder / "a.tsv").write_text(texts.replace(",", "\t"))
    (folder / "b.csv.gz").write_bytes(gzip.compress(texts.encode()))
    pq.write_table(table, folder / "a.parquet")
    with gzip.open(folder / "b.parquet.gz", "wb") as packed:
        packed.write((folder / "a.parquet").read_bytes())
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["id", "day", "amount"], ["a", datetime(2026, 1, 1), 1.5], ["b", datetime(2026, 1, 2), 1200], []):
        sheet.append(row)
    book.save(folder / "a.xlsx")
    found = {path.name: rows(mapped(costs(path.name)), "costs") for path in folder.iterdir()}
    assert len(found) == 6
    expected = found["a.csv"]
    assert [row["amount"] for row in expected] == [Decimal("1.5"), Decimal(1200)]
    assert [row["date_from"] for row in expected] == [date(2026, 1, 1), date(2026, 1, 2)]
    assert all(one == expected for one in found.values())


def test_a_folder_and_a_glob_are_all_their_files_and_a_vanished_one_is_gone(
    folder: Path, tmp_path: Path, landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    mappings = tmp_path / "mappings"
    mappings.mkdir()
    (mappings / "costs.yml").write_text(costs("months/*.csv"))
    monkeypatch.setenv("SOURCES__FILES__FOLDER", str(folder))
    monkeypatch.setenv("SOURCES__FILES__MAPPINGS", str(mappings))
    (folder / "months").mkdir()
    for name in ("a", "b"):
        (folder / "months" / f"{name}.csv").write_text(f"id,day,amount\n{name},2026-01-01,1\n")
    landing.refresh(SOURCE)
    assert landing.rows("select cost_id from raw_files.costs order by 1") == [("a",), ("b",)]
    assert landing.rows("select file, row_count, bad_count from raw_files.inputs order by 1") == [
        ("months/a.csv", 1, 0),
        ("months/b.csv", 1, 0),
    ]
    assert not landing.refresh(SOURCE).is_changed
    (folder / "months" / "a.csv").unlink()
    landing.refresh(SOURCE)
    assert landing.rows("select cost_id from raw_files.costs") == [("b",)]
    (mappings / "costs.yml").write_text(costs("months"))
    assert not landing.refresh(SOURCE).is_changed


@pytest.mark.parametrize(
    ("cell", "said", "value"),
    [
        ("1234.5", "amount", "1234.5"),
        ("-0.07", "amount", "-0.07"),
        ('"1.234,50"', '{column: amount, decimal: ",", thousands: "."}', "1234.5"),
        ("1 234 567.8", "amount", "1234567.8"),
        ("1\u00a0234", "amount", "1234"),
        ('"1,234"', '{column: amount, thousands: ","}', "1234"),
        ("12345", "{column: amount, unit: cents}", "123.45"),
        ("12.5 %", "{column: amount, unit: percent}", "0.125"),
        ("7", "{column: amount, unit: thousands}", "7000"),
        ("1234567", "{column: amount, unit: micros}", "1.234567"),
        ("1e3", "amount", "1000"),
        ("-", "{column: amount, default: 5}", "5"),
        ("free", "{column: amount, map: {free: 0}}", "0"),
        ("dear", "{column: amount, map: {free: 0}, default: 9}", "9"),
        ("3", '{sql: "cast(amount as integer) * 2"}', "6"),
    ],
)
def test_numbers_are_read_by_their_signs(cell: str, said: str, value: str, folder: Path, mapped: Mapped) -> None:
    (folder / "a.csv").write_text(f"id,day,amount\na,2026-01-01,{cell}\n")
    assert [row["amount"] for row in rows(mapped(costs("a.csv", said)), "costs")] == [Decimal(value)]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("1.5", '{column: amount, decimal: ",", thousands: "."}'),  # never 15
        ('"1,5"', "amount"),
        ("1.2.3", "amount"),
        ("twelve", "amount"),
        ("inf", "amount"),
        ("NaN", "amount"),
        ("1e30", "amount"),
        ("dear", "{column: amount, map: {free: 0}}"),
    ],
)
def test_a_number_with_other_signs_is_a_bad_row_and_its_cell_is_not_told(
    cell: str, said: str, folder: Path, mapped: Mapped
) -> None:
    (folder / "a.csv").write_text(
        f"id,day,amount\nx,2026-01-01,1\na,2026-01-01,{cell}\n".replace("x,2026-01-01,1\n", "")
    )
    shaped = mapped(costs("a.csv", said))
    assert rows(shaped, "costs") == []
    assert [(row.file, row.line, row.column, row.reason) for row in shaped.bad] == [
        ("a.csv", 2, "amount", "is not a number")
    ]


@pytest.mark.parametrize(
    ("cell", "said", "day"),
    [
        ("2026-03-04", "day", date(2026, 3, 4)),
        ("04/03/2026", '{column: day, format: "%d/%m/%Y"}', date(2026, 3, 4)),
        ("20260304", '{column: day, format: "%Y%m%d"}', date(2026, 3, 4)),
        ("4 mars", '{column: day, map: {"4 mars": 2026-03-04}}', date(2026, 3, 4)),
    ],
)
def test_days_are_read_by_their_format(cell: str, said: str, day: date, folder: Path, mapped: Mapped) -> None:
    (folder / "a.csv").write_text(f"id,day,amount\na,{cell},1\n")
    assert [row["date_from"] for row in rows(mapped(costs("a.csv", day=said)), "costs")] == [day]


def test_a_day_of_another_format_is_a_bad_row(folder: Path, mapped: Mapped) -> None:
    (folder / "a.csv").write_text("id,day,amount\na,2026-31-12,1\nb,2026-02-30,1\n")
    assert [row.reason for row in mapped(costs("a.csv")).bad] == ["is not a day in the mapping's format"] * 2


ANSWERS = """
input: a.csv
zone: Europe/Stockholm
max_bad_share: 1
entities:
  - entity: reviews
    columns: {review_id: id, created_at: at, score: score}
"""


@pytest.mark.parametrize(
    ("cell", "instant"),
    [
        ("2026-01-15 12:00:00", utc(2026, 1, 15, 11)),
        ("2026-07-15 12:00", utc(2026, 7, 15, 10)),
        ("2026-07-15T12:00:00Z", utc(2026, 7, 15, 12)),
        ("2026-07-15 12:00:00-05:00", utc(2026, 7, 15, 17)),
        ("2026-07-15", utc(2026, 7, 14, 22)),
        ("2026-03-29 02:30", utc(2026, 3, 29, 1, 30)),  # skipped by the clocks: an hour later
        ("2026-10-25 02:30", utc(2026, 10, 25, 1, 30)),  # twice on the clocks: the second
    ],
)
def test_local_times_become_utc(cell: str, instant: datetime, folder: Path, mapped: Mapped) -> None:
    (folder / "a.csv").write_text(f"id,at,score\na,{cell},5\n")
    assert [row["created_at"] for row in rows(mapped(ANSWERS), "reviews")] == [instant]


def test_a_workbook_keeps_times_numbers_and_ids(folder: Path, mapped: Mapped) -> None:
    book = openpyxl.Workbook()
    book.create_sheet("Svar")
    sheet = book["Svar"]
    for row in (["A report"], ["id", "at", "score"], [17850, datetime(2026, 7, 15, 12), 4], [17851.0, None, 4.5]):
        sheet.append(row)
    book.save(folder / "a.xlsx")
    found = rows(mapped(ANSWERS.replace("a.csv", "{path: a.xlsx, sheet: Svar, skip_lines: 1}")), "reviews")
    assert [(row["review_id"], row["created_at"], row["score"]) for row in found] == [
        ("17850", utc(2026, 7, 15, 10), 4.0),
        ("17851", None, 4.5),
    ]
    with pytest.raises(SourceError, match="no sheet 'Blad1': write one of Sheet, Svar"):
        mapped(ANSWERS.replace("a.csv", "{path: a.xlsx, sheet: Blad1}"))


def test_encodings(folder: Path, mapped: Mapped) -> None:
    for encoding in ("utf-8", "cp1252", "utf-16"):
        (folder / "a.csv").write_bytes("id,at,score\nGöteborg,2026-01-01,5\n".encode(encoding))
        said = ANSWERS.replace("a.csv", f"{{path: a.csv, encoding: {encoding}}}")
        assert [row["review_id"] for row in rows(mapped(said), "reviews")] == ["Göteborg"]
    (folder / "a.csv").write_bytes("id,at,score\nGöteborg,2026-01-01,5\nb,2026-01-01,4\n".encode("cp1252"))
    shaped = mapped(ANSWERS)
    assert [row["review_id"] for row in rows(shaped, "reviews")] == ["b"]
    assert [(row.line, row.column, row.reason) for row in shaped.bad] == [(2, "id", "is not utf-8-sig: set `encoding`")]


def test_lines_are_those_of_the_file_also_after_line_breaks_in_cells(folder: Path, mapped: Mapped) -> None:
    (folder / "a.csv").write_text(
        'id,at,score\na,2026-01-01,5\n"b\nb",2026-01-01,3\nc,2026-01-01,4,more\nd,2026-01-01\n'
        'e,2026-01-01,9\n\n"f"x,2026-01-01,1\ng,2026-01-01,1,,\n'
    )
    shaped = mapped(ANSWERS)
    assert [row["review_id"] for row in rows(shaped, "reviews")] == ["a", "b\nb", "g"]
    assert [(row.line, row.column, row.reason) for row in sorted(shaped.bad, key=lambda row: row.line)] == [
        (5, "", "has 4 cells for 3 columns"),
        (6, "", "has 2 cells for 3 columns"),
        (7, "score", "is outside 1 to 5"),
        (9, "", "cannot be split into cells: ',' expected after '\"'"),
    ]
    assert shaped.row_counts == {"a.csv": 7}


def test_a_quote_that_never_closes_refuses_the_file(folder: Path, mapped: Mapped) -> None:
    (folder / "a.csv").write_text('id,at,score\na,2026-01-01,5\n"b,2026-01-01,3\nc,2026-01-01,3\n')
    with pytest.raises(SourceError, match=r"a\.csv, line 3: a quote opens and never closes"):
        mapped(ANSWERS)
    assert len(rows(mapped(ANSWERS.replace("a.csv", "{path: a.csv, quote: ''}")), "reviews")) == 3


def test_wide_becomes_long(folder: Path, mapped: Mapped) -> None:
    (folder / "a.csv").write_text("week,tv_S,search_S,sales\n2026-01-05,10,20,5\n2026-01-12,,30,6\n")
    shaped = mapped(
        """
        input: a.csv
        unpivot: {columns: ["*_S"], name: medium, value: spend}
        entities:
          - entity: measure_periods
            columns:
              period_grain: {constant: week}
              period_start: week
              measure_id: {constant: spend}
              platform: {column: medium, map: {tv_S: tv, search_S: search}}
              value: spend
              currency: {constant: SEK}
        """
    )
    assert [(row["period_start"], row["platform"], row["value"]) for row in rows(shaped, "measure_periods")] == [
        (date(2026, 1, 5), "search", Decimal(20)),
        (date(2026, 1, 5), "tv", Decimal(10)),
        (date(2026, 1, 12), "search", Decimal(30)),
        (date(2026, 1, 12), "tv", None),
    ]
    assert {row["channel"] for row in rows(shaped, "measure_periods")} == {"(all)"}


def test_long_becomes_wide_and_the_first_answer_stays(folder: Path, mapped: Mapped) -> None:
    (folder / "a.csv").write_text("who,q,a\n1,at,2026-01-01\n1,score,9\n2,at,2026-01-02\n2,score,3\n2,score,4\n")
    shaped = mapped(
        """
        input: a.csv
        pivot: {on: q, value: a, by: [who], into: {at: at, score: score}}
        entities:
          - entity: survey_answers
            columns: {answer_id: who, kind: {constant: nps}, answered_at: at, score: score}
        """
    )
    assert {(row["answer_id"], row["score"]) for row in rows(shaped, "survey_answers")} == {("1", 9.0), ("2", 3.0)}


KEEP = """
input: a.csv
max_bad_share: 1
entities:
  - entity: orders
    where: status <> 'lost'
    keep: {keep}
    columns:
      order_id: id
      created_at: at
      is_paid: {{column: status, map: {{paid: true, open: false}}}}
      shipping_amount: cost
"""


@pytest.mark.parametrize(
    ("keep", "found", "bad"),
    [
        ("only", [("a", True, 1)], [3]),
        ("first", [("a", True, 1)], []),
        ("last", [("a", False, 2)], []),
        ("last\n    order: created_at", [("a", True, 1)], []),
        ("sum", [("a", True, 3)], []),
    ],
)
def test_several_rows_with_one_key(
    keep: str, found: list[tuple[str, bool, int]], bad: list[int], folder: Path, mapped: Mapped
) -> None:
    (folder / "a.csv").write_text("id,at,status,cost\na,2026-02-01,paid,1\na,2026-01-01,open,2\nb,2026-01-01,lost,2\n")
    shaped = mapped(KEEP.format(keep=keep))
    assert [(row["order_id"], row["is_paid"], row["shipping_amount"]) for row in rows(shaped, "orders")] == found
    assert [(row.line, row.reason) for row in shaped.bad] == [(line, "repeats the key (order_id)") for line in bad]


def test_one_file_feeds_several_entities_and_texts_are_never_null(folder: Path, mapped: Mapped) -> None:
    (folder / "a.csv").write_text("order,item,price,country\n1,x,5,SE\n1,y,6,SE\n2,x,7,\n")
    shaped = mapped(
        """
        input: a.csv
        entities:
          - entity: orders
            keep: first
            columns:
              order_id: order
              created_at: {constant: 2026-01-01}
              country: {column: country, default: unknown}
          - entity: order_lines
            columns: {order_line_id: {sql: "\\"order\\" || '-' || item"}, order_id: order, gross_amount: price}
        """
    )
    assert [
        (row["order_id"], row["country"], row["device"], row["sales_channel"]) for row in rows(shaped, "orders")
    ] == [
        ("1", "SE", "unknown", "unknown"),
        ("2", "unknown", "unknown", "unknown"),
    ]
    assert [row["order_line_id"] for row in rows(shaped, "order_lines")] == ["1-x", "1-y", "2-x"]
    assert {row["discount_amount"] for row in rows(shaped, "order_lines")} == {Decimal(0)}


def test_a_select_joins_inputs_and_hands_on_lines(folder: Path, mapped: Mapped) -> None:
    (folder / "leads.csv").write_text("id,at\na,2026-01-01\nb,2026-01-02\n")
    (folder / "names.csv").write_text("id,score\na,4\nb,x\n")
    shaped = mapped(
        """
        inputs: {leads: leads.csv, names: names.csv}
        select: select leads.*, names.score from leads join names on names.id = leads.id
        max_bad_share: 1
        entities:
          - entity: reviews
            columns: {review_id: id, created_at: at, score: score}
        """
    )
    assert [row["score"] for row in rows(shaped, "reviews")] == [4.0]
    assert [(row.file, row.line, row.column) for row in shaped.bad] == [("leads.csv", 3, "score")]


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('{path}')",
        "select * from '{path}'",
        "select * from read_text('/etc/hostname')",
        "select * from glob('/etc/*')",
        "select * from read_csv('http://127.0.0.1:9/a.csv')",
        "select * from hasher",
        "select * from duckdb_secrets(), input",
        "copy input to '{path}.out'",
        "attach '{path}.db'",
        "set enable_external_access = true",
        "install httpfs",
        "select * from input; select 1",
        "create table x as select 1",
        "pragma database_list",
    ],
)
def test_a_select_reaches_nothing_but_its_inputs(sql: str, folder: Path, tmp_path: Path, mapped: Mapped) -> None:
    (folder / "a.csv").write_text("id,at,score\na,2026-01-01,5\n")
    outside = tmp_path / "outside.csv"
    outside.write_text("id,at,score\nsecret,2026-01-01,5\n")
    said = ANSWERS + "select: " + repr(sql.format(path=outside)).replace('"', "") + "\n"
    with pytest.raises(SourceError) as raised:
        mapped(said)
    assert "secret" not in str(raised.value)
    assert not list(tmp_path.glob("outside.csv.*"))


def test_the_closed_connection_cannot_be_opened_again(tmp_path: Path) -> None:
    table = elsewhere = pa.table({"a": [1]})
    assert elsewhere.num_rows == 1
    with closed_connection({"input": table}) as connection:
        assert connection.execute("select a from input").fetchall() == [(1,)]
        for sql in (
            "select * from elsewhere",
            "set memory_limit = '1GB'",
            "reset lock_configuration",
            "set enable_external_access = true",
            f"copy input to '{tmp_path}/out.csv'",
            f"attach '{tmp_path}/out.duckdb'",
            "install httpfs",
            "load httpfs",
        ):
            with pytest.raises(duckdb.Error):
                connection.execute(sql)
    assert not list(tmp_path.iterdir())


def test_the_path_of_an_input_stays_in_its_folder(folder: Path, tmp_path: Path, mapped: Mapped) -> None:
    (tmp_path / "outside.csv").write_text("id,at,score\na,2026-01-01,5\n")
    for path in ("../outside.csv", str(tmp_path / "outside.csv"), "x/../../outside.csv"):
        with pytest.raises(SourceError, match="leaves the input folder"):
            mapped(ANSWERS.replace("a.csv", path))
    (folder / "a.csv").symlink_to(tmp_path / "outside.csv")
    with pytest.raises(SourceError, match=r"no file in the input folder fits 'a\.csv'"):
        mapped(ANSWERS)


def test_addresses_are_hashed_before_they_land_and_shared_mailboxes_told(
    folder: Path, mapped: Mapped, hasher: Hasher
) -> None:
    (folder / "a.csv").write_text("id,mail,tel\n1, Anna@Example.com,+46 70 123\n2,info@firm.example,\n3,,0046-70-123\n")
    shaped = mapped(
        """
        input: a.csv
        entities:
          - entity: customers
            columns:
              customer_id: id
              email_hash: {column: mail, hash: email}
              phone_hash: {column: tel, hash: phone}
        """
    )
    found = rows(shaped, "customers")
    assert [row["email_hash"] for row in found] == [
        hasher.email("anna@example.com"),
        hasher.email("info@firm.example"),
        None,
    ]
    assert [row["is_role_address"] for row in found] == [False, True, None]
    assert [row["phone_hash"] for row in found] == [hasher.phone("+4670123"), None, hasher.phone("+4670123")]
    assert "nna" not in str(found)


def test_two_spellings_of_an_address_are_one_key(folder: Path, mapped: Mapped) -> None:
    (folder / "a.csv").write_text("mail\nAnna@Example.com\nanna@example.com\n")
    shaped = mapped(
        """
        input: a.csv
        max_bad_share: 1
        entities:
          - {entity: customers, columns: {customer_id: {column: mail, hash: email}}}
        """
    )
    assert len(rows(shaped, "customers")) == 1
    assert [(row.line, row.reason) for row in shaped.bad] == [(3, "repeats the key (customer_id)")]


def test_an_address_cannot_land_in_clear(mapped: Mapped) -> None:
    with pytest.raises(SourceError, match="'email_hash' is personal: add `hash: email`"):
        mapped("input: a.csv\nentities:\n  - {entity: customers, columns: {customer_id: id, email_hash: mail}}\n")


def test_no_cell_is_quoted_in_an_error(folder: Path, mapped: Mapped) -> None:
    (folder / "a.csv").write_text("id,at,score\nanna@example.com,2026-01-01,5\n")
    said = ANSWERS.replace("score: score", 'score: {sql: "cast(id as integer)"}')
    with pytest.raises(SourceError, match="write try_cast for cast") as raised:
        mapped(said)
    assert "anna" not in str(raised.value)


def test_hostile_cells_stay_data(folder: Path, mapped: Mapped) -> None:
    hostile = [
        "'; drop table input; --",
        "=cmd|' /C calc'!A0",
        "<script>alert(1)</script>",
        "${jndi:ldap://x}",
        "{{ x }}",
    ]
    (folder / "a.csv").write_text("id,at,score\n" + "".join(f'"{text}",2026-01-01,5\n' for text in hostile))
    assert [row["review_id"] for row in rows(mapped(ANSWERS), "reviews")] == hostile
    (folder / "a.csv").write_text('"a""; drop",at,score\nx,2026-01-01,5\n')
    said = ANSWERS.replace("review_id: id", "review_id: 'a\"; drop'")
    assert [row["review_id"] for row in rows(mapped(said), "reviews")] == ["x"]


def test_over_the_limit_the_file_is_refused_and_the_last_load_stays(
    folder: Path, tmp_path: Path, landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    mappings = tmp_path / "mappings"
    mappings.mkdir()
    (mappings / "a.yml").write_text(ANSWERS.replace("max_bad_share: 1\n", "").replace("a.csv", "'*.csv'"))
    monkeypatch.setenv("SOURCES__FILES__FOLDER", str(folder))
    monkeypatch.setenv("SOURCES__FILES__MAPPINGS", str(mappings))
    head = "id,at,score\n"
    (folder / "a.csv").write_text(head + "".join(f"a{number},2026-01-01,5\n" for number in range(1000)))
    (folder / "b.csv").write_text(
        head + "".join(f"b{number},2026-01-01,5\n" for number in range(99)) + "b,2026-01-01,x\n"
    )
    landing.refresh(SOURCE)
    assert landing.rows("select count(*) from raw_files.reviews") == [(1099,)]
    assert landing.rows("select mapping, file, line, column_name, reason from raw_files.quarantine") == [
        ("a.yml", "b.csv", 101, "score", "is not a number")
    ]
    # Two of 101 rows of this file are too many, though they are few of all rows.
    with (folder / "b.csv").open("a") as file:
        file.write("c,2026-01-01,7\n")
    with pytest.raises(
        SourceError,
        match=r"b\.csv is refused by a\.yml, nothing was loaded: 2 of 101 rows do not fit \(limit 1\.0%\), "
        r"line 101: `score` is not a number; line 102: `score` is outside 1 to 5\.",
    ):
        landing.refresh(SOURCE)
    assert landing.rows("select count(*) from raw_files.reviews") == [(1099,)]


def test_two_mappings_must_not_give_the_same_row(
    folder: Path, tmp_path: Path, landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    mappings = tmp_path / "mappings"
    mappings.mkdir()
    for name in ("a", "b"):
        (mappings / f"{name}.yml").write_text(ANSWERS)
    (folder / "a.csv").write_text("id,at,score\na,2026-01-01,5\n")
    monkeypatch.setenv("SOURCES__FILES__FOLDER", str(folder))
    monkeypatch.setenv("SOURCES__FILES__MAPPINGS", str(mappings))
    with pytest.raises(
        SourceError, match=r"reviews has rows with one key \(review_id\) from several places in a\.yml and"
    ):
        landing.refresh(SOURCE)


def test_a_column_that_one_of_the_files_lacks_is_told(folder: Path, mapped: Mapped) -> None:
    (folder / "a.csv").write_text("id,at,score\na,2026-01-01,5\n")
    (folder / "b.csv").write_text("id,at,points\nb,2026-01-01,5\n")
    with pytest.raises(SourceError, match=r"a\.csv lacks the column 'points'"):
        mapped(ANSWERS.replace("a.csv", "'*.csv'"))
    said = ANSWERS.replace("a.csv", "{path: '*.csv', may_lack: [points, score]}")
    assert [row["score"] for row in rows(mapped(said), "reviews")] == [5.0, None]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "inputt: a.csv\nentities: [{entity: reviews, columns: {review_id: i}}]\n",
            r"mapping\.yml line 1: `inputt` is not known: did you mean `inputs?`\?",
        ),
        ("input: a.csv\nentities: []\n", r"line 2: `entities`"),
        ("input: a.csv\nentities:\n  - {entity: order, columns: {}}\n", r"line 3: .*no entity 'order'"),
        (
            "input: a.csv\nentities:\n  - entity: reviews\n    columns: {id: id}\n",
            r"reviews has no column 'id': it has",
        ),
        ("input: a.csv\nentities:\n  - entity: reviews\n    columns: {score: s}\n", r"reviews needs 'review_id'"),
        (
            "input: a.csv\nentities:\n  - entity: reviews\n    columns:\n      review_id: {column: a, sql: b}\n",
            r"line 5: `entities\.1\.columns\.review_id`: say exactly one of",
        ),
        (
            "input: a.csv\nentities:\n  - entity: reviews\n    columns:\n      review_id: {column: a, unit: miles}\n",
            r"line 5: `entities\.1\.columns\.review_id\.unit` is 'miles': write",
        ),
        (
            "input: a.csv\nzone: Mars/Olympus\nentities:\n  - {entity: reviews, columns: {review_id: id}}\n",
            r"line 2: `zone`: 'Mars/Olympus' is no time zone",
        ),
        (
            "input: {path: a.csv, encoding: x9}\nentities: [{entity: reviews, columns: {review_id: i}}]\n",
            r"no encoding",
        ),
    ],
)
def test_a_wrong_mapping_is_told_with_its_line(text: str, words: str, mapped: Mapped) -> None:
    with pytest.raises(SourceError, match=words) as raised:
        mapped(text)
    assert "\n" not in str(raised.value)


def test_what_is_no_file_of_its_kind_is_told(folder: Path, mapped: Mapped) -> None:
    for name in ("a.xlsx", "a.parquet", "a.csv.gz"):
        (folder / name).write_bytes(b"not what its name says")
        with pytest.raises(SourceError, match=f"{name} cannot be read as"):
            mapped(ANSWERS.replace("a.csv", name))
    for text in ("", "a,a,b\n1,2,3\n"):
        (folder / "a.csv").write_text(text)
        with pytest.raises(SourceError, match=r"a\.csv (names the column 'a' twice|has no line of column names)"):
            mapped(ANSWERS)


def test_kpis_entered_by_hand_are_those_that_may_be(mapped: Callable[[str], Shaped], folder: Path) -> None:
    (folder / "kpis.csv").write_text(
        "id,grain,start,above,below\n"
        "brand_recall,quarter,2026-01-01,40,200\n"
        "roas_net,quarter,2026-01-01,40,200\n"
        "brand_recall,week,2026-01-05,40,200\n"
        "staff_turnover,month,2026-01-01,2,\n"
        "input_budget,month,2026-01-01,2,3\n"
    )
    shaped = mapped(
        "input: kpis.csv\nmax_bad_share: 1\nentities: [{entity: manual_kpis, columns: {kpi_id: id, "
        "period_grain: grain, period_start: start, numerator: above, denominator: below}}]"
    )
    assert [row["kpi_id"] for row in rows(shaped, "manual_kpis")] == ["brand_recall"]
    assert [(row.line, row.column) for row in shaped.bad] == [
        (3, "kpi_id"),
        (4, "period_grain"),
        (5, "denominator"),
        (6, "denominator"),
    ]


def test_an_answer_to_a_brand_survey_is_yes_or_no(mapped: Callable[[str], Shaped], folder: Path) -> None:
    (folder / "panel.csv").write_text("who,at,knows\n1,2026-01-02,1\n2,2026-01-02,0\n3,2026-01-02,2\n")
    shaped = mapped(
        "input: panel.csv\nmax_bad_share: 1\nentities: [{entity: survey_answers, columns: {answer_id: who, "
        "survey_id: {constant: p}, kind: {constant: brand}, answered_at: at, score: knows}}]"
    )
    assert [row["score"] for row in rows(shaped, "survey_answers")] == [1, 0]
    assert [(row.line, row.column) for row in shaped.bad] == [(4, "score")]


def test_wrong_settings_are_told_without_loading(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NYCKELTAL_CONFIG", str(tmp_path))
    monkeypatch.setenv("SOURCES__FILES__FOLDER", str(tmp_path / "elsewhere"))
    with pytest.raises(SourceError, match="correct SOURCES__FILES__FOLDER"):
        SOURCE.check()
    monkeypatch.setenv("SOURCES__FILES__FOLDER", str(folder))
    with pytest.raises(SourceError, match="mappings holds no mapping, so nothing is loaded"):
        SOURCE.check()
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings" / "costs.yml").write_text("input: costs.csv\nentity: costs\n", "utf-8")
    with pytest.raises(SourceError, match=r"costs\.yml line 2: `entity` is not known: did you mean `entities`"):
        SOURCE.check()
    (tmp_path / "mappings" / "costs.yml").write_text(COSTS.format(input="costs.csv", more="", day="d", amount="a"))
    SOURCE.check()
