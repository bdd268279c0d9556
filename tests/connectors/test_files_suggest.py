"""Drafts of mappings: what they find in the data, and that they run as they are."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.common.errors import SourceError
from connectors.common.privacy import Hasher
from connectors.files import preview, suggest
from connectors.files.shape import Shaped

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def company(monkeypatch: pytest.MonkeyPatch) -> None:
    """The start configuration: a company in Stockholm."""
    monkeypatch.setenv("NYCKELTAL_CONFIG", str(ROOT / "config"))


def drafted(path: Path, hasher: Hasher) -> tuple[str, Shaped]:
    """The draft's text and what it makes of the file."""
    text = suggest(path)
    mapping = path.with_suffix(".yml")
    mapping.write_text(text, "utf-8")
    return text, preview(path.parent, mapping, hasher)


def test_a_swedish_order_export(tmp_path: Path, hasher: Hasher) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(
        (
            "Ordernummer;Kundnummer;Skapad;Land;Anmärkning\n"
            "1001;A1;31.12.2025 23:30;SE;hämtas\n"
            "1002;A2;01.07.2026 00:10;NO;\n"
        ).encode("cp1252")
    )
    text, shaped = drafted(path, hasher)
    assert "entity: orders" in text
    assert "# Not used: Anmärkning\n" in text
    rows = shaped.tables["orders"][0].to_pylist()
    assert [(row["order_id"], row["customer_id"], row["country"], row["created_at"]) for row in rows] == [
        ("1001", "A1", "SE", datetime(2025, 12, 31, 22, 30, tzinfo=UTC)),
        ("1002", "A2", "NO", datetime(2026, 6, 30, 22, 10, tzinfo=UTC)),
    ]


def test_ad_spend_with_a_decimal_comma(tmp_path: Path, hasher: Hasher) -> None:
    path = tmp_path / "ads.csv"
    path.write_text(
        "Day;Platform;CampaignID;Campaign;Impressions;Link clicks;Amount spent\n"
        '13/01/2026;tiktok;7;Vår;1.200;34;"1.234,50"\n'
        '14/01/2026;tiktok;7;Vår;900;12;"99,00"\n'
    )
    text, shaped = drafted(path, hasher)
    assert "entity: ad_performance_daily" in text
    rows = shaped.tables["ad_performance_daily"][0].to_pylist()
    assert [(row["date"], row["impressions"], row["clicks"], row["spend_amount"]) for row in rows] == [
        (date(2026, 1, 13), 1200, 34, Decimal("1234.5")),
        (date(2026, 1, 14), 900, 12, Decimal(99)),
    ]


def test_a_time_is_found_by_its_values(tmp_path: Path, hasher: Hasher) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("order_id,status,placed on\n1,paid,2026-02-03 04:05:06\n2,open,2026-02-04 04:05:06\n")
    _, shaped = drafted(path, hasher)
    assert [instant.day for instant in shaped.tables["orders"][0]["created_at"].to_pylist()] == [3, 4]


def test_orders_with_an_amount_and_no_lines_become_one_line_each(tmp_path: Path, hasher: Hasher) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("Ordernr;Datum;Kund;Belopp;Valuta\n1001;2026-03-01;anna@example.com;1 234,50;SEK\n")
    text, shaped = drafted(path, hasher)
    assert "see that Belopp is without VAT and shipping" in text
    (order,) = shaped.tables["orders"][0].to_pylist()
    (line,) = shaped.tables["order_lines"][0].to_pylist()
    assert order["customer_id"] == hasher.email("anna@example.com")
    assert (line["order_id"], line["gross_amount"], line["currency"]) == (order["order_id"], Decimal("1234.5"), "SEK")


def test_a_draft_of_few_known_columns_says_so(tmp_path: Path) -> None:
    path = tmp_path / "days.csv"
    path.write_text("datum,valuta,x,y,z\n2026-03-01,SEK,1,2,3\n")
    assert "# Few columns are known: see that " in suggest(path)


def test_addresses_are_to_be_hashed(tmp_path: Path, hasher: Hasher) -> None:
    path = tmp_path / "people.csv"
    path.write_text("customer_id,e-mail,land\n1,anna@example.com,SE\n2,bo@example.com,SE\n")
    text, shaped = drafted(path, hasher)
    assert "hash: email" in text
    assert shaped.tables["customers"][0]["email_hash"].to_pylist() == [
        hasher.email("anna@example.com"),
        hasher.email("bo@example.com"),
    ]
    assert "example.com" not in text


def test_what_is_open_is_said(tmp_path: Path, hasher: Hasher) -> None:
    path = tmp_path / "ads.tsv"
    path.write_text("impressions\tclicks\tspend\tnote\n10\t1\t2.5\tx\n")
    text, shaped = drafted(path, hasher)
    assert "# To fill in, nothing in the file has their name: date, campaign_id\n" in text
    assert shaped.tables["ad_performance_daily"][0]["campaign_id"].to_pylist() == ["fill in"]


def test_a_file_that_says_nothing_known_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("foo,bar\n1,2\n")
    with pytest.raises(SourceError, match=r"no column of x\.csv has a name that is known"):
        suggest(path)


def test_a_column_name_cannot_write_into_the_draft(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text('score,"evil\nmax_bad_share: 1"\n1,2\n')
    assert "\nmax_bad_share" not in suggest(path)


@pytest.mark.parametrize(
    ("file", "entity"),
    [
        ("kag_facebook_ads/KAG_conversion_data.csv", "ad_breakdowns_daily"),  # it has age and gender
        ("olist/olist_order_items_dataset.csv", "order_lines"),
        ("olist/olist_orders_dataset.csv", "orders"),
        ("facebook_post_metrics/dataset_Facebook.csv", "social_posts"),
    ],
)
def test_real_files_are_recognised(file: str, entity: str, shared: Path) -> None:
    path = shared / "realdata" / file
    if not path.exists():
        pytest.skip(f"the file ../shared/realdata/{file} is not here")
    assert f"entity: {entity}\n" in suggest(path)
