"""The Google Analytics Data API v1beta over the truth: `runReport` for one property, as of one instant."""

import json
from collections import OrderedDict
from datetime import date, datetime
from functools import cached_property
from typing import Any, ClassVar

import duckdb

from sandbox.server import Request, Response
from sandbox.vendors.encode import plain_instant
from sandbox.vendors.google_api import JSON, TOKEN_PATH, answer, failure, has_token, token_answer, unauthenticated
from sandbox.world.model import COUNTRY_NAMES, World

PROPERTY = "123456789"
TOKEN = "ya29.sandbox-analytics"  # noqa: S105 - opens nothing but the sandbox
LARGEST_PAGE = 250_000
KEPT_REPORTS = 4  # rendered reports whose further pages are still to be asked for
DIMENSIONS = {
    "date": "strftime(date, '%Y%m%d')",
    "isoYearIsoWeek": "strftime(date, '%G%V')",
    "yearMonth": "strftime(date, '%Y%m')",
    "sessionDefaultChannelGroup": "channel_group",
    "sessionSource": "source",
    "sessionMedium": "medium",
    "sessionSourceMedium": "source || ' / ' || medium",
    "sessionCampaignName": "campaign",
    "country": "country_name",
    "countryId": "country",
    "deviceCategory": "device",
    "landingPage": "landing_page",
}
_MONEY = "cast(cast(sum({}) as decimal(38, 0)) / 1000000 as decimal(18, 6))"
METRICS = {
    "sessions": ("TYPE_INTEGER", "count(*)"),
    "engagedSessions": ("TYPE_INTEGER", "count(*) filter (is_engaged)"),
    "screenPageViews": ("TYPE_INTEGER", "sum(page_views)"),
    "userEngagementDuration": ("TYPE_SECONDS", "sum(engaged_seconds)"),
    "newUsers": ("TYPE_INTEGER", "count(distinct person) filter (is_new_user)"),
    "totalUsers": ("TYPE_INTEGER", "count(distinct person)"),
    "activeUsers": ("TYPE_INTEGER", "count(distinct person) filter (is_engaged or is_new_user)"),
    "transactions": ("TYPE_INTEGER", "count(*) filter (key_purchase)"),
    "purchaseRevenue": ("TYPE_CURRENCY", _MONEY.format("revenue_micros")),
    "keyEvents": ("TYPE_FLOAT", "sum(key_purchase::int + key_form::int + key_newsletter::int)::double"),
}
PEOPLE = frozenset({"newUsers", "totalUsers", "activeUsers"})
EVENTS = {"purchase": "key_purchase", "generate_lead": "key_form", "sign_up": "key_newsletter"}


class InvalidError(ValueError):
    """A question that the vendor refuses with 400."""


