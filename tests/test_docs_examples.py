"""The examples of the documentation run as they stand."""

import csv
import re
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from connectors.common.privacy import Hasher
from connectors.config import read_company, read_config
from connectors.config.alerts import read_alerts
from connectors.config.bi import Parquet, Postgres, read_copies
from connectors.files import preview
from tests.dbt.test_published import models
from tests.runner import run

DOCS = Path(__file__).parents[1] / "docs"
BLOCK = re.compile(r"^```(?:csv|yaml) (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: str) -> list[tuple[str, str]]:
    """Label and text of each example."""
    return BLOCK.findall((DOCS / page).read_text("utf-8"))


def written(found: list[tuple[str, str]], folder: Path) -> Path:
    """The examples as files of a folder."""
    for name, text in found:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def test_mapping_files(tmp_path: Path) -> None:
    found = blocks("mapping_files.md")
    written([(name, text) for name, text in found if name != "mapping"], tmp_path)
    mappings = [text for name, text in found if name == "mapping"]
    assert len(mappings) == 5
    counts: dict[str, int] = {}
    for text in mappings:
        mapping = tmp_path / "mapping.yml"
        mapping.write_text(text, "utf-8")
        shaped = preview(tmp_path / "inputs", mapping, Hasher(b"docs"))
        assert shaped.bad == []
        for entity, tables in shaped.tables.items():
            counts[entity] = counts.get(entity, 0) + sum(table.num_rows for table in tables)
    assert counts == {
        "ad_performance_daily": 2,
        "orders": 4,
        "customers": 3,
        "measure_periods": 3,
        "survey_answers": 2,
    }


def test_configuration(tmp_path: Path) -> None:
    landed = read_config(written(blocks("configuration.md"), tmp_path))
    assert {name: table.num_rows for name, table in landed.items()} == {
        "company": 1,
        "key_actions": 3,
        "platform_actions": 2,
        "channel_overrides": 5,
        "vat_rates": 2,
        "settle_days": 1,
        "goals": 1,
        "holidays": 4,
        "goal_parts": 1,
        "boards": 5,
        "benchmarks": 0,
        "target_segment": 2,
        "costs": 3,
        "budgets": 3,
        "budget_days": 3,
        "fx_rates": 2,
        "manual_kpis": 3,
    }


def test_goals_and_benchmarks_come_out_as_their_pages_say(tmp_path: Path) -> None:
    for page, tables in {"goals.md": ("kpi_goals", "kpi_values"), "benchmarks_file.md": ("kpi_benchmarks",)}.items():
        found = blocks(page)
        examples = [(name, text) for name, text in found if name not in tables]
        folder = written(examples, tmp_path / page)
        shaped = preview(folder / "inputs", folder / "mappings" / "figures.yml", Hasher(b"docs"))
        files = {entity: pa.concat_tables(parts) for entity, parts in shaped.tables.items()}
        landing = {"config": read_config(folder), "files": files}
        connection = run(landing, datetime(2026, 3, 18, 5, 30, tzinfo=UTC), tables)
        for table in tables:
            head, *expected = csv.reader(dict(found)[table].splitlines())
            where = {
                "kpi_goals": "true order by goal_id",
                "kpi_values": "target_value is not null and kpi_id = 'leads' order by period_start",
                "kpi_benchmarks": "kpi_id in ('cpl', 'csat', 'nps') and period_grain = 'month' order by kpi_id",
            }[table]
            rows = connection.execute(f"select {', '.join(head)} from marts.{table} where {where}").fetchall()
            assert [[_shown(value) for value in row] for row in rows] == expected, table
        connection.close()


def _shown(value: object) -> str:
    """A cell of a page: figures with two decimals at most, three below one."""
    if isinstance(value, float):
        return f"{value:.{3 if abs(value) < 1 else 2}f}".rstrip("0").rstrip(".")
    return "" if value is None else str(value)


def test_alerts(tmp_path: Path) -> None:
    alerts = read_alerts(written(blocks("alerts.md"), tmp_path))
    assert {name: target.persona for name, target in alerts.targets.items()} == {
        "engineers": None,
        "marketing": "manager",
    }


def test_reports(tmp_path: Path) -> None:
    reports = read_alerts(written(blocks("reports.md"), tmp_path)).reports
    assert {name: (report.targets, report.language) for name, report in reports.items()} == {
        "executive": (("board",), "sv"),
        "manager": (("marketing",), "en"),
        "specialist": (("channels",), "en"),
    }


def test_operations(tmp_path: Path) -> None:
    retention = read_company(written(blocks("operations.md"), tmp_path)).retention
    assert (retention.people_months, retention.runs_days, retention.logs_days) == (36, 180, 30)


def test_bi(tmp_path: Path) -> None:
    copies = read_copies(written(blocks("bi.md"), tmp_path))
    assert copies.postgres == Postgres()
    assert copies.parquet == Parquet(folder=Path("/srv/bi/marts"))


def test_queries_for_bi_read_what_is_published() -> None:
    queries = re.findall(r"^```sql marts\n(.*?)^```$", (DOCS / "bi.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert len(queries) == 2
    with duckdb.connect() as connection:
        for name, model in models().items():
            columns = ", ".join(f"{column['name']} {column['data_type']}" for column in model["columns"])
            connection.execute(f"create table {name} ({columns})")
        for query in queries:
            connection.execute(query)
