"""GA4 reports over the truth: dimensions, metrics and filters become SQL that gives each row as JSON text."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, Self

import duckdb
import pyarrow as pa

from sandbox.vendors.encode import plain_instant
from sandbox.vendors.ga4_people import CELLS, previous_days
from sandbox.world.model import COUNTRY_NAMES, World

MOST_DIMENSIONS, MOST_METRICS = 9, 10
EVENT = "eventName"
# SQL of what is grouped by, and of the text that is shown for it.
_TIME = {
    "date": ("date", "strftime({}, '%Y%m%d')"),
    "isoYearIsoWeek": ("date_trunc('week', date)", "strftime({}, '%G%V')"),
    "yearMonth": ("date_trunc('month', date)", "strftime({}, '%Y%m')"),
}
_DIMENSIONS = {
    **_TIME,
    "sessionDefaultChannelGroup": ("channel_group", "{}"),
    "sessionSource": ("source", "{}"),
    "sessionMedium": ("medium", "{}"),
    "sessionSourceMedium": ("source || ' / ' || medium", "{}"),
    "sessionCampaignName": ("campaign", "{}"),
    "country": ("country", "{}"),
    "deviceCategory": ("device", "{}"),
    "landingPage": ("landing_page", "{}"),
}
# Type, sum over sessions, and how it is shown.
_SUMS = {
    "sessions": ("INTEGER", "count(*)", "{}"),
    "engagedSessions": ("INTEGER", "count_if(is_engaged)", "{}"),
    "screenPageViews": ("INTEGER", "sum(page_views)", "{}"),
    "userEngagementDuration": ("SECONDS", "sum(engaged_seconds)", "{}"),
    "newUsers": ("INTEGER", "count_if(is_new_user)", "{}"),
    "transactions": ("INTEGER", "count_if(key_purchase)", "{}"),
    "purchaseRevenue": (
        "CURRENCY",
        "sum(revenue_micros)",
        "regexp_replace(cast(cast({} as double) / 1000000 as varchar), '\\.0$', '')",
    ),
}
# Type and condition on a person's sessions in the row.
_PEOPLE = {"totalUsers": ("INTEGER", "true"), "activeUsers": ("INTEGER", "is_active")}
_EVENTS = {
    "purchase": "key_purchase",
    "generate_lead": "key_form",
    "sign_up": "key_newsletter",
    "session_start": "true",
}
# In the order of the vendor's enumeration, which may also be given as numbers from 1: Google's own clients do.
_MATCHES = {
    "EXACT": "{} = {}",
    "BEGINS_WITH": "starts_with({}, {})",
    "ENDS_WITH": "ends_with({}, {})",
    "CONTAINS": "contains({}, {})",
}


class ReportError(Exception):
    """A report that the vendor refuses."""


@dataclass(frozen=True)
class Question:
    """A report without its paging, as one hashable thing."""

    dimensions: tuple[str, ...]
    metrics: tuple[str, ...]
    date_from: date
    date_to: date
    where: str
    order: tuple[str, ...]

    @classmethod
    def of(cls, body: dict[str, Any]) -> Self:
        """Raises ReportError in the vendor's words."""
        dimensions = tuple(item["name"] for item in body.get("dimensions", []))
        metrics = tuple(item["name"] for item in body.get("metrics", []))
        for kind, known, asked in (("dimension", _DIMENSIONS, dimensions), ("metric", {**_SUMS, **_PEOPLE}, metrics)):
            for name in asked:
                if name not in known:
                    raise ReportError(f"Field {name} is not a valid {kind}. For a list of valid dimensions and metrics")
        if len(dimensions) > MOST_DIMENSIONS or not 0 < len(metrics) <= MOST_METRICS:
            raise ReportError("This request has too many or too few dimensions or metrics.")
        if len(body.get("dateRanges", [])) != 1:
            raise ReportError("The sandbox answers one date range at a time.")
        days = body["dateRanges"][0]
        try:
            first, last = date.fromisoformat(days["startDate"]), date.fromisoformat(days["endDate"])
        except ValueError:
            raise ReportError(f"Invalid startDate: {days['startDate']}.") from None
        where = _condition(body["dimensionFilter"]) if "dimensionFilter" in body else "true"
        order = tuple(
            item["dimension"]["dimensionName"] + (" desc" if item.get("desc") else "")
            for item in body.get("orderBys", [])
            if "dimension" in item
        )
        return cls(dimensions, metrics, first, last, where, order)


