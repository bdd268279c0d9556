"""`nyckeltal bi superset`: writes the bundle that Superset imports."""

from pathlib import Path
from urllib.parse import urlsplit

from connectors.config import ConfigError
from connectors.config.bi import Postgres, read_copies
from orchestration import home
from orchestration.building.manifest import Project, ProjectBrokenError
from orchestration.cli import FAILED, WRONG_USAGE
from orchestration.cli.output import complain, out
from orchestration.loading.promote import replacing
from orchestration.superset.bundle import bundle

DUCKDB_SCHEMA = "main"


def superset(to: Path, database: str) -> int:
    """Exit code 1 when the file cannot be written, 2 for an address with a password, or none at all."""
    address = urlsplit(database)
    if not address.scheme:
        complain("--database is no address: write it like postgresql+psycopg2://superset@localhost:5432/bi")
        return WRONG_USAGE
    if address.password:
        complain("--database holds a password, which does not belong into a file: leave it out, Superset asks for it")
        return WRONG_USAGE
    try:
        schema = (read_copies(home.config_folder()).postgres or Postgres()).schema_name
        if address.scheme.startswith("duckdb"):
            schema = DUCKDB_SCHEMA
        content = bundle(Project.open(home.DBT_PROJECT), database, schema)
        with replacing(to.resolve()) as temporary:
            temporary.write_bytes(content)
    except ConfigError as error:
        complain(error)
        return WRONG_USAGE
    except (ProjectBrokenError, OSError) as error:
        complain(error)
        return FAILED
    out().print(str(to), soft_wrap=True)
    return 0
