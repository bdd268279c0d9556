"""Of whom and of when the benchmarks are whose medians the cards show."""

from typing import Any

from dashboards.axis import Axis
from dashboards.series import TOTAL
from orchestration.cli.marts import NEWEST, Marts

# A benchmark that does not tell sectors apart.
ANY = "(any)"


def read_benchmarks(marts: Marts, axis: Axis) -> dict[str, list[Any]]:
    """By the key of a series: sector (None: of no single one) and year of its latest benchmark."""
    return {
        "|".join((row["segment_set"], row["segment"], row["kpi_id"])): [
            None if row["sector"] == ANY else row["sector"],
            str(row["year"]),
        ]
        for row in marts.rows(_BENCHMARKS, [axis.grain])
    }


_BENCHMARKS = f"""
    select
        kpi_id, segment_set,
        case segment_set when '{TOTAL}' then '' when 'channel' then channel else platform end as segment,
        arg_max(benchmark_sector, period_start) as sector,
        arg_max(extract(year from benchmark_date), period_start) as year
    from kpi_benchmarks
    where period_grain = ? and p50 is not null and segment_set in ('{TOTAL}', 'channel', 'platform') and {NEWEST}
    group by all
    order by all
"""
