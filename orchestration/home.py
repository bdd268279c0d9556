"""Where everything lies: the paths of one NYCKELTAL_HOME, and of the installation."""

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DBT_PROJECT = ROOT / "dbt_project"
CONFIG_START = ROOT / "config"
DAGSTER_YAML = ROOT / "dagster.yaml"
DAGSTER_POSTGRES_YAML = ROOT / "dagster.postgres.yaml"
# Set: Dagster keeps its runs, events and schedules in this database instead of SQLite files. A secret.
POSTGRES_URL = "NYCKELTAL_DAGSTER_POSTGRES_URL"


def config_folder() -> Path:
    """The company's configuration: NYCKELTAL_CONFIG, else `config` of the working folder."""
    return Path(os.environ.get("NYCKELTAL_CONFIG") or "config").resolve()


@dataclass(frozen=True)
class Home:
    """All that a company's runs write. Files that others read are replaced whole, never written in place."""

    root: Path

    @classmethod
    def find(cls) -> "Home":
        """NYCKELTAL_HOME, else `data` of the working folder; always an absolute path."""
        return cls(Path(os.environ.get("NYCKELTAL_HOME") or "data").resolve())

    def state(self, source: str) -> Path:
        """The loader's private file."""
        return self.root / "state" / f"{source}.duckdb"

    def landing(self, source: str) -> Path:
        """The promoted file that models read."""
        return self.root / "landing" / f"{source}.duckdb"

    @property
    def history(self) -> Path:
        """Append-only Parquet of what cannot be fetched again."""
        return self.root / "history"

    @property
    def runs(self) -> Path:
        """A folder of JSON records per run, and the last outcome of each source."""
        return self.root / "runs"

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse.duckdb"

    @property
    def marts(self) -> Path:
        """The published file."""
        return self.root / "serving" / "marts.duckdb"

    @property
    def pages(self) -> Path:
        """The personas' pages."""
        return self.root / "serving" / "pages"

    @property
    def parquet(self) -> Path:
        """The marts as Parquet files, where `bi.yml` asks for them and names no other folder."""
        return self.root / "serving" / "parquet"

    @property
    def data_docs(self) -> Path:
        """Great Expectations' Data Docs, where somebody builds them."""
        return self.root / "data_docs"

    @property
    def alerts(self) -> Path:
        """What was told to whom, and what could not be."""
        return self.root / "alerts"

    @property
    def erasures(self) -> Path:
        """Tombstones of people who are to be forgotten; applied to each load and each restore."""
        return self.root / "erasures.parquet"

    @property
    def dagster(self) -> Path:
        """DAGSTER_HOME unless the environment names another."""
        return self.root / "dagster"

    @property
    def dbt(self) -> Path:
        """dbt's target and log folders."""
        return self.root / "dbt"

    @property
    def private(self) -> tuple[Path, ...]:
        """Folders that hold rows or records about people: no other account of the machine may read them."""
        folders = (self.state("x").parent, self.landing("x").parent)
        return (*folders, self.history, self.runs, self.dagster, self.dbt, self.alerts)

    def make(self) -> None:
        """Creates the folders; OSError when the place cannot be written."""
        self.marts.parent.mkdir(parents=True, exist_ok=True)
        for folder in self.private:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
