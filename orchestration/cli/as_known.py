"""`nyckeltal kpi ID --as-known-on D`: the KPI from the measures as they were known at the end of a day."""

from datetime import date
from pathlib import Path

import duckdb

from orchestration.cli.marts import Marts, Row
from orchestration.serving.vintages import MEASURES, QUALITY, SETS, folder_of, known, vintage_files

# Sums first, the division last; today's definition over the measures of then. A period is told where it was known that
# it should be there, and nothing is 0 where all of its days had been loaded.
QUESTION = """
with measures as ({measures}),
quality as (select * from ({quality}) where kpi_id = $kpi_id and kpi_version = $version and period_grain = $grain),
terms as (select * from kpi_measures where kpi_id = $kpi_id and kpi_version = $version),
now as (
    select * from kpi_values
    where kpi_id = $kpi_id and kpi_version = $version and period_grain = $grain and segment_set = $segment_set
),
parts as (
    select
        terms.attribution_basis, measures.period_start, measures.platform, measures.channel,
        sum(measures.value * terms.weight) filter (terms.part = 'num') as numerator,
        sum(measures.value * terms.weight) filter (terms.part = 'den') as denominator
    from measures
    inner join terms
        on terms.measure_id = measures.measure_id and terms.measure_basis = measures.attribution_basis
        and measures.period_start >= terms.valid_from and measures.period_start < terms.valid_before
    where measures.period_grain = $grain and measures.segment_set = $segment_set
    group by all
),
kinds as (select distinct attribution_basis, is_ratio, is_stock, is_share from terms),
told as (
    select
        now.period_grain, now.period_start, now.segment_set, now.platform, now.channel, now.attribution_basis,
        now.currency, now.value as value_now, kinds.is_ratio, kinds.is_stock, parts.numerator,
        case when kinds.is_share
            then sum(parts.numerator) over (partition by now.attribution_basis, now.period_start)
            else parts.denominator
        end as denominator,
        coalesce(own.is_missing, everybody.is_missing, false) as is_missing,
        coalesce(own.settled_share, everybody.settled_share, 1) as settled_share
    from now
    inner join kinds on kinds.attribution_basis = now.attribution_basis
    left join parts
        on parts.attribution_basis = now.attribution_basis and parts.period_start = now.period_start
        and parts.platform = now.platform and parts.channel = now.channel
    left join quality as own
        on own.attribution_basis = now.attribution_basis and own.period_start = now.period_start
        and own.platform = now.platform
    left join quality as everybody
        on everybody.attribution_basis = now.attribution_basis and everybody.period_start = now.period_start
        and everybody.platform = '(all)'
    where coalesce(own.kpi_id, everybody.kpi_id) is not null or parts.numerator is not null
),
filled as (
    select
        * exclude (numerator, denominator),
        cast(case when is_missing or is_stock then numerator else coalesce(numerator, 0) end as double) as numerator,
        cast(case when not is_ratio then null when is_missing then denominator else coalesce(denominator, 0) end
            as double) as denominator
    from told
)
select
    period_grain, period_start, segment_set, platform, channel, attribution_basis, currency, numerator, denominator,
    case when is_missing then null when is_ratio then numerator / nullif(denominator, 0) else numerator end as value,
    is_missing, settled_share, settled_share < 1 as is_provisional, value_now,
    case period_grain
        when 'day' then period_start
        when 'week' then period_start + 6
        when 'month' then cast(period_start + interval 1 month as date) - 1
        else cast(period_start + interval 3 month as date) - 1
    end >= $day as is_open_period
from filled
order by period_start desc, value desc nulls last, platform, channel, attribution_basis
"""


class NotKeptError(Exception):
    """The question goes beyond what vintages keep; the text says what they do."""


def read_as_known(marts: Marts, history: Path, kpi_id: str, grain: str, segment_set: str, day: date) -> list[Row]:
    """Rows of the KPI's newest version as known at the end of `day`, newest first, with `value_now` beside `value`.

    Raises NotKeptError for a set or grain of which no vintages are kept, for a day before the first one, and for one
    whose vintage was lost.
    """
    if segment_set not in SETS or grain.endswith("_to_date"):
        raise NotKeptError(
            f"what was known of {kpi_id} by {grain} and {segment_set} is not kept; it is for days, weeks, months and "
            f"quarters by {', '.join(SETS)}"
        )
    try:
        return _answer(marts, history, kpi_id, grain, segment_set, day)
    except (duckdb.InvalidInputException, duckdb.IOException) as error:
        raise NotKeptError(
            f"a vintage cannot be read ({str(error).splitlines()[0]}): the next refresh sets a damaged one aside"
        ) from None


def _answer(marts: Marts, history: Path, kpi_id: str, grain: str, segment_set: str, day: date) -> list[Row]:
    files = {kind.name: vintage_files(folder_of(history, kind)) for kind in (MEASURES, QUALITY)}
    if not all(files.values()):
        raise NotKeptError("no vintages are kept yet: the next refresh leaves the first one")
    first = marts.rows("select min(known_on) as day from read_parquet(?)", [str(files["measures"][0])])[0]["day"]
    if day < first:
        raise NotKeptError(f"the first vintage is of {first}: what was known on {day} was not kept")
    for kind in (MEASURES, QUALITY):
        _require_kept(marts, folder_of(history, kind), day)
    until = f"known_on <= date '{day}'"
    question = QUESTION.format(
        measures=known(MEASURES, files["measures"], until), quality=known(QUALITY, files["quality"], until)
    )
    version = marts.catalog()[kpi_id]["kpi_version"]
    return marts.rows(
        question, {"kpi_id": kpi_id, "version": version, "grain": grain, "segment_set": segment_set, "day": day}
    )


def _require_kept(marts: Marts, folder: Path, day: date) -> None:
    """NotKeptError for a day of which a damaged file, since set aside, knew more than those around it."""
    damaged = [file.name.split(".")[0] for file in folder.glob("*.corrupt-*")]
    if not damaged:
        return
    days = marts.rows(
        "select parse_filename(filename, true) as name, min(known_on) as first, max(known_on) as last "
        "from read_parquet(?, filename = true) group by all",
        [[str(file) for file in vintage_files(folder)]],
    )
    for lost in damaged:
        before = max((row["last"] for row in days if row["name"] < lost), default=date.min)
        after = min((row["first"] for row in days if row["name"] >= lost), default=date.max)
        if before < day < after:
            raise NotKeptError(f"what was known after {before} and before {after} stood in a file that was damaged")
