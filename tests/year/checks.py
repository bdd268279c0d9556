"""What a year of vintages has to show."""

from datetime import date, timedelta
from pathlib import Path

import duckdb
import pandas as pd

from modelling.lag_curves import CELL, Given, expected, learn
from orchestration.serving.vintages import MEASURES, QUALITY, SOURCES, Kind, folder_of, rows_of, vintage_files

PERIOD_END = """case period_grain
    when 'day' then period_start
    when 'week' then period_start + 6
    when 'month' then cast(period_start + interval 1 month as date) - 1
    else cast(period_start + interval 3 month as date) - 1
end"""


def all_vintages(history: Path, kind: Kind) -> str:
    """SQL of all rows of a kind."""
    return rows_of(vintage_files(folder_of(history, kind)))


def changed_though_settled(connection: duckdb.DuckDBPyConnection, history: Path) -> pd.DataFrame:
    """Measures of closed periods that moved after a KPI of theirs was told as settled: kpi, measure, period, when.

    `connection` holds the models of the project: `marts.kpi_measures` says which KPI reads what.
    """
    return connection.execute(
        f"""
        with told as (
            select *, lag(value) over same as before, lag(vintage) over same as earlier
            from {all_vintages(history, MEASURES)}
            where segment_set in ('total', 'platform')
            window same as (
                partition by measure_id, attribution_basis, period_grain, period_start, segment_set, platform, channel
                order by vintage
            )
        ),
        moved as (
            select * exclude (value, before), coalesce(value, 0) as value, coalesce(before, 0) as before
            from told where abs(coalesce(value, 0) - coalesce(before, 0)) > 1e-6
        ),
        -- What was said of the period when it was looked at before.
        said as (
            select quality.*, {PERIOD_END} as period_end, {PERIOD_END} < known_on as was_closed
            from {all_vintages(history, QUALITY)} as quality
        ),
        read as (
            select distinct kpi_id, kpi_version, attribution_basis, measure_id, measure_basis from marts.kpi_measures
            where measure_id in (select measure_id from seeds.measures where maturity_days = 0)
        )
        select read.kpi_id, moved.measure_id, moved.period_grain, moved.period_start, moved.platform, moved.known_on,
            moved.before, moved.value, said.known_on as said_on
        from moved
        inner join read on read.measure_id = moved.measure_id and read.measure_basis = moved.attribution_basis
        asof inner join said
            on said.kpi_id = read.kpi_id and said.kpi_version = read.kpi_version
            and said.attribution_basis = read.attribution_basis and said.period_grain = moved.period_grain
            and said.period_start = moved.period_start and said.platform = moved.platform
            and moved.known_at > said.known_at
        where said.was_closed and said.settled_share >= 1 and not said.is_missing and not said.is_gone
        """
    ).df()


def wrongly_provisional(connection: duckdb.DuckDBPyConnection, history: Path) -> pd.DataFrame:
    """KPI periods told as provisional, or as settled, against the windows of the KPI's own sources on that day.

    Independent of the models: the sources of a fact are read from the seeds, the windows from what each run noted.
    """
    return connection.execute(
        f"""
        with fed as (
            select distinct terms.kpi_id, terms.kpi_version, terms.attribution_basis, fed.source, later.settle_days
            from marts.kpi_measures as terms
            inner join seeds.measures as measures on measures.measure_id = replace(terms.measure_id, '_year_ago', '')
            inner join seeds.fact_sources as fed on fed.fact = measures.fact
            left join seeds.measure_settling as later
                on later.measure_id = measures.measure_id and later.source = fed.source
            where terms.measure_id not like '%year_ago%'
        ),
        said as (select *, {PERIOD_END} as period_end from {all_vintages(history, QUALITY)} where platform = '(all)'),
        windows as (
            select fed.kpi_id, fed.kpi_version, fed.attribution_basis, runs.known_at,
                least(min(runs.provisional_from), min(runs.data_until - fed.settle_days + 1)) as provisional_from
            from fed inner join {all_vintages(history, SOURCES)} as runs on runs.source = fed.source
            group by all
        )
        select said.kpi_id, said.period_grain, said.period_start, said.known_on, said.settled_share,
            windows.provisional_from
        from said inner join windows using (kpi_id, kpi_version, attribution_basis, known_at)
        where not said.is_gone
            and (said.settled_share < 1)
                <> coalesce(least(said.period_end, said.known_on - 1) >= windows.provisional_from, false)
        """
    ).df()


def foretold(history: Path, step_days: int) -> pd.DataFrame:
    """Every settled period at every age: its final value, and the interval that was told of it at that age.

    The curves of a day are learnt from what was known before it, anew every `step_days`. Without enough cases then,
    there is no row.
    """
    with duckdb.connect(":memory:") as connection:
        connection.execute("set timezone = 'UTC'")
        learn(connection, given(history))
        connection.execute("create table judged as select *, known_at::date as known_on from cases")
        first, last = connection.execute("select min(known_on), max(known_on) from judged").fetchall()[0]
        found, day = [], first
        while day and day <= last:
            curves = learn(connection, given(history, day))
            connection.register("curves", curves)
            until = day + timedelta(days=step_days)
            center = expected("judged.known", "curves.settled_share", "curves.mean_final")
            found.append(
                connection.execute(
                    f"""
                    with told as (
                        select judged.*, {center} as center,
                            sqrt(greatest({center}, 0.01 * abs(curves.mean_final), 1e-9)) as root,
                            curves.residual_low, curves.residual_high
                        from judged inner join curves using ({", ".join(CELL)}, age_days)
                        where curves.settled_share is not null and judged.known_on >= ? and judged.known_on < ?
                    )
                    select *, center + residual_low * root as lower, center + residual_high * root as upper from told
                    """,
                    [day, until],
                ).df()
            )
            connection.unregister("curves")
            day = until
    return pd.concat(found, ignore_index=True)


def given(history: Path, before: date | None = None) -> Given:
    """What the product learns from, known before a day."""
    known = f"where known_on < date '{before}'" if before else ""
    seeds = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds"
    return Given(
        f"select * from {all_vintages(history, MEASURES)} {known}",
        f"select * from {all_vintages(history, SOURCES)} {known}",
        f"""
        select distinct measures.measure_id, fed.source, fed.platform, later.settle_days
        from read_csv('{seeds / "measures.csv"}') as measures
        inner join read_csv('{seeds / "fact_sources.csv"}') as fed using (fact)
        left join read_csv('{seeds / "measure_settling.csv"}') as later using (measure_id, source)
        where measures.maturity_days = 0
        """,
    )
