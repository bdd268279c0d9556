"""What follows from a table's declaration: grain, keys, signs, volume, freshness, drift of categories."""

from datetime import date, timedelta

import pyarrow as pa

from connectors.common.run import dataset_name
from connectors.common.source import Source
from connectors.common.table import DAY, Reload, Table
from orchestration.quality.suite import Days, Rule, Signed

# A window's rows per day against the four weeks before it. Wide on purpose: a campaign's end is no fault of the data.
HISTORY_DAYS = 28
LEAST_SHARE, MOST_SHARE = 0.2, 5.0
# Less history than this says nothing about what is usual.
LEAST_HISTORY_ROWS = 200
# A table that had rows on each of so many days is expected to go on.
STEADY_DAYS = 14
# What is replaced whole may shrink a little; small tables may shrink at will.
LEAST_REPLACED_SHARE, LEAST_REPLACED_ROWS = 0.7, 50
# Columns of few values; a value never seen in 90 days on more than this share of rows is a change upstream.
CATEGORIES = ("channel_group", "country", "device", "platform", "campaign_type")
DRIFT_SHARE, DRIFT_DAYS = 0.3, 90


def relation(source: Source, table: Table) -> str:
    return f"{dataset_name(source)}.{table.name}"


def looked_at(source: Source, table: Table, days: Days) -> str:
    """SQL of the rows that a gate looks at: the days to be promoted, or all rows where they have no day."""
    column = day_column(table)
    where = f" where {column} between date '{days.date_from}' and date '{days.date_to}'" if column else ""
    return f"select * from {relation(source, table)}{where}"


def day_column(table: Table) -> str | None:
    """The column by whose days the table reloads; None where it reloads otherwise."""
    is_by_day = table.reload is Reload.WINDOW and table.columns[table.window_column or ""] == DAY
    return table.window_column if is_by_day else None


def rules(source: Source, table: Table, days: Days, signed: Signed) -> list[Rule]:
    """The rules of one table that holds rows."""
    rows = looked_at(source, table, days)
    found = [_keys_are_there(table, rows), _numbers_are_not_negative(table, rows, signed)]
    column = day_column(table)
    if column:
        found += [_is_fresh(source, table, column, days)] if days.is_latest else []
        found += [_no_drift(source, table, column, name, days) for name in CATEGORIES if name in table.columns]
    return [rule for rule in found if rule]


def _key(table: Table) -> str:
    return " || ' ' || ".join(f"coalesce(cast({name} as varchar), 'null')" for name in table.primary_key)


def _keys_are_there(table: Table, rows: str) -> Rule:
    required = sorted({*table.primary_key, *table.not_null})
    broken = " or ".join(f"{name} is null" for name in required)
    return Rule("keys are there", table.name, f"select {_key(table)} from ({rows}) where {broken}")


def _numbers_are_not_negative(table: Table, rows: str, signed: Signed) -> Rule | None:
    numbers = [
        name
        for name, kind in table.columns.items()
        if (pa.types.is_integer(kind) or pa.types.is_decimal(kind) or pa.types.is_floating(kind))
        and name not in signed.get(table.name, frozenset())
    ]
    if not numbers:
        return None
    broken = " or ".join(f"{name} < 0" for name in numbers)
    return Rule("counts and amounts are not negative", table.name, f"select {_key(table)} from ({rows}) where {broken}")


def _is_fresh(source: Source, table: Table, column: str, days: Days) -> Rule:
    """A table that had rows day after day must reach the day that the source's lag allows."""
    # The last day ended at about the run's instant; what the source may lag behind it, in whole days.
    due = days.last_day - timedelta(days=max(1, -(-source.freshness_lag // timedelta(days=1)) - 1))
    return Rule(
        "data are fresh",
        table.name,
        _stale_sql(relation(source, table), column, due.isoformat()),
        f"rows until {due}, as the source's lag of {source.freshness_lag} allows",
    )


def _stale_sql(table: str, column: str, due: str) -> str:
    return (
        f"select 'until ' || cast(newest as varchar) from ("
        f"select newest, "
        f"(select count(distinct {column}) from {table} where {column} > newest - {STEADY_DAYS}) as steady "
        f"from (select max({column}) as newest from {table})) "
        f"where newest < date '{due}' and steady = {STEADY_DAYS}"
    )


def no_day_is_gone(
    source: Source, table: Table, days: Days, by_hand: tuple[date | None, date | None] | None
) -> Rule | None:
    """A day that was promoted, in a row of days that all had rows, does not come back without any.

    `by_hand`: first and last day that a person asked for, which may come back empty.
    """
    column = day_column(table)
    if column is None:
        return None
    promoted, came = f"landing.{relation(source, table)}", f"state.{relation(source, table)}"
    asked = "true"
    if by_hand:
        first, last = by_hand
        asked = f"not ({column} >= date '{first or date.min}' and {column} <= date '{last or days.last_day}')"
    return Rule(
        "no whole day is gone",
        table.name,
        f"select cast(day as varchar) || ', which had ' || rows || ' rows; where that is right, load it by hand: "
        f"refresh --source {source.name} --from ' || day || ' --to ' || day "
        f"from (select {column} as day, count(*) as rows from {promoted} "
        f"where {column} between date '{days.date_from}' and date '{days.date_to}' and {asked} group by {column}) "
        f"where day not in (select {column} from {came}) and (select count(distinct {column}) from {promoted} "
        f"where {column} >= day - {STEADY_DAYS} and {column} < day) = {STEADY_DAYS}",
        f"the days of which {STEADY_DAYS} before had rows have rows, too",
    )


def not_shrunk(source: Source, table: Table) -> Rule | None:
    """A table that is replaced whole does not lose a large part of its rows: a short answer is no shorter truth."""
    if table.reload is not Reload.REPLACE:
        return None
    came, promoted = (f"(select count(*) from {place}.{relation(source, table)})" for place in ("state", "landing"))
    return Rule(
        "the table has not shrunk",
        table.name,
        f"select came || ' rows, where ' || promoted || ' are served; where that is right, load it by hand: "
        f"refresh --source {source.name} with --from and a day' from (select {came} as came, {promoted} as promoted) "
        f"where promoted >= {LEAST_REPLACED_ROWS} and came < promoted * {LEAST_REPLACED_SHARE}",
        f"at least {LEAST_REPLACED_SHARE:.0%} of the rows that are served",
    )


def _no_drift(source: Source, table: Table, column: str, category: str, days: Days) -> Rule:
    name = relation(source, table)
    before = (
        f"select {category} from {name} where {column} >= date '{days.date_from}' - {DRIFT_DAYS} "
        f"and {column} < date '{days.date_from}'"
    )
    return Rule(
        f"no sudden new values of {category}",
        table.name,
        f"select min({category}) filter (where is_new) from (select {category}, {category} not in ({before}) as is_new "
        f"from ({looked_at(source, table, days)}) where (select count(*) from ({before})) >= {LEAST_HISTORY_ROWS}) "
        f"having avg(cast(is_new as double)) > {DRIFT_SHARE}",
        f"at most {DRIFT_SHARE:.0%} of rows with values unseen in {DRIFT_DAYS} days",
    )
