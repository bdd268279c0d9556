"""Google's query language over the truth: what is selected becomes SQL that gives each row as JSON text.

Known: the fields below, in any combination that fits their resource, and conditions on them joined by AND.
"""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Self
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd

from sandbox.vendors.encode import plain_instant
from sandbox.world.model import World

KEPT_REPORTS = 2  # rendered for all days: a report is read to its end before the next one begins
# Numbers that the vendor gives to countries.
COUNTRY_NUMBERS = {"SE": "2752", "NO": "2578", "DK": "2208", "FI": "2246", "DE": "2276"}
_CATEGORIES = {"purchase": "PURCHASE", "lead": "SUBMIT_LEAD_FORM"}
_SELECT = re.compile(r"\s*SELECT\s+(.+?)\s+FROM\s+(\w+)(?:\s+WHERE\s+(.+?))?\s*", re.IGNORECASE | re.DOTALL)
_CONDITION = re.compile(
    r"([\w.]+)\s+(?:BETWEEN\s+'([^']*)'\s+AND\s+'([^']*)'|(=|!=|<=|>=)\s*'?([^'\s]*)'?)(?:\s+AND\s+|\s*$)",
    re.IGNORECASE,
)

_TEXT, _NUMBER, _DOUBLE, _FLAG = "text", "number", "double", "flag"
_DIMENSIONS = {
    "segments.date": (_TEXT, "atoms.date"),
    "segments.device": (_TEXT, "upper(atoms.device)"),
    "segments.conversion_action_name": (_TEXT, "atoms.action"),
    "segments.conversion_action_category": (_TEXT, "atoms.category"),
    "customer.id": (_NUMBER, "accounts.account_id"),
    "customer.manager": (_FLAG, "accounts.is_manager"),
    "customer.status": (_TEXT, "'ENABLED'"),
    "customer.currency_code": (_TEXT, "accounts.currency"),
    "customer.time_zone": (_TEXT, "accounts.time_zone"),
    "customer.descriptive_name": (_TEXT, "'Account ' || accounts.account_id"),
    "campaign.id": (_NUMBER, "atoms.campaign_id"),
    "campaign.name": (_TEXT, "campaigns.name"),
    "campaign.status": (_TEXT, "campaigns.status"),
    "campaign.advertising_channel_type": (_TEXT, "campaigns.campaign_type"),
    "ad_group.id": (_NUMBER, "atoms.ad_group_id"),
    "ad_group.name": (_TEXT, "ad_groups.name"),
    "ad_group.status": (_TEXT, "'ENABLED'"),
    "ad_group_ad.ad.id": (_NUMBER, "atoms.ad_id"),
    "ad_group_ad.ad.name": (_TEXT, "ads.name"),
    "ad_group_ad.ad.type": (_TEXT, "'RESPONSIVE_SEARCH_AD'"),
    "ad_group_ad.status": (_TEXT, "'ENABLED'"),
    "ad_group_criterion.criterion_id": (_NUMBER, "atoms.keyword_id"),
    "ad_group_criterion.keyword.text": (_TEXT, "keywords.text"),
    "ad_group_criterion.keyword.match_type": (_TEXT, "keywords.match_type"),
    "ad_group_criterion.status": (_TEXT, "'ENABLED'"),
    "geographic_view.country_criterion_id": (_NUMBER, "atoms.country_number"),
    "geographic_view.location_type": (_TEXT, "atoms.location_type"),
}
_METRICS = {
    "metrics.impressions": (_NUMBER, "impressions"),
    "metrics.clicks": (_NUMBER, "clicks"),
    "metrics.cost_micros": (_NUMBER, "spend_micros"),
    "metrics.engagements": (_NUMBER, "engagements"),
    "metrics.video_trueview_views": (_NUMBER, "video_views"),
    "metrics.video_quartile_p100_rate": (_DOUBLE, "video_completions"),
    "metrics.view_through_conversions": (_NUMBER, "nothing"),
    "metrics.conversions": (_DOUBLE, "conversions"),
    "metrics.all_conversions": (_DOUBLE, "conversions"),
    "metrics.conversions_value": (_DOUBLE, "value"),
}
_LISTS = {
    "customer_client": (
        "accounts",
        {
            f"customer_client.{name}": expr
            for name, expr in (
                ("id", (_NUMBER, "account_id")),
                ("manager", (_FLAG, "is_manager")),
                ("level", (_NUMBER, "case when is_manager then 0 else 1 end")),
                ("status", (_TEXT, "'ENABLED'")),
                ("currency_code", (_TEXT, "currency")),
                ("time_zone", (_TEXT, "time_zone")),
                ("descriptive_name", (_TEXT, "'Account ' || account_id")),
            )
        },
    ),
    "geo_target_constant": (
        "countries",
        {
            "geo_target_constant.id": (_NUMBER, "country_number"),
            "geo_target_constant.country_code": (_TEXT, "country"),
            "geo_target_constant.target_type": (_TEXT, "'Country'"),
        },
    ),
}
# Which atoms a resource has rows for, and of which resources fields may stand beside it.
_RESOURCES = {
    "customer": ("true", ("customer",)),
    "campaign": ("true", ("customer", "campaign")),
    "ad_group": ("atoms.ad_group_id <> ''", ("customer", "campaign", "ad_group")),
    "ad_group_ad": ("atoms.ad_id <> ''", ("customer", "campaign", "ad_group", "ad_group_ad")),
    "keyword_view": ("atoms.keyword_id <> ''", ("customer", "campaign", "ad_group", "ad_group_criterion")),
    "geographic_view": ("true", ("customer", "campaign", "geographic_view")),
}
_ATOMS = """
create table atoms as
with delivered as (
    select
        date, account_id, campaign_id, ad_group_id, ad_id, keyword_id, country, device, '' as action, '' as category,
        impressions, clicks, spend_micros, engagements, video_views, video_completions, 0 as conversions,
        0 as value_micros
    from delivery
    union all
    select
        claims.click_date, claims.account_id, claims.campaign_id, coalesce(ads.ad_group_id, ''), claims.ad_id, '',
        claims.country, claims.device, claims.action, {category}, 0, 0, 0, 0, 0, 0, 1, claims.value_micros
    from claims
    left join ads on ads.ad_id = claims.ad_id
)
select
    delivered.* exclude (date), strftime(delivered.date, '%Y-%m-%d') as date, 0 as nothing, countries.country_number,
    -- Some people are elsewhere and look for the country: the two kinds add up to all.
    case when delivered.device = 'tablet' then 'AREA_OF_INTEREST' else 'LOCATION_OF_PRESENCE' end as location_type
from delivered
inner join accounts on accounts.account_id = delivered.account_id
inner join countries on countries.country = delivered.country
where cast(delivered.date as date) <= accounts.last_day
"""