@dataclass(frozen=True)
class Rendered:
    """Rows as JSON texts and what the vendor tells about them."""

    rows: list[str]
    has_other_row: bool
    is_thresholded: bool


class WebTruth:
    """Sessions that had been processed by one instant, in a database of its own."""

    def __init__(self, world: World, as_of: datetime) -> None:
        self._world = world
        self._as_of = as_of

    def metric_headers(self, metrics: Iterable[str]) -> list[dict[str, str]]:
        return [{"name": name, "type": f"TYPE_{({**_SUMS, **_PEOPLE})[name][0]}"} for name in metrics]

    def answer(self, question: Question) -> Rendered:
        """The whole report, unless the vendor withholds rows of few people."""
        has_people = any(name in _PEOPLE for name in question.metrics)
        threshold = self._world.losses.user_threshold
        is_told_apart = any(name not in _TIME for name in question.dimensions)
        guards = has_people and is_told_apart and threshold > 0
        is_filtered = has_people and (question.where != "true" or _cell(question) is None)
        sql = _people_sql(question) if is_filtered else _sums_sql(question)
        limits = [question.date_from, question.date_to]
        rows = self._database.execute(sql, limits).fetchall()
        shown = [row[0] for row in rows if not guards or row[1] >= threshold]
        return Rendered(shown, self._has_other_row(question), len(shown) < len(rows))

    def _has_other_row(self, question: Question) -> bool:
        if self._world.losses.landing_pages_kept is None or "landingPage" not in question.dimensions:
            return False
        sql = "select 1 from visits where date between ? and ? and landing_page = '(other)' limit 1"
        return bool(self._database.execute(sql, [question.date_from, question.date_to]).fetchall())

    @cached_property
    def _database(self) -> duckdb.DuckDBPyConnection:
        database = duckdb.connect(":memory:")
        sessions = self._world.tables["sessions"]
        seen = (sessions["processed_at"] <= plain_instant(self._as_of)).to_numpy()
        columns = (
            *("person_id", "date", "country", "device", "channel_group", "source", "medium", "campaign"),
            *("landing_page", "page_views", "engaged_seconds", "is_engaged", "is_new_user", "revenue_micros"),
            *("key_purchase", "key_form", "key_newsletter"),
        )
        frame = sessions.loc[seen, list(columns)]
        frame["country"] = frame["country"].cat.rename_categories(COUNTRY_NAMES)
        frame["person_id"] = pa.array(frame["person_id"], pa.string()).cast(pa.int64()).to_numpy()
        frame = frame.assign(**previous_days(frame))
        database.register("frame", frame)
        database.execute("create table visits as select * replace (cast(date as date) as date) from frame")
        database.unregister("frame")
        if self._world.losses.landing_pages_kept is not None:
            database.execute(_FOLDED, [self._world.losses.landing_pages_kept])
            database.execute("drop table visits")
            database.execute("alter table folded rename to visits")
        return database


# Pages beyond the largest of their day, ties by path, become one.
_FOLDED = """
create table folded as
with days as (
    select date, cast(landing_page as varchar) as landing_page, count(*) as sessions from visits group by all
),
ranked as (
    select *, row_number() over (partition by date order by sessions desc, landing_page) as place from days
)
select visits.* replace (case when ranked.place <= ? then ranked.landing_page else '(other)' end as landing_page)
from visits
inner join ranked on ranked.date = visits.date and ranked.landing_page = cast(visits.landing_page as varchar)
"""


def _sums_sql(question: Question) -> str:
    """Sums over sessions; people count at their first session in the cell since its period, or the range, began."""
    names = {name: f"m{place}" for place, name in enumerate(question.metrics)}
    known = {**_SUMS, **_first_sessions(question)}
    values = ", ".join(f"{known[name][1]} as {column}" for name, column in names.items())
    values += f", {known['totalUsers'][1] if 'totalUsers' in known else '0'} as users"
    shown = [known[name][2].format(column) for name, column in names.items()]
    grouped = (
        f"select {_groups(question)} {values} from visits where {_where(question)} group by all having count(*) > 0"
    )
    return f"select {_json(question, shown)}, users from ({grouped}) {_order(question)}"


