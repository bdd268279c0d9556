"""Reports of one vendor held against each other: what a breakdown adds up to, and what the total says."""

from orchestration.quality.suite import Days, Rule

SLACK = 0.01  # of the currency: vendors round breakdowns


def adds_up(schema: str, table: str, base: str, columns: tuple[str, ...], days: Days) -> Rule:
    """Per account and day, `table` says the same as `base`; a day that only one of them has is wrong too."""
    broken = " or ".join(f"abs(coalesce(part.{name}, 0) - coalesce(base.{name}, 0)) > {SLACK}" for name in columns)
    return Rule(f"adds up to {base}", table, _compared(schema, table, base, columns, days, "full", broken))


def is_part_of(schema: str, table: str, base: str, columns: tuple[str, ...], days: Days) -> Rule:
    """Per account and day, the rows of `table` are not more than `base`: some of it may belong to nowhere."""
    broken = " or ".join(f"part.{name} > coalesce(base.{name}, 0) + {SLACK}" for name in columns)
    return Rule(f"is not more than {base}", table, _compared(schema, table, base, columns, days, "left", broken))


def _compared(schema: str, table: str, base: str, columns: tuple[str, ...], days: Days, join: str, broken: str) -> str:
    def sums(name: str) -> str:
        summed = ", ".join(f"sum({column}) as {column}" for column in columns)
        return (
            f"select date, account_id, {summed} from {schema}.{name} "
            f"where date between date '{days.date_from}' and date '{days.date_to}' group by date, account_id"
        )

    place = "coalesce(part.date, base.date) || ' ' || coalesce(part.account_id, base.account_id)"
    return (
        f"select {place} from ({sums(table)}) as part {join} join ({sums(base)}) as base "
        f"on base.date = part.date and base.account_id = part.account_id where {broken}"
    )