class QueryError(Exception):
    """A query that the vendor refuses; `code` is its queryError."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


@dataclass(frozen=True)
class Query:
    """A parsed query; conditions are SQL over the field's expression with their values."""

    fields: tuple[str, ...]
    resource: str
    conditions: tuple[tuple[str, str, tuple[str, ...]], ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        found = _SELECT.fullmatch(text)
        if found is None:
            raise QueryError("UNEXPECTED_INPUT", "Error in query: unexpected input.")
        conditions = []
        for field, low, high, sign, value in _CONDITION.findall(found.group(3) or ""):
            conditions.append((field, "between ? and ?", (low, high)) if not sign else (field, f"{sign} ?", (value,)))
        fields = tuple(field.strip() for field in found.group(1).split(","))
        return cls(fields, found.group(2).lower(), tuple(conditions))

    @property
    def field_mask(self) -> str:
        return ",".join(_camel(field) for field in self.fields)


class AdsTruth:
    """The truth of the ad accounts as of one instant, in a database of its own."""

    def __init__(self, world: World, as_of: datetime, manager: str) -> None:
        self._world = world
        self._as_of = as_of
        self._manager = manager
        accounts = world.tables["accounts"].astype(object)
        self._accounts = accounts[accounts["platform"] == "google_ads"]
        self.accounts = tuple(self._accounts["account_id"])
        self._kept: dict[tuple[tuple[str, ...], str], dict[str, tuple[list[str], list[str]]]] = {}

    def rows(self, account_id: str, query: Query) -> list[str]:
        """Rows as JSON texts in a stable order; QueryError."""
        if query.resource in _LISTS:
            return self._listed(query)
        if query.resource not in _RESOURCES:
            raise QueryError("BAD_RESOURCE_TYPE_IN_FROM_CLAUSE", f"'{query.resource}' is not a valid resource name.")
        metrics = [field for field in query.fields if field in _METRICS]
        if account_id == self._manager and metrics:
            words = "Metrics cannot be requested for a manager account."
            raise QueryError("REQUESTED_METRICS_FOR_MANAGER", words)
        self._check(query, metrics)
        if not metrics:
            return self._customers(account_id, query)
        days = self._days(query)
        if days is None:
            return self._report(query, metrics, account_id)
        dates, rows = self._rendered(query, metrics).get(account_id, ([], []))
        return rows[bisect_left(dates, days[0]) : bisect_right(dates, days[1])]

    def _days(self, query: Query) -> tuple[str, str] | None:
        """First and last day if the query asks for days of a range and for nothing else."""
        if "segments.date" in query.fields and len(query.conditions) == 1:
            field, test, values = query.conditions[0]
            if (field, test) == ("segments.date", "between ? and ?"):
                return values[0], values[1]
        return None

    def _rendered(self, query: Query, metrics: list[str]) -> dict[str, tuple[list[str], list[str]]]:
        """Days and rows of a report by account, all of history: rendered once, then cut into the asked ranges."""
        shape = (query.fields, query.resource)
        if shape not in self._kept:
            while len(self._kept) >= KEPT_REPORTS:
                self._kept.pop(next(iter(self._kept)))
            by_account: dict[str, tuple[list[str], list[str]]] = {}
            for account, date, row in self._report(Query(*shape, ()), metrics, None):
                dates, rows = by_account.setdefault(account, ([], []))
                dates.append(date)
                rows.append(row)
            self._kept[shape] = by_account
        return self._kept[shape]

    def _check(self, query: Query, metrics: list[str]) -> None:
        _, beside = _RESOURCES[query.resource]
        for field in (*query.fields, *(name for name, *_ in query.conditions)):
            family = field.split(".")[0]
            if field not in _DIMENSIONS | _METRICS or family not in (*beside, "segments", "metrics"):
                raise QueryError("UNRECOGNIZED_FIELD", f"Unrecognized field in the query: '{field}'.")
        if any("conversion_action" in field for field in query.fields) and any(
            "conversions" not in field for field in metrics
        ):
            words = "Cannot select or filter on the following metrics with conversion action segments."
            raise QueryError("PROHIBITED_SEGMENT_WITH_METRIC_IN_SELECT_OR_WHERE_CLAUSE", words)

    def _report(self, query: Query, metrics: list[str], account_id: str | None) -> list[Any]:
        """Rows of one account or, as (account, day, row), of all."""
        known = {**_DIMENSIONS, **{name: (kind, f"sum(atoms.{column})") for name, (kind, column) in _METRICS.items()}}
        known["metrics.conversions_value"] = (_DOUBLE, "cast(sum(atoms.value_micros) as double) / 1000000")
        # A share of the impressions, as the vendor has it.
        share = "coalesce(sum(atoms.video_completions) / nullif(sum(atoms.impressions), 0), 0)"
        known["metrics.video_quartile_p100_rate"] = (_DOUBLE, share)
        dimensions = [known[field][1] for field in query.fields if field in _DIMENSIONS]
        groups = [expression for expression in dimensions if not expression.startswith("'")]
        only, _ = _RESOURCES[query.resource]
        where, values = _where(query, known)
        if any("conversion_action" in field for field in query.fields):
            where += " and atoms.action <> ''"
        sums = " or ".join(f"{known[field][1]} <> 0" for field in metrics)
        shown = _json(query.fields, known)
        if account_id is None:
            shown, groups = f"atoms.account_id, atoms.date, {shown}", ["atoms.account_id", "atoms.date", *groups]
        sql = f"""
            select {shown} from atoms
            left join accounts on accounts.account_id = atoms.account_id
            left join campaigns on campaigns.campaign_id = atoms.campaign_id
            left join ad_groups on ad_groups.ad_group_id = atoms.ad_group_id
            left join ads on ads.ad_id = atoms.ad_id
            left join keywords on keywords.keyword_id = atoms.keyword_id and keywords.ad_group_id = atoms.ad_group_id
            where atoms.account_id = coalesce(?, atoms.account_id) and {only} and {where}
            group by {", ".join(groups)} having {sums} order by {", ".join(groups)}
        """
        rows = self._database.execute(sql, [account_id, *values]).fetchall()
        return rows if account_id is None else [row[0] for row in rows]

    def _customers(self, account_id: str, query: Query) -> list[str]:
        where, values = _where(query, _DIMENSIONS)
        sql = f"select {_json(query.fields, _DIMENSIONS)} from accounts where accounts.account_id = ? and {where}"
        return [row[0] for row in self._database.execute(sql, [account_id, *values]).fetchall()]

    def _listed(self, query: Query) -> list[str]:
        table, known = _LISTS[query.resource]
        for field in (*query.fields, *(name for name, *_ in query.conditions)):
            if field not in known:
                raise QueryError("UNRECOGNIZED_FIELD", f"Unrecognized field in the query: '{field}'.")
        where, values = _where(query, known)
        sql = f"select {_json(query.fields, known)} from {table} where {where} order by 1"
        return [row[0] for row in self._database.execute(sql, list(values)).fetchall()]

    @cached_property
    def _database(self) -> duckdb.DuckDBPyConnection:
        database = duckdb.connect(":memory:")
        tables = self._world.tables
        instant = plain_instant(self._as_of)
        is_google = (tables["ad_delivery"]["platform"] == "google_ads").to_numpy()
        is_known = (tables["claims"]["platform"] == "google_ads") & (tables["claims"]["reported_at"] <= instant)
        campaigns = tables["campaigns"]
        has_ended = campaigns["end_date"].notna() & (campaigns["end_date"] < instant)
        frames = {
            "delivery": tables["ad_delivery"][is_google],
            "claims": tables["claims"][is_known.to_numpy()],
            "campaigns": campaigns[["campaign_id", "name", "campaign_type"]].assign(
                status=has_ended.map({True: "REMOVED", False: "ENABLED"})
            ),
            **{name: tables[name] for name in ("ad_groups", "ads", "keywords")},
            "accounts": self._account_table(),
            "countries": pd.DataFrame(COUNTRY_NUMBERS.items(), columns=["country", "country_number"]),
        }
        for name, frame in frames.items():
            database.register("frame", frame)
            texts = [name for name in frame.columns if _is_text(frame[name])]
            as_text = ", ".join(f"cast({column} as varchar) as {column}" for column in texts)
            database.execute(f"create table {name} as select * replace ({as_text}) from frame")
            database.unregister("frame")
        named = " ".join(f"when '{action}' then '{category}'" for action, category in _CATEGORIES.items())
        database.execute(_ATOMS.format(category=f"case claims.action {named} end"))
        return database

    def _account_table(self) -> pd.DataFrame:
        """Accounts with the last day that the vendor shows: days in the making only at the end of the simulation."""
        running = self._as_of >= self._world.as_of
        last = [
            pd.Timestamp(self._as_of.astimezone(ZoneInfo(zone)).date()) - pd.Timedelta(days=0 if running else 1)
            for zone in self._accounts["time_zone"]
        ]
        listed = self._accounts[["account_id", "currency", "time_zone"]].assign(is_manager=False, last_day=last)
        manager = listed.iloc[:1].assign(account_id=self._manager, is_manager=True)
        return pd.concat([manager, listed], ignore_index=True)


def _is_text(column: "pd.Series[Any]") -> bool:
    return isinstance(column.dtype, pd.CategoricalDtype) or pd.api.types.is_string_dtype(column)


def _where(query: Query, known: dict[str, tuple[str, str]]) -> tuple[str, list[str]]:
    parts, values = ["true"], []
    for field, test, given in query.conditions:
        parts.append(f"cast({known[field][1]} as varchar) {test}")
        values += given
    return " and ".join(parts), values


def _json(fields: tuple[str, ...], known: dict[str, tuple[str, str]]) -> str:
    """SQL that gives one nested object per row; each resource bears its name unasked."""
    tree: dict[str, Any] = {}
    for field in fields:
        *path, leaf = field.split(".")
        branch = tree
        for step in path:
            branch = branch.setdefault(step, {})
        branch[leaf] = _value(*known[field])
    for name, branch in tree.items():
        if name not in ("metrics", "segments"):
            branch["resource_name"] = f"""'"sandbox/{_camel(name)}s"'"""
    return _object(tree)


def _object(tree: dict[str, Any]) -> str:
    parts = [
        f"""'"{_camel(name)}":' || {_object(value) if isinstance(value, dict) else value}"""
        for name, value in tree.items()
    ]
    return "'{' || " + " || ',' || ".join(parts) + " || '}'"


def _value(kind: str, expression: str) -> str:
    if kind == _NUMBER:
        return f"""'"' || cast({expression} as varchar) || '"'"""
    if kind == _TEXT:
        return f"cast(to_json({expression}) as varchar)"
    return f"cast({'cast(' + expression + ' as double)' if kind == _DOUBLE else expression} as varchar)"


def _camel(name: str) -> str:
    return re.sub(r"_(\w)", lambda found: found.group(1).upper(), name)
