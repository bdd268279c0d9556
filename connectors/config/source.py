"""The company's configuration as a source: read whole on each load, checked, landed for the models."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import dlt
import pyarrow as pa
from pydantic import BaseModel

from connectors.common.resource import resource
from connectors.common.source import LoadRequest, Source
from connectors.config import tables
from connectors.config.benchmarks import read_benchmarks
from connectors.config.boards import board_rows, read_boards
from connectors.config.budgets import read_budgets
from connectors.config.channels import ChannelRule
from connectors.config.company import Company, config_folder, read_company
from connectors.config.csv_file import read_rows
from connectors.config.goals import goal_rows, part_rows, read_goals
from connectors.config.holidays import read_holidays
from connectors.config.inputs import Cost, FxRate, TargetCell
from connectors.config.manual_kpis import ManualKpi

if TYPE_CHECKING:
    from dlt.extract import DltResource

Rows = list[dict[str, object]]


@dlt.source(name="config", section="config", max_table_nesting=0)
def config_source(request: LoadRequest) -> Iterable["DltResource"]:
    """Every table, always: a file that was taken away leaves an empty one. ConfigError names file and line."""
    landed = read_config(config_folder())
    for table in tables.TABLES:
        yield resource(table, lambda rows=landed[table.name]: [rows])


def read_config(folder: Path) -> dict[str, pa.Table]:
    """Every landing table of a configuration folder; ConfigError says what is wrong, where and how to mend it."""
    company = read_company(folder)
    rows = {
        **_settings(company),
        **_inputs(folder),
        **_goals(folder, company),
        "holidays": read_holidays(folder),
        **_budgets(folder),
    }
    return {table.name: table.rows(rows[table.name]) for table in tables.TABLES}


def _settings(company: Company) -> dict[str, Rows]:
    sources = sorted({*company.reload_days, *company.settle_days})
    return {
        "company": [
            {"company_name": company.name, **company.model_dump(include=set(tables.COMPANY.columns))},
        ],
        "key_actions": [
            {
                "key_action": action.id,
                "label": action.label,
                "kind": action.kind,
                "stage": action.stage,
                "web_event": action.event,
                "once_per": action.once_per,
            }
            for action in company.key_actions
        ],
        "platform_actions": [
            {"platform": platform, "platform_action": name, "key_action": key_action}
            for platform, actions in company.platform_actions.items()
            for name, key_action in actions.items()
        ],
        "vat_rates": [{"country": country, "rate": rate} for country, rate in company.vat_rates.items()],
        "settle_days": [
            {
                "source": name,
                "reload_days": company.reload_days.get(name),
                "settle_days": company.settle_days.get(name),
            }
            for name in sources
        ],
    }


def _goals(folder: Path, company: Company) -> dict[str, Rows]:
    goals = read_goals(folder, company.fiscal_year_start_month)
    return {
        "goals": goal_rows(goals),
        "goal_parts": part_rows(goals),
        "boards": board_rows(read_boards(folder)),
        "benchmarks": read_benchmarks(folder, tables.BENCHMARKS.primary_key),
    }


def _inputs(folder: Path) -> dict[str, Rows]:
    files: dict[str, tuple[str, type[BaseModel]]] = {
        "channel_overrides": ("channels.csv", ChannelRule),
        "costs": ("inputs/costs.csv", Cost),
        "fx_rates": ("inputs/fx.csv", FxRate),
        "manual_kpis": ("inputs/manual_kpis.csv", ManualKpi),
        "target_segment": ("inputs/target_segment.csv", TargetCell),
    }
    return {
        name: _dumped(read_rows(folder / file, model, SOURCE.table(name).primary_key))
        for name, (file, model) in files.items()
    }


def _budgets(folder: Path) -> dict[str, Rows]:
    budgets, days = read_budgets(folder, tables.BUDGETS.primary_key, tables.BUDGET_DAYS.primary_key)
    return {"budgets": _dumped(budgets), "budget_days": _dumped(days)}


def _dumped(items: Iterable[BaseModel]) -> Rows:
    return [item.model_dump() for item in items]


SOURCE = Source(
    name="config",
    title="Configuration",
    tables=tables.TABLES,
    settings=(),
    build=lambda request: config_source(request),
    reload_days=1,
    settle_days=0,
    is_optional=False,
)
