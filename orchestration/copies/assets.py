"""The configured copies as assets after publish. One that fails is red and leaves the marts and the others alone."""

import time
from typing import Any

import dagster as dg

from connectors.common.errors import ConfigError
from connectors.config.bi import Copies, read_copies
from orchestration.building.manifest import Project
from orchestration.cli.marts import NothingPublishedError
from orchestration.copies.marts import CopyFailedError
from orchestration.copies.targets import copies_of
from orchestration.home import config_folder
from orchestration.loading.load import step
from orchestration.run import Run, RunSettings


def copy_assets(project: Project, published: dg.AssetKey) -> list[dg.AssetsDefinition]:
    """`serving/postgres` and `serving/parquet`, each only where `bi.yml` asks for it as the code location loads."""
    return [_asset(name, project, published) for name in copies_of(_configured(), project)]


def _configured() -> Copies:
    """None while the file is wrong: `nyckeltal doctor` says so, and the code location loads all the same."""
    try:
        return read_copies(config_folder())
    except (ConfigError, OSError):
        return Copies()


def _asset(name: str, project: Project, published: dg.AssetKey) -> dg.AssetsDefinition:
    @dg.asset(
        name=name,
        key_prefix="serving",
        group_name="serving",
        description=f"The published marts once more, for BI tools: {name}.",
        deps=[published],
        kinds={name},
    )
    def copy(context: dg.AssetExecutionContext, run_settings: RunSettings) -> dg.MaterializeResult[Any]:
        home = Run.of(context.run_id, run_settings).home
        started = time.monotonic()
        try:
            make = copies_of(read_copies(config_folder()), project).get(name)
            if make is None:
                return dg.MaterializeResult(metadata={"status": "no longer configured"})
            copied = make(home)
        except (ConfigError, CopyFailedError, NothingPublishedError) as error:
            raise dg.Failure(str(error), allow_retries=False) from None
        if not copied.rows:
            return dg.MaterializeResult(metadata={"status": "unchanged"})
        total = sum(copied.rows.values())
        step(name.capitalize(), f"{total:,} rows in {len(copied.rows)} tables", "good", time.monotonic() - started)
        rows = {f"rows/{table}": count for table, count in copied.rows.items()}
        return dg.MaterializeResult(metadata={"status": "published", "dagster/row_count": total, **rows})

    return copy
