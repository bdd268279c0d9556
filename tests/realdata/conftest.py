"""Real data sets, brought to KPIs by mapping files alone: no code or SQL of the product knows any of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from connectors.common.privacy import Hasher
from connectors.config import read_config
from connectors.files.source import Reading
from connectors.files.tables import TABLES
from tests.runner import run

MAPPINGS = Path(__file__).parent / "mappings"
COMPANY = """
name: A company of real data
time_zone: {zone}
reporting_currency: {currency}
history_start: 2010-01-01
min_n: 1
"""


@dataclass(frozen=True)
class DataSet:
    """A folder of real data: its files for pandas, what landed from them, and the KPIs of that."""

    folder: Path
    landed: dict[str, pa.Table]
    config: dict[str, pa.Table]
    as_of: datetime

    def rows(self, entity: str) -> pd.DataFrame:
        """What landed of an entity."""
        return self.landed[entity].to_pandas()

    @cached_property
    def values(self) -> pd.DataFrame:
        """`kpi_values` of the data set."""
        with run({"files": self.landed, "config": self.config}, self.as_of, ["kpi_values"]) as connection:
            return connection.sql("select * from marts.kpi_values").df()

    def kpi(self, kpi_id: str, grain: str = "month", by: str = "total", basis: str = "none") -> pd.Series:
        """Values of a KPI by first day of the period, or by it and the dimension; without those that have none."""
        found = self.values
        found = found[(found["kpi_id"] == kpi_id) & (found["period_grain"] == grain) & (found["segment_set"] == by)]
        found = found[(found["attribution_basis"] == basis) & found["value"].notna()]
        starts = pd.to_datetime(found["period_start"])
        index = pd.Index(starts) if by == "total" else pd.MultiIndex.from_arrays([starts, found[by]])
        return pd.Series(found["value"].astype(float).to_numpy(), index=index).sort_index()


Landed = Callable[[str, str, str, date], DataSet]


@pytest.fixture(scope="session")
def data_set(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Landed:
    """`(folder, zone, currency, last day)` → the data set as of the day after."""

    def land(name: str, zone: str, currency: str, last_day: date) -> DataSet:
        folder = shared / "realdata" / name
        if not folder.is_dir():
            pytest.skip(f"the folder ../shared/realdata/{name} is not here")
        reading = Reading(folder, MAPPINGS / name.partition("/")[0], Hasher(b"real data"))
        landed = {
            table.name: pa.concat_tables([table.schema.empty_table(), *reading.entities.get(table.name, [])])
            for table in TABLES
        }
        landed |= {"quarantine": reading.quarantine, "inputs": reading.inputs}
        config = tmp_path_factory.mktemp("config")
        (config / "company.yml").write_text(COMPANY.format(zone=zone, currency=currency))
        as_of = datetime.combine(last_day + timedelta(days=1), time(12), UTC)
        return DataSet(folder, landed, read_config(config), as_of)

    return land
