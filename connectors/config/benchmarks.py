"""`benchmarks/*.csv`: what others reach, as dated percentiles of one KPI definition."""

import re
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from connectors.common.errors import ConfigError
from connectors.common.window import GRAINS
from connectors.common.yaml_file import file_label
from connectors.config.channels import ALL, ChannelOrAll
from connectors.config.company import Identifier, country_code
from connectors.config.csv_file import read_rows

ANY = "(any)"
PERCENTILES = ("p10", "p25", "p50", "p75", "p90")
UNITS = ("count", "people", "ratio", "x", "seconds", "days", "index")


def _unit(name: str) -> str:
    if name not in UNITS and not re.fullmatch(r"[A-Z]{3}", name):
        raise ValueError(f"{name!r} is no unit: write {', '.join(UNITS)}, or for money its currency like SEK")
    return name


def _country_or_any(code: str) -> str:
    return code if code == ANY else country_code(code)


def _grain_or_any(name: str) -> str:
    if name != ANY and name not in GRAINS:
        raise ValueError(f"{name!r} is no grain: write one of {', '.join(GRAINS)}, or leave it empty")
    return name


class Benchmark(BaseModel):
    """The distribution of a KPI, as its version defines it, among companies; for money the unit is the currency.

    `(any)`: the source does not tell sectors, sizes or countries apart, or the percentiles hold at every grain.
    `platform`, `channel`: only for that segment of the KPI.
    """

    model_config = ConfigDict(extra="forbid")

    kpi_id: Identifier
    kpi_version: Annotated[int, Field(ge=1)]
    source: str
    source_date: date
    sector: str = ANY
    company_size: str = ANY
    country: Annotated[str, AfterValidator(_country_or_any)] = ANY
    platform: str = ALL
    channel: ChannelOrAll = ALL
    period_grain: Annotated[str, AfterValidator(_grain_or_any)] = ANY
    p10: float
    p25: float
    p50: float
    p75: float
    p90: float
    unit: Annotated[str, AfterValidator(_unit)]

    @model_validator(mode="after")
    def _percentiles_rise(self) -> "Benchmark":
        values = [getattr(self, name) for name in PERCENTILES]
        for low, high, lower, upper in zip(PERCENTILES, PERCENTILES[1:], values, values[1:], strict=False):
            if upper < lower:
                raise ValueError(
                    f"{high} is {upper:g}, less than {low} with {lower:g}: percentiles rise from p10 to p90"
                )
        if self.platform != ALL and self.channel != ALL:
            raise ValueError("a benchmark is of a platform or of a channel: leave one of the two out")
        return self


def read_benchmarks(folder: Path, key: tuple[str, ...]) -> list[dict[str, object]]:
    """Rows of the landing table `benchmarks` from every file, unique by `key`; ConfigError names file and line."""
    rows: list[dict[str, object]] = []
    files: dict[tuple[object, ...], str] = {}
    for path in sorted((folder / "benchmarks").glob("*.csv")):
        for line in read_rows(path, Benchmark, key):
            row = line.model_dump()
            values = tuple(row[name] for name in key)
            if values in files:
                raise ConfigError(
                    f"{file_label(path)} repeats a benchmark of {files[values]} "
                    f"({row['kpi_id']}, {row['source']}, {row['source_date']}): remove one of the two"
                )
            files[values] = path.name
            rows.append(row)
    return rows
