"""The company's configuration as a source: read from NYCKELTAL_CONFIG, checked, landed whole each time."""

import os
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import dlt
import pyarrow as pa
from dlt.extract import DltResource

from connectors.common.errors import SourceError
from connectors.common.resource import resource
from connectors.common.source import LoadRequest, Source
from connectors.config import tables
from connectors.config.company import Company, read_company
from connectors.config.csv_inputs import read_csv
from connectors.config.goals import read_goals
from connectors.config.yaml_lines import ConfigError

# Which file feeds which table, and the columns that may be left empty in it.
INPUTS = {
    "costs": ("inputs/costs.csv", frozenset({"channel"})),
    "fx_rates": ("inputs/fx.csv", frozenset()),
    "manual_kpis": ("inputs/manual_kpis.csv", frozenset({"denominator", "source_note"})),
    "channel_overrides": ("channels.csv", frozenset()),
}


def config_folder() -> Path:
    """NYCKELTAL_CONFIG, else ./config."""
    return Path(os.environ.get("NYCKELTAL_CONFIG", "config"))


@dlt.source(name="config", section="config", max_table_nesting=0)
def config_source(request: LoadRequest) -> Iterable[DltResource]:
    """Settings, key actions, channel rules, goals, and the company's own inputs."""
    try:
        landed = read_config(config_folder())
    except ConfigError as error:
        raise SourceError(f"config: {error}") from None
    for table in tables.TABLES:
        yield resource(table, lambda rows=landed[table.name]: [rows])


def read_config(folder: Path) -> dict[str, pa.Table]:
    """Every landing table by name; ConfigError says what is wrong, where and how to mend it."""
    company = read_company(folder)
    found = dict(_settings(company))
    for name, (file, optional) in INPUTS.items():
        found[name] = read_csv(folder / file, _declared(name), optional)
    found["goals"] = tables.GOALS.rows([goal.model_dump() for goal in read_goals(folder)])
    return found


def _settings(company: Company) -> dict[str, pa.Table]:
    sources = sorted({*company.reload_days, *company.settle_days})
    return {
        "company": tables.COMPANY.rows(
            [{"company_name": company.name, **company.model_dump(include=set(tables.COMPANY.columns))}]
        ),
        "key_actions": tables.KEY_ACTIONS.rows(
            [
                {"key_action": action.id, "label": action.label, "kind": action.kind, "web_event": action.event}
                for action in company.key_actions
            ]
        ),
        "platform_actions": tables.PLATFORM_ACTIONS.rows(
            [
                {"platform": platform, "platform_action": pattern, "key_action": action}
                for platform, actions in company.platform_actions.items()
                for pattern, action in actions.items()
            ]
        ),
        "vat_rates": tables.VAT_RATES.rows(
            [{"country": country, "rate": _exact(rate)} for country, rate in company.vat_rates.items()]
        ),
        "settle_days": tables.SETTLE_DAYS.rows(
            [
                {
                    "source": name,
                    "reload_days": company.reload_days.get(name),
                    "settle_days": company.settle_days.get(name),
                }
                for name in sources
            ]
        ),
    }


def _exact(rate: float) -> Decimal:
    """A rate as it was written (0.255), not as its binary fraction."""
    return Decimal(str(rate))


def _declared(name: str) -> tables.Table:
    return next(table for table in tables.TABLES if table.name == name)


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
