"""A toy company for tests: three tiny sources and a tiny dbt project in the place of the real ones.

`python -m tests.orchestration.toy COMMAND…` is `nyckeltal COMMAND…` over them. What the toy vendors
hold stands in the JSON file TOY_VENDORS, so that a test can change it between two runs.
"""

import json
import os
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import dlt
import pyarrow as pa
from dlt.extract import DltResource

import connectors
from connectors.common.errors import CredentialsRejectedError, SourceError
from connectors.common.resource import resource
from connectors.common.source import LoadRequest, Setting, Source
from connectors.common.table import DAY, MONEY, TEXT, WHOLE, Reload, Table
from orchestration import home

TINY = Path(__file__).parent / "tiny"

ORDERS = Table("orders", {"order_id": TEXT, "order_date": DAY, "amount": MONEY}, ("order_id",), Reload.MERGE)
SESSIONS = Table(
    "sessions",
    {"date": DAY, "channel": TEXT, "sessions": WHOLE},
    ("date", "channel"),
    Reload.WINDOW,
    window_column="date",
)
MEMBERS = Table("members", {"member_id": TEXT}, ("member_id",), Reload.MERGE)


def vendor(name: str) -> Any:
    """What a toy vendor answers: its rows, or the error that it is told to give."""
    held = json.loads(Path(os.environ["TOY_VENDORS"]).read_text("utf-8"))
    match held.get("faults", {}).get(name):
        case "down":
            raise SourceError(f"{name}: /rows failed 5 times (HTTP 503). The next run tries again.")
        case "credentials":
            raise CredentialsRejectedError(f"{name}: the vendor refuses the credentials (HTTP 401).")
        case "broken":
            raise KeyError("anna@example.com")
    return held.get(name, [])


@dlt.source(name="shop", section="shop", max_table_nesting=0)
def shop_source(request: LoadRequest, api_key: str | None = dlt.secrets.value) -> Iterable[DltResource]:
    def batches() -> Iterable[pa.Table]:
        rows = [
            {"order_id": row["id"], "order_date": date.fromisoformat(row["date"]), "amount": row["amount"]}
            for row in vendor("shop")
            if row["date"] <= request.window.date_to.isoformat()
        ]
        yield ORDERS.rows([{**row, "amount": _money(row["amount"])} for row in rows])

    yield resource(ORDERS, batches)


@dlt.source(name="web", section="web", max_table_nesting=0)
def web_source(request: LoadRequest, api_key: str | None = dlt.secrets.value) -> Iterable[DltResource]:
    def batches() -> Iterable[pa.Table]:
        days = {day.isoformat() for day in request.window.days()}
        yield SESSIONS.rows(
            [{**row, "date": date.fromisoformat(row["date"])} for row in vendor("web") if row["date"] in days]
        )

    yield resource(SESSIONS, batches, cleared=request.window.days())


@dlt.source(name="mail", section="mail", max_table_nesting=0)
def mail_source(request: LoadRequest, api_key: str | None = dlt.secrets.value) -> Iterable[DltResource]:
    yield resource(MEMBERS, lambda: [])


def _money(value: float) -> Any:
    from decimal import Decimal

    return Decimal(str(value))


def _source(name: str, title: str, table: Table, build: Any, reload_days: int, settle_days: int) -> Source:
    key = Setting("api_key", "the toy vendor's key", is_secret=True)
    return Source(name, title, (table,), (key,), build, reload_days, settle_days)


SOURCES = {
    source.name: source
    for source in (
        _source("shop", "Toy shop", ORDERS, lambda request: shop_source(request), 1, 60),
        _source("web", "Toy web analytics", SESSIONS, lambda request: web_source(request), 3, 2),
        _source("mail", "Toy mail", MEMBERS, lambda request: mail_source(request), 14, 7),
    )
}


def install() -> None:
    """Puts the toys in the place of the real ones; call before `orchestration.definitions` is imported."""
    connectors.sources = lambda: SOURCES  # type: ignore[assignment]
    connectors.NAMES = tuple(SOURCES)
    home.DBT_PROJECT = TINY


def main() -> None:
    install()
    sys.argv = ["nyckeltal", *sys.argv[1:]]
    from orchestration.cli import main as nyckeltal

    nyckeltal()


if __name__ == "__main__":
    main()