class GoogleAnalytics:
    """One property; `page_size` is the largest page that the vendor gives."""

    name = "google_analytics"
    credentials: ClassVar[dict[str, str]] = {
        "property_id": PROPERTY,
        "client_id": "sandbox-client",
        "client_secret": "sandbox-secret",
        "refresh_token": "1//sandbox-analytics",
        "token_url": f"{{url}}{TOKEN_PATH}",
    }
    page_size = LARGEST_PAGE

    def __init__(self, world: World, as_of: datetime, base_url: str) -> None:
        self._world = world
        self._as_of = plain_instant(as_of)
        self._vanished: set[date] = set()
        self._reports: OrderedDict[str, list[str]] = OrderedDict()
        self._tokens_used = 0

    def handle(self, request: Request) -> Response:
        """The answer as the vendor gives it."""
        if request.path == TOKEN_PATH:
            return token_answer(request, self.credentials, TOKEN)
        if not has_token(request, TOKEN):
            return unauthenticated()
        if request.path != f"/v1beta/properties/{PROPERTY}:runReport":
            words = "User does not have sufficient permissions for this property."
            return answer(403, failure(403, "PERMISSION_DENIED", words))
        try:
            return self._report(json.loads(request.body))
        except InvalidError as error:
            return answer(400, failure(400, "INVALID_ARGUMENT", str(error)))

    def fault(self, kind: str, request: Request, **arguments: Any) -> Response | None:
        """A fault in the vendor's own form; None where it does not exist for this vendor or request."""
        if kind in ("throttle", "throttle_retry_after"):
            wait = {"Retry-After": "0.1"} if kind == "throttle_retry_after" else {}
            return answer(429, failure(429, "RESOURCE_EXHAUSTED", "Exhausted concurrent requests quota."), wait)
        if request.path == TOKEN_PATH:
            return None
        if kind in ("expired_token", "bad_credentials"):
            return unauthenticated()
        if kind == "server_error":
            return answer(503, failure(503, "UNAVAILABLE", "The service is currently unavailable."))
        if kind == "vanished_day":
            day = arguments["day"]
            self._vanished.add(date.fromisoformat(day) if isinstance(day, str) else day)
            self._reports.clear()
            return self.handle(request)
        body = self.handle(request).body
        if kind == "unknown_column":
            return Response(200, body.replace(b"{", b'{"surprise":{"x":1},', 1), JSON)
        if kind == "changed_type" and b'"rows"' in body:
            return _broken(body)
        return None

    def _report(self, asked: dict[str, Any]) -> Response:
        dimensions = [item["name"] for item in asked.get("dimensions", [])]
        metrics = [item["name"] for item in asked.get("metrics", [])]
        if len(dimensions) > 9 or len(metrics) > 10:
            raise InvalidError("Requests are limited to 9 dimensions and 10 metrics.")
        for name in (*dimensions, *metrics):
            if name not in DIMENSIONS and name not in METRICS:
                raise InvalidError(f"Field {name} is not a valid dimension. For a list of valid fields see the docs.")
        signature = json.dumps(
            {key: value for key, value in asked.items() if key not in ("limit", "offset")}, sort_keys=True
        )
        if signature not in self._reports:
            self._reports[signature] = self._rows(asked, dimensions, metrics)
            while len(self._reports) > KEPT_REPORTS:
                self._reports.popitem(last=False)
        rows = self._reports[signature]
        start = int(asked.get("offset", 0))
        page = rows[start : start + min(int(asked.get("limit", 10_000)), LARGEST_PAGE)]
        head = {
            "dimensionHeaders": [{"name": name} for name in dimensions],
            "metricHeaders": [{"name": name, "type": METRICS[name][0]} for name in metrics],
        }
        parts = [json.dumps(head)[1:-1]]
        if rows:  # the vendor leaves both keys out of an empty report
            parts += [f'"rows":[{",".join(page)}]', f'"rowCount":{len(rows)}']
        parts.append(f'"metadata":{json.dumps(self._metadata(dimensions, metrics))}')
        if asked.get("returnPropertyQuota"):
            parts.append(f'"propertyQuota":{json.dumps(self._quota())}')
        return Response(200, ("{" + ",".join((*parts, '"kind":"analyticsData#runReport"')) + "}").encode(), JSON)

    def _metadata(self, dimensions: list[str], metrics: list[str]) -> dict[str, Any]:
        told: dict[str, Any] = {"currencyCode": "SEK", "timeZone": "Europe/Stockholm"}
        if "landingPage" in dimensions and self._world.losses.landing_pages_kept is not None:
            told["dataLossFromOtherRow"] = True
        if self._withholds(dimensions, metrics):
            told["subjectToThresholding"] = True
        return told

    def _withholds(self, dimensions: list[str], metrics: list[str]) -> bool:
        return bool(self._world.losses.user_threshold and dimensions and PEOPLE & set(metrics))

    def _quota(self) -> dict[str, Any]:
        self._tokens_used += 10
        buckets = {"tokensPerDay": 200_000, "tokensPerHour": 40_000, "tokensPerProjectPerHour": 14_000}
        return {
            name: {"consumed": 10, "remaining": max(0, left - self._tokens_used % 1_000)}
            for name, left in buckets.items()
        }

    def _rows(self, asked: dict[str, Any], dimensions: list[str], metrics: list[str]) -> list[str]:
        """Every row of a report, rendered, in the order asked for."""
        keys = ", ".join(f"{DIMENSIONS[name]} as d{place}" for place, name in enumerate(dimensions))
        values = ", ".join(f"{METRICS[name][1]} as m{place}" for place, name in enumerate(metrics))
        shown_keys = " || ',' || ".join(
            f"'{{\"value\":' || to_json(d{place}) || '}}'" for place in range(len(dimensions))
        )
        shown = " || ',' || ".join(
            f"'{{\"value\":\"' || coalesce(m{place}, 0) || '\"}}'" for place in range(len(metrics))
        )
        having = (
            f"having count(distinct person) >= {self._world.losses.user_threshold}"
            if self._withholds(dimensions, metrics)
            else ""
        )
        only_zero = " and ".join(f"coalesce(m{place}, 0) = 0" for place in range(len(metrics)))
        sql = f"""
            with told as (
                select {", ".join(part for part in (keys, values) if part)} from sessions
                where {self._where(asked)} {"group by all" if dimensions else ""} {having}
            )
            select '{{"dimensionValues":[' || {shown_keys or "''"} || '],"metricValues":[' || {shown} || ']}}'
            from told where not ({only_zero}) {self._order(asked, dimensions)}
        """
        return [row[0] for row in self._connection.execute(sql).fetchall()]

    def _where(self, asked: dict[str, Any]) -> str:
        ranges = asked.get("dateRanges", [])
        if len(ranges) != 1:
            raise InvalidError("The sandbox answers exactly one date range.")
        first, last = (date.fromisoformat(ranges[0][name]) for name in ("startDate", "endDate"))
        clauses = [f"date between date '{first}' and date '{last}'"]
        clauses += [f"date <> date '{day}'" for day in sorted(self._vanished)]
        if "dimensionFilter" in asked:
            clauses.append(_condition(asked["dimensionFilter"]))
        return " and ".join(clauses)

    def _order(self, asked: dict[str, Any], dimensions: list[str]) -> str:
        said = []
        for item in asked.get("orderBys", []):
            name = item["dimension"]["dimensionName"] if "dimension" in item else None
            if name not in dimensions:
                raise InvalidError(f"orderBys: {name} is not among the dimensions.")
            said.append(f"d{dimensions.index(name)}{' desc' if item.get('desc') else ''}")
        # Without an order the vendor's pages are not stable: here they are turned round at least.
        return f"order by {', '.join(said)}" if said else "order by 1 desc"

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        """`sessions`: what the vendor has processed by now."""
        connection = duckdb.connect(":memory:")
        connection.register("truth", self._world.tables["sessions"])
        connection.execute("create temp table names (country varchar, country_name varchar)")
        connection.executemany("insert into names values (?, ?)", list(COUNTRY_NAMES.items()))
        connection.execute(
            f"""
            create table sessions as
            select
                truth.* exclude (session_id, person_id, started_at, processed_at, order_id, date, country),
                cast(truth.date as date) as date, names.country, names.country_name,
                dense_rank() over (order by truth.person_id) as person
            from truth left join names on names.country = cast(truth.country as varchar)
            where truth.processed_at <= timestamp '{self._as_of}'
            order by truth.date
            """
        )
        connection.unregister("truth")
        if (kept := self._world.losses.landing_pages_kept) is not None:
            connection.execute(
                f"""
                create or replace table sessions as
                with ranked as (
                    select
                        date, landing_page,
                        row_number() over (partition by date order by count(*) desc, landing_page) as place
                    from sessions group by date, landing_page
                )
                select sessions.* replace (
                    case when ranked.place <= {kept} then sessions.landing_page else '(other)' end as landing_page
                )
                from sessions join ranked on ranked.date = sessions.date and ranked.landing_page = sessions.landing_page
                order by sessions.date
                """
            )
        return connection


