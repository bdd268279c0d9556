"""Staging models of one source over what a connector landed, without the rest of the project."""

import shutil
from datetime import datetime
from pathlib import Path

import duckdb
import pandas as pd

from connectors.common.run import dataset_name
from connectors.common.source import Source
from tests.runner import compiled, run
from tests.runner.compile import DBT_PROJECT


def staged(source: Source, landed: Path, as_of: datetime, scratch: Path) -> dict[str, pd.DataFrame]:
    """Every staging model of the source by entity, built over a landed file; `scratch`: an empty folder."""
    folder = scratch / "staging_project"
    shutil.copytree(DBT_PROJECT / "macros", folder / "macros")
    shutil.copytree(DBT_PROJECT / "models" / "staging" / source.name, folder / "models" / "staging" / source.name)
    shutil.copytree(DBT_PROJECT / "tests" / "generic", folder / "tests" / "generic")
    shutil.copy(DBT_PROJECT / "dbt_project.yml", folder)
    if (DBT_PROJECT / "seeds" / "country_names.csv").exists():
        (folder / "seeds").mkdir()
        shutil.copy(DBT_PROJECT / "seeds" / "country_names.csv", folder / "seeds")
    project = compiled(folder, (f"{source.name}_landing",))
    with duckdb.connect(str(landed), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        tables = {
            table.name: connection.sql(
                f"select {', '.join(table.columns)} from {dataset_name(source)}.{table.name}"
            ).to_arrow_table()
            for table in source.tables
        }
    with run({source.name: tables}, as_of, project=project) as connection:
        prefix = f"stg_{source.name}__"
        models = [node["name"] for node in project.nodes.values() if node["name"].startswith(prefix)]
        return {
            model.removeprefix(prefix): connection.execute(f"select * from staging.{model}").df() for model in models
        }
