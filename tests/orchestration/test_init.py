from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from connectors.common.table import TEXT, WHOLE, Reload, Table
from orchestration.home import Home
from orchestration.init import ensure_landing, initialise, use_dagster_home
from tests.orchestration.conftest import Toy, query
from tests.orchestration.toy import ORDERS, SOURCES


def test_every_source_gets_a_landing_file_with_its_empty_tables(toy: Toy) -> None:
    assert set(initialise(toy.home, SOURCES)) == {"shop", "web", "mail", "ops", "models"}
    assert query(toy.home.landing("mail"), "select count(*) from raw_mail.members") == [(0,)]
    assert query(toy.home.landing("mail"), "select count(*) from raw_mail.loaded_windows") == [(0,)]
    assert query(toy.home.landing("ops"), "select count(*) from raw_ops.source_status") == [(0,)]
    assert (toy.home.dagster).is_dir()
    assert initialise(toy.home, SOURCES) == []


def test_dagster_never_runs_without_settings_and_a_users_own_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "elsewhere"))
    use_dagster_home(Home(tmp_path))
    settings = tmp_path / "elsewhere" / "dagster.yaml"
    assert "telemetry: {enabled: false}" in settings.read_text("utf-8")
    settings.write_text("telemetry: {enabled: true}\n", "utf-8")
    use_dagster_home(Home(tmp_path))
    assert settings.read_text("utf-8") == "telemetry: {enabled: true}\n"


def test_a_column_and_a_table_declared_later_are_added_and_the_rows_stay(tmp_path: Path) -> None:
    home = Home(tmp_path)
    shop = SOURCES["shop"]
    ensure_landing(home, shop)
    with duckdb.connect(str(home.landing("shop"))) as connection:
        connection.execute("insert into raw_shop.orders values ('o1', '2026-01-01', 5)")
    orders = replace(ORDERS, columns={**ORDERS.columns, "item_count": WHOLE})
    carts = Table("carts", {"cart_id": TEXT}, ("cart_id",), Reload.MERGE)

    assert ensure_landing(home, replace(shop, tables=(orders, carts)))

    rows = query(home.landing("shop"), "select order_id, item_count from raw_shop.orders")
    assert rows == [("o1", None)]
    assert query(home.landing("shop"), "select count(*) from raw_shop.carts") == [(0,)]
    assert not ensure_landing(home, replace(shop, tables=(orders, carts)))
