"""Values that sources use and no rule knows: `unknown` (or what a catch-all says) until somebody maps them."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from connectors.common.sql import quoted
from orchestration.home import Home
from orchestration.init import OWN

CHANNELS, STAGES = "config/channels.csv", "dbt_project/models/staging/hubspot/stg_hubspot__contact_stages.sql"
# Texts that say that nothing is known; a rule for them would be a guess.
EMPTY = ("(all)", "(none) / (none)", "unknown", "", "unassigned")
# The stages that every HubSpot account has.
KNOWN_STAGES = (
    *("subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer", "evangelist"),
    "other",
)
# A campaign type that only these rules know is a new one.
CATCH_ALL = ("* / *", "google* / *")
_KEY = (
    "case when lower(trim(coalesce({0}, ''))) in ('', 'unknown', '(not set)') then '(none)' else lower(trim({0})) end"
)


@dataclass(frozen=True)
class Field:
    """Where a kind of value stands: `text` over the rows of `entity`, as the rules compare it; `day`: when it was."""

    entity: str
    name: str
    match_kind: str
    text: str
    day: str


def _pair(source: str, medium: str) -> str:
    return f"{_KEY.format(source)} || ' / ' || {_KEY.format(medium)}"


FIELDS = (
    Field("web_sessions_daily", "channel_group", "channel_group", "lower(trim(channel_group))", "date"),
    Field("orders", "first visit", "source_medium", _pair("first_source", "first_medium"), "cast(created_at as date)"),
    Field("orders", "last visit", "source_medium", _pair("last_source", "last_medium"), "cast(created_at as date)"),
    Field("contacts", "original_source", "crm", "lower(trim(original_source))", "cast(created_at as date)"),
    Field("contacts", "latest_source", "crm", "lower(trim(latest_source))", "cast(created_at as date)"),
    Field(
        "ad_performance_daily", "campaign_type", "campaign_type", "lower(platform || ' / ' || campaign_type)", "date"
    ),
)


@dataclass(frozen=True)
class Unmapped:
    """One value. Grain: source, field, value. `counts_as`: the channel that it has until `line` stands in `file`."""

    source: str
    field: str
    value: str
    rows: int
    first_seen: date | None
    counts_as: str
    file: str
    line: str


def unmapped(home: Home, sources: Sequence[str]) -> list[Unmapped]:
    """The most frequent first; none before the first build. What landed is read through the staging models."""
    if not home.warehouse.exists():
        return []
    with duckdb.connect(":memory:") as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach '{quoted(home.warehouse)}' as warehouse (read_only)")
        for name in (*sources, *OWN):
            connection.execute(f"attach '{quoted(home.landing(name))}' as {name}_landing (read_only)")
        connection.execute("use warehouse")
        staged = "select view_name from duckdb_views() where schema_name = 'staging'"
        views = {row[0] for row in connection.execute(staged).fetchall()}
        found = [*_channels(connection, sources, views), *_stages(connection)]
    return sorted(found, key=lambda item: (-item.rows, item.source, item.field, item.value))


def _channels(connection: duckdb.DuckDBPyConnection, sources: Sequence[str], views: set[str]) -> Iterator[Unmapped]:
    for source in sources:
        for field in FIELDS:
            view = f"stg_{source}__{field.entity}"
            if view not in views:
                continue
            rows = connection.execute(
                f"""
                with texts as (
                    select {field.text} as text, count(*) as rows, min({field.day}) as first_seen
                    from staging.{view} group by 1
                ), ruled as (
                    select texts.text, min_by(rules.channel, rules.rule_order) as channel
                    from texts
                    inner join canonical.int_channel_rules as rules
                        on rules.match_kind = ? and texts.text like rules.like_pattern escape '!'
                        and rules.pattern not in {CATCH_ALL}
                    group by texts.text
                )
                select texts.text, texts.rows, texts.first_seen, coalesce(now.channel, 'unknown')
                from texts
                left join canonical.int_channels__by_text as now
                    on now.match_kind = ? and now.matched_text = texts.text
                where texts.text not in {EMPTY} and texts.text not in (select text from ruled)
                """,
                [field.match_kind, field.match_kind],
            ).fetchall()
            for text, count, first_seen, channel in rows:
                line = _csv(field.match_kind, text, "<channel>", "100")
                yield Unmapped(source, field.name, text, count, first_seen, channel, CHANNELS, line)


def _stages(connection: duckdb.DuckDBPyConnection) -> Iterator[Unmapped]:
    """Stages of the CRM that are not on the way from subscriber to customer, the account's own."""
    tables = "select 1 from duckdb_tables() where database_name = 'hubspot_landing' and table_name = 'contact_stages'"
    if not connection.execute(tables).fetchall():
        return
    rows = connection.execute(
        "select stage, count(*), cast(min(entered_at) as date) from hubspot_landing.raw_hubspot.contact_stages "
        f"where stage not in {KNOWN_STAGES} group by stage"
    ).fetchall()
    for stage, count, first_seen in rows:
        line = f"when entries.stage = '{quoted(stage)}' then '<stage>'"
        yield Unmapped("hubspot", "lifecycle_stage", stage, count, first_seen, "other", STAGES, line)


def _csv(*values: str) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(values)
    return line.getvalue()