def _condition(said: dict[str, Any]) -> str:
    """SQL of a filter tree."""
    if "andGroup" in said:
        return "(" + " and ".join(map(_condition, said["andGroup"]["expressions"])) + ")"
    if "orGroup" in said:
        return "(" + " or ".join(map(_condition, said["orGroup"]["expressions"])) + ")"
    if "notExpression" in said:
        return f"not {_condition(said['notExpression'])}"
    leaf = said["filter"]
    wanted = leaf["inListFilter"]["values"] if "inListFilter" in leaf else [leaf["stringFilter"]["value"]]
    if leaf["fieldName"] == "eventName":
        return "(" + " or ".join(EVENTS.get(value, "false") for value in wanted) + ")"
    if leaf["fieldName"] not in DIMENSIONS:
        raise InvalidError(f"Field {leaf['fieldName']} is not a valid dimension.")
    listed = ", ".join("'" + value.replace("'", "''") + "'" for value in wanted)
    return f"{DIMENSIONS[leaf['fieldName']]} in ({listed})"


def _broken(body: bytes) -> Response:
    """The first metric value of a report as an object instead of a text."""
    report = json.loads(body)
    report["rows"][0]["metricValues"][0]["value"] = {"was": "text"}
    return answer(200, report)


VENDOR = GoogleAnalytics
