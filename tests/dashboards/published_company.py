"""The marts of a small simulated company as publish leaves them, made without dlt and Dagster."""

import shutil
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa

from connectors import NAMES
from connectors.common.ops import SOURCE_DAYS, SOURCE_STATUS
from orchestration.home import Home
from orchestration.serving.pages import READ
from orchestration.serving.publish import PUBLISH_INFO
from sandbox.world import build_world
from tests.landing import land
from tests.runner import run

AS_OF = datetime(2026, 3, 18, 5, 30, tzinfo=UTC)
LAST_DAY = date(2026, 3, 17)
MONTHS = 15
RUN_ID = "0f3b7c1e-small-company"
# Days that each source still restates; none of the others.
SETTLE_DAYS = {"google_ads": 30, "meta_ads": 28, "google_analytics": 3, "shopify": 3, "mailchimp": 7}
# A name as an advertiser might mistype or mean it: it must stay text.
HTML_NAME = "</script><img src=x onerror=\"document.title='broken'\"><b>Spring</b>"


def write_marts(home: Home) -> None:
    """`serving/marts.duckdb` of a home; the campaign with the largest spend bears HTML_NAME."""
    world = build_world(size="small", months=MONTHS, seed=7, as_of=AS_OF)
    landing = land(world, AS_OF)
    connection = run(landing | {"ops": _ops(world.history_start)}, AS_OF, READ)
    home.marts.parent.mkdir(parents=True, exist_ok=True)
    info = {"run_id": RUN_ID, "as_of": AS_OF.replace(tzinfo=None), "published_at": AS_OF.replace(tzinfo=None)}
    state = {"data_until": LAST_DAY, "validation_status": "passed", "code_version": "0"}
    connection.register("info", pa.Table.from_pylist([info | state], schema=PUBLISH_INFO))
    connection.execute(f"attach '{home.marts}' as out")
    for table in READ:
        connection.execute(f"create table out.{table} as from marts.{table}")
    connection.execute("create table out.publish_info as from info")
    [(name,)] = connection.execute(
        "select campaign from out.kpi_values where kpi_id = 'spend' and segment_set = 'campaign' "
        "and campaign <> 'unknown' group by campaign order by sum(value) desc limit 1"
    ).fetchall()
    for table, column in (
        ("kpi_values", "campaign"),
        ("kpi_changes", "campaign"),
        ("kpi_change_reasons", "leading_segment"),
    ):
        connection.execute(f"update out.{table} set {column} = ? where {column} = ?", [HTML_NAME, name])
    connection.execute("checkpoint out")
    connection.close()


def changed(home: Home, folder: Path, statements: Sequence[str]) -> Home:
    """A copy of a company's home in which SQL has made a state."""
    other = Home(folder)
    other.marts.parent.mkdir(parents=True)
    shutil.copyfile(home.marts, other.marts)
    with duckdb.connect(str(other.marts)) as connection:
        for statement in statements:
            connection.execute(statement)
    return other


def _ops(first: date) -> dict[str, pa.Table]:
    days = [first + timedelta(days=number) for number in range((LAST_DAY - first).days + 1)]
    status = [
        {
            "source": name,
            "is_configured": True,
            "last_load_at": AS_OF,
            "data_until": LAST_DAY,
            "provisional_from": LAST_DAY - timedelta(days=SETTLE_DAYS[name] - 1) if name in SETTLE_DAYS else None,
            "row_count": 1000,
            "last_error": None,
        }
        for name in NAMES
    ]
    return {
        "source_status": SOURCE_STATUS.rows(status),
        "source_days": SOURCE_DAYS.rows(
            [{"source": name, "date": day, "is_loaded": True} for name in NAMES for day in days]
        ),
    }