def _first_sessions(question: Question) -> dict[str, tuple[str, str, str]]:
    cell = _cell(question)
    if cell is None:
        return {}
    time = next((_TIME[name][0] for name in question.dimensions if name in _TIME), "date '1970-01-01'")
    start = f"(cast(greatest(cast({time} as date), date '{question.date_from}') as date) - date '1970-01-01')"
    return {
        "totalUsers": ("INTEGER", f"count_if(before_{cell} < {start})", "{}"),
        "activeUsers": ("INTEGER", f"count_if(active_before_{cell} < {start})", "{}"),
    }


def _cell(question: Question) -> str | None:
    """What people are told apart by, if it is one of the known cells at one grain."""
    times = [name for name in question.dimensions if name in _TIME]
    others = [name for name in question.dimensions if name not in _TIME]
    return CELLS.get("".join(others)) if len(times) <= 1 and len(others) <= 1 else None


def _people_sql(question: Question) -> str:
    """People first, then how many: distinct within each row."""
    sums = [name for name in question.metrics if name in _SUMS]
    names = {name: f"m{place}" for place, name in enumerate(sums)}
    mine = "".join(f", {_SUMS[name][1]} as {column}" for name, column in names.items())
    groups = ", ".join(f"g{place}" for place in range(len(question.dimensions)))
    persons = (
        f"select {_groups(question)} person_id, bool_or(is_engaged or is_new_user) as is_active{mine} "
        f"from visits where {_where(question)} group by all"
    )
    counts = [f"count_if({test}) as {name}" for name, (_, test) in _PEOPLE.items()]
    values = ", ".join([*counts, *(f"sum({column}) as {column}" for column in names.values())])
    counted = f"select {groups + ', ' if groups else ''}{values} from ({persons}) group by all having count(*) > 0"
    shown = [_SUMS[name][2].format(names[name]) if name in names else name for name in question.metrics]
    return f"select {_json(question, shown)}, totalUsers from ({counted}) {_order(question)}"


def _groups(question: Question) -> str:
    return "".join(f"{_DIMENSIONS[name][0]} as g{place}, " for place, name in enumerate(question.dimensions))


def _where(question: Question) -> str:
    return f"date between ? and ? and ({question.where})"


def _order(question: Question) -> str:
    asked = question.order or question.dimensions
    terms = []
    for name in asked:
        field, _, direction = name.partition(" ")
        # By text: an ENUM would be ordered by its own list.
        terms.append(f"cast(g{question.dimensions.index(field)} as varchar) {direction}")
    return f"order by {', '.join(terms)}" if terms else ""


def _json(question: Question, shown: list[str]) -> str:
    dimensions = [
        f"""'{{"value":' || to_json({_DIMENSIONS[name][1].format(f"cast(g{place} as {_kind(name)})")}) || '}}'"""
        for place, name in enumerate(question.dimensions)
    ]
    metrics = [f"""'{{"value":"' || cast({text} as varchar) || '"}}'""" for text in shown]
    head = f"""'"dimensionValues":[' || {" || ',' || ".join(dimensions)} || '],' || """ if dimensions else ""
    return f"""'{{' || {head}'"metricValues":[' || {" || ',' || ".join(metrics)} || ']}}'"""


def _kind(name: str) -> str:
    return "date" if name in _TIME else "varchar"


def _condition(tree: dict[str, Any]) -> str:
    """SQL of a filter tree."""
    for group, word in (("andGroup", " and "), ("orGroup", " or ")):
        if group in tree:
            return "(" + word.join(_condition(part) for part in tree[group]["expressions"]) + ")"
    if "notExpression" in tree:
        return f"not {_condition(tree['notExpression'])}"
    test = tree["filter"]
    field = test["fieldName"]
    if field != EVENT and field not in _DIMENSIONS:
        raise ReportError(f"Field {field} is not a valid dimension.")
    if "inListFilter" in test:
        given = test["inListFilter"]
        return "(" + " or ".join(_matches(field, value, "EXACT", given) for value in given["values"]) + ")"
    given = test["stringFilter"]
    return _matches(field, given["value"], given.get("matchType", "EXACT"), given)


def _matches(field: str, value: str, match: str | int, given: dict[str, Any]) -> str:
    if field == EVENT:
        return _EVENTS.get(value, "false")
    group, shown = _DIMENSIONS[field]
    text = shown.format(f"cast({group} as {_kind(field)})")
    quoted = "'" + value.replace("'", "''") + "'"
    if not given.get("caseSensitive"):
        text, quoted = f"lower({text})", f"lower({quoted})"
    how = list(_MATCHES)[match - 1] if isinstance(match, int) else match
    return _MATCHES[how].format(text, quoted)
