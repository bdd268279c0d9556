"""Rows of ads insights from the truth, grouped and rendered a column at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pandas as pd

from sandbox.vendors.encode import json_texts, plain_instant
from sandbox.vendors.graph_api import listed
from sandbox.world.model import World

Ints = npt.NDArray[np.int64]
EPOCH = date(1970, 1, 1)
ARCHIVED_AFTER_DAYS = 30  # a campaign that ended so long ago is archived
LEVELS: dict[str, tuple[str, ...]] = {
    "account": (),
    "campaign": ("campaign_id",),
    "adset": ("ad_group_id",),
    "ad": ("ad_id",),
}
PURCHASES = ("purchase", "omni_purchase", "offsite_conversion.fb_pixel_purchase")  # one sale under three names
LEADS = ("lead", "offsite_conversion.fb_pixel_lead")
_DEVICES = ("iphone", "android_smartphone", "desktop", "ipad", "android_tablet")


@dataclass(frozen=True)
class Question:
    """What a report asks for; `statuses`: empty = what is not archived."""

    level: str
    fields: tuple[str, ...]
    breakdowns: tuple[str, ...]
    since: date
    until: date
    increment: str
    statuses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Grouped:
    """Groups in the order of the report: the span's number, and a code per dimension."""

    keys: Ints
    span: Ints
    codes: dict[str, Ints]


class Insights:
    """One ad account's truth as arrays; days are numbers since 1970."""

    def __init__(self, world: World, account_id: str, as_of: Any, today: date, vanished: set[date]) -> None:
        self._world = world
        self._account_id = account_id
        self._as_of = plain_instant(as_of)
        self._today = _number(today)
        self._vanished = np.array([_number(day) for day in vanished], dtype=np.int64)
        tables = world.tables
        self._campaigns = tables["campaigns"].set_index("campaign_id")
        ads = tables["ads"]
        self._ids = {
            "campaign_id": pd.Index(tables["campaigns"]["campaign_id"].astype(str)),
            "ad_group_id": pd.Index(tables["ad_groups"]["ad_group_id"].astype(str)),
            "ad_id": pd.Index(ads["ad_id"].astype(str)),
            "country": pd.Index(tables["ad_delivery"]["country"].cat.categories.astype(str)),
            "impression_device": pd.Index(_DEVICES),
            "age": pd.Index(tables["ad_demographics"]["age"].cat.categories.astype(str)),
            "gender": pd.Index(tables["ad_demographics"]["gender"].cat.categories.astype(str)),
        }
        groups = tables["ad_groups"].set_index("ad_group_id")
        self._group_of_ad = self._ids["ad_group_id"].get_indexer(pd.Index(ads["ad_group_id"].astype(str)))
        self._campaign_of = {
            "campaign_id": np.arange(len(self._campaigns)),
            "ad_group_id": self._ids["campaign_id"].get_indexer(pd.Index(groups["campaign_id"].astype(str))),
            "ad_id": self._ids["campaign_id"].get_indexer(pd.Index(ads["campaign_id"].astype(str))),
        }

    def rows(self, question: Question) -> list[str]:
        """One JSON object per span and object with delivery, spans in order."""
        source = self._demographics if "age" in question.breakdowns else self._delivery
        dims = (*LEVELS[question.level], *question.breakdowns)
        spans = _Spans(question)
        chosen = self._chosen(question, source)
        keys = self._keys(spans, dims, source, chosen)
        unique, inverse = np.unique(keys, return_inverse=True)
        groups = self._grouped(unique, dims)

        def summed(name: str) -> Ints:
            return np.bincount(inverse, source[name][chosen], len(unique)).astype(np.int64)

        columns = [self._column(field, question, groups, spans, summed) for field in question.fields]
        columns += [_texts(name, self._ids[name], groups.codes[name]) for name in question.breakdowns]
        return ["{" + "".join(row) + "}" for row in zip(*columns, spans.dates(groups.span), strict=True)]

    @cached_property
    def _delivery(self) -> dict[str, Any]:
        rows = self._until_today(self._world.tables["ad_delivery"])
        device, country = rows["device"].cat.codes.to_numpy(), rows["country"].cat.codes.to_numpy()
        return {
            "day": _days(rows["date"]),
            **{name: self._codes(name, rows[name]) for name in ("campaign_id", "ad_group_id", "ad_id", "country")},
            "impression_device": _device(rows["device"].cat.categories, device, country),
            **{name: rows[name].to_numpy() for name in (*_SUMS.values(), *_VIDEOS.values(), "spend_micros")},
        }

    @cached_property
    def _demographics(self) -> dict[str, Any]:
        rows = self._until_today(self._world.tables["ad_demographics"])
        nothing = np.zeros(len(rows), dtype=np.int64)
        return {
            "day": _days(rows["date"]),
            **{name: self._codes(name, rows[name]) for name in ("campaign_id", "age", "gender")},
            **{name: rows[name].to_numpy() for name in ("impressions", "clicks", "clicks_all", "spend_micros")},
            **dict.fromkeys(("engagements", *_VIDEOS.values()), nothing),
        }

    @cached_property
    def _claims(self) -> dict[str, Any]:
        rows = self._world.tables["claims"]
        known = rows["reported_at"].to_numpy() <= self._as_of
        rows = rows[known & (rows["account_id"] == self._account_id).to_numpy()]
        ad = self._codes("ad_id", rows["ad_id"])
        device, country = rows["device"].cat.codes.to_numpy(), rows["country"].cat.codes.to_numpy()
        return {
            "day": _days(rows["click_date"]),
            "campaign_id": self._codes("campaign_id", rows["campaign_id"]),
            "ad_group_id": self._group_of_ad[ad],
            "ad_id": ad,
            "country": self._codes("country", rows["country"]),
            "impression_device": _device(rows["device"].cat.categories, device, country),
            "is_purchase": (rows["action"] == "purchase").to_numpy(),
            "value_micros": rows["value_micros"].to_numpy(),
        }

    @cached_property
    def _exposures(self) -> dict[str, dict[str, Any]]:
        """By level, ordered by object and day: rows that may repeat a person in a span lie side by side."""
        rows = self._until_today(self._world.tables["exposures"])
        # Millions of rows: narrow numbers, whose stable sort is one pass, keep the days in order within each object.
        columns = {
            "day": _days(rows["date"]).astype(np.int32),
            "person": rows["person_no"].to_numpy(),
            **{name: self._codes(name, rows[name]).astype(np.int16) for name in ("campaign_id", "ad_group_id")},
        }
        found = {"account": columns}
        for level in ("campaign", "adset"):
            order = np.argsort(columns[LEVELS[level][0]], kind="stable")
            found[level] = {name: values[order] for name, values in columns.items()}
        return found

    def _until_today(self, rows: pd.DataFrame) -> pd.DataFrame:
        kept = (rows["account_id"] == self._account_id).to_numpy() & (_days(rows["date"]) <= self._today)
        return rows[kept & ~np.isin(_days(rows["date"]), self._vanished)]

    def _codes(self, name: str, values: pd.Series) -> Ints:
        if isinstance(values.dtype, pd.CategoricalDtype):
            places = self._ids[name].get_indexer(pd.Index(values.cat.categories.astype(str)))
            return places[values.cat.codes.to_numpy()].astype(np.int64)
        return self._ids[name].get_indexer(pd.Index(values.astype(str))).astype(np.int64)

    def _chosen(self, question: Question, source: dict[str, Any]) -> npt.NDArray[np.bool_]:
        day = source["day"]
        chosen = (day >= _number(question.since)) & (day <= _number(question.until))
        if question.level == "account" or "ARCHIVED" in question.statuses:
            return chosen
        ended = _days(self._campaigns["end_date"], missing=self._today)
        return chosen & (ended >= self._today - ARCHIVED_AFTER_DAYS)[source["campaign_id"]]

    def _keys(
        self, spans: "_Spans", dims: tuple[str, ...], source: dict[str, Any], chosen: npt.NDArray[np.bool_]
    ) -> Ints:
        """Span and dimensions in one number."""
        key = spans.number(source["day"][chosen])
        for name in dims:
            key = key * len(self._ids[name]) + source[name][chosen]
        return key

    def _grouped(self, keys: Ints, dims: tuple[str, ...]) -> Grouped:
        codes, rest = {}, keys
        for name in reversed(dims):
            rest, codes[name] = np.divmod(rest, len(self._ids[name]))
        return Grouped(keys, rest, codes)

    def _column(
        self, field: str, question: Question, groups: Grouped, spans: "_Spans", summed: Callable[[str], Ints]
    ) -> list[str]:
        """The field's part of each row; an empty text where it is zero, as the vendor leaves zeros out."""
        count = len(groups.keys)
        if field in _SUMS:
            return _numbers(field, summed(_SUMS[field]))
        if field == "spend":
            return [f'"spend":"{_money(value)}",' for value in summed("spend_micros").tolist()]
        if field in ("account_id", "account_currency"):
            account = self._world.tables["accounts"].set_index("account_id").loc[self._account_id]
            value = self._account_id if field == "account_id" else account["currency"]
            return [f'"{field}":"{value}",'] * count
        if field == "reach":
            return _numbers(field, self._reach(question, groups, spans))
        if field in _VIDEOS:
            views = summed(_VIDEOS[field]).tolist()
            return [f'"{field}":[{_action("video_view", value)}],' if value else "" for value in views]
        if field in ("actions", "action_values"):
            return self._actions(field, question, groups, spans, summed)
        return self._name(field, question.level, groups)

    def _name(self, field: str, level: str, groups: Grouped) -> list[str]:
        """Ids and names of the object and of what it lies in; nothing where it lies in none."""
        if level == "account":
            return [""] * len(groups.keys)
        own = LEVELS[level][0]
        code = groups.codes[own]
        table, column = _NAMES[field]
        if table == "campaigns":
            code = self._campaign_of[own][code]
        elif table == "ad_groups" and own == "ad_id":
            code = self._group_of_ad[code]
        elif _NAMES[field][0] != {"campaign_id": "campaigns", "ad_group_id": "ad_groups", "ad_id": "ads"}[own]:
            return [""] * len(groups.keys)
        return _texts(field, pd.Index(self._world.tables[table][column].astype(str)), code)

    def _actions(
        self, field: str, question: Question, groups: Grouped, spans: "_Spans", summed: Callable[[str], Ints]
    ) -> list[str]:
        claims, dims = self._claims, (*LEVELS[question.level], *question.breakdowns)
        if "age" in dims:
            return [""] * len(groups.keys)
        chosen = self._chosen(question, claims)
        keys = self._keys(spans, dims, claims, chosen)
        place = np.searchsorted(groups.keys, keys)
        is_shown = place < len(groups.keys)
        is_shown[is_shown] = groups.keys[place[is_shown]] == keys[is_shown]
        place, is_purchase = place[is_shown], claims["is_purchase"][chosen][is_shown]
        count = len(groups.keys)
        if field == "action_values":
            worth = np.bincount(place, claims["value_micros"][chosen][is_shown], count).astype(np.int64).tolist()
            return [_list(field, [(name, _money(value)) for name in PURCHASES]) if value else "" for value in worth]
        sales = np.bincount(place[is_purchase], minlength=count).tolist()
        leads = np.bincount(place[~is_purchase], minlength=count).tolist()
        found = []
        for link, engaged, sold, led in zip(
            summed("clicks").tolist(), summed("engagements").tolist(), sales, leads, strict=True
        ):
            actions = [("link_click", link), ("page_engagement", engaged)]
            actions += [(name, sold) for name in PURCHASES] + [(name, led) for name in LEADS]
            found.append(_list(field, [(name, value) for name, value in actions if value]))
        return found

    def _reach(self, question: Question, groups: Grouped, spans: "_Spans") -> Ints:
        """Distinct people per group; the vendor has none by breakdown beyond 13 months, and here none at all."""
        if question.breakdowns or question.level == "ad":
            return np.zeros(len(groups.keys), dtype=np.int64)
        source = self._exposures[question.level]
        chosen = self._chosen(question, source)
        keys, person = self._keys(spans, LEVELS[question.level], source, chosen), source["person"][chosen]
        starts = np.flatnonzero(np.diff(keys, prepend=-1))
        ends = np.append(starts, len(keys))[1:]
        counts = ends - starts
        if question.level != "adset" or question.increment != "1":  # an ad set's day holds each person once
            last = np.empty(int(person.max(initial=0)) + 1, dtype=np.int32)
            turns = np.arange(len(person), dtype=np.int32)
            for place, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
                people, turn = person[start:end], turns[start:end]
                last[people] = turn  # of equal people the last one stays
                counts[place] = np.count_nonzero(last[people] == turn)
        reach = np.zeros(len(groups.keys), dtype=np.int64)
        reach[np.searchsorted(groups.keys, keys[starts])] = counts
        return reach


class _Spans:
    """The parts into which an increment cuts the days."""

    def __init__(self, question: Question) -> None:
        days = pd.date_range(question.since, question.until)
        if question.increment == "all_days":
            number = np.zeros(len(days), dtype=np.int64)
        elif question.increment == "monthly":
            number = np.asarray(days.year * 12 + days.month, dtype=np.int64)
            number -= number[0]
        else:
            number = np.arange(len(days)) // int(question.increment)
        self._first = _number(question.since)
        self._number = number
        starts = np.flatnonzero(np.diff(number, prepend=-1))
        ends = np.append(starts[1:], len(days)) - 1
        self._dates = [
            f'"date_start":"{days[start]:%Y-%m-%d}","date_stop":"{days[end]:%Y-%m-%d}"'
            for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
        ]

    def number(self, day: Ints) -> Ints:
        return self._number[day - self._first]

    def dates(self, span: Ints) -> list[str]:
        return [self._dates[number] for number in span.tolist()]


_SUMS = {
    "impressions": "impressions",
    "clicks": "clicks_all",
    "inline_link_clicks": "clicks",
    "inline_post_engagement": "engagements",
}
_NAMES = {
    "campaign_id": ("campaigns", "campaign_id"),
    "campaign_name": ("campaigns", "name"),
    "objective": ("campaigns", "campaign_type"),
    "adset_id": ("ad_groups", "ad_group_id"),
    "adset_name": ("ad_groups", "name"),
    "ad_id": ("ads", "ad_id"),
    "ad_name": ("ads", "name"),
}
_VIDEOS = {"video_play_actions": "video_views", "video_p100_watched_actions": "video_completions"}
FIELDS = frozenset(
    {"account_id", "account_currency", "spend", "reach", "actions", "action_values"}
    | _SUMS.keys()
    | _VIDEOS.keys()
    | _NAMES.keys()
)
BREAKDOWNS = ((), ("country",), ("impression_device",), ("age", "gender"))


def _number(day: date) -> int:
    return (day - EPOCH).days


def _days(column: pd.Series, missing: int = 0) -> Ints:
    values = column.to_numpy(dtype="datetime64[D]")
    return np.where(np.isnat(values), missing, values.astype(np.int64))


def _device(names: pd.Index, device: Any, country: Any) -> Ints:
    """The vendor tells phones and tablets by make; here the Scandinavians (the first three countries) hold Apple's."""
    other = (country >= 3).astype(np.int64)
    first = np.array([{"mobile": 0, "desktop": 2, "tablet": 3}[name] for name in names.astype(str)])[device]
    return np.where(first == 2, first, first + other)


def _texts(field: str, values: pd.Index, codes: Ints) -> list[str]:
    parts = np.array([f'"{field}":{text},' for text in json_texts(values)], dtype=object)
    return parts[codes].tolist()


def _numbers(field: str, values: Ints) -> list[str]:
    return [f'"{field}":"{value}",' if value else "" for value in values.tolist()]


def _money(micros: int) -> str:
    """Two decimals at most, without padding."""
    text = f"{micros // 1_000_000}.{micros % 1_000_000 // 10_000:02d}".rstrip("0")
    return text.rstrip(".")


def _action(name: str, value: Any) -> str:
    return f'{{"action_type":"{name}","value":"{value}"}}'


def _list(field: str, actions: list[tuple[str, Any]]) -> str:
    return f'"{field}":[{",".join(_action(name, value) for name, value in actions)}],' if actions else ""


def question_of(params: dict[str, str]) -> Question:
    """Raises ValueError with the vendor's words for what it does not know."""
    fields = tuple(listed(params.get("fields", "impressions,spend")))
    breakdowns = tuple(listed(params.get("breakdowns", "")))
    days = msgspec.json.decode(params.get("time_range", "{}"))
    filters = msgspec.json.decode(params.get("filtering", "[]"))
    level = params.get("level", "account")
    if unknown := set(fields) - FIELDS:
        raise ValueError(f"(#100) {sorted(unknown)[0]} is not valid for fields param.")
    if breakdowns not in BREAKDOWNS:
        raise ValueError("(#100) Current combination of data breakdown columns is invalid")
    if level not in LEVELS or not days:
        raise ValueError("(#100) Param level or time_range is not valid")
    since, until = date.fromisoformat(days["since"]), date.fromisoformat(days["until"])
    if since > until:
        raise ValueError("(#100) The start date of the time range cannot be after its end date")
    statuses = tuple(value for item in filters for value in item["value"])
    return Question(level, fields, breakdowns, since, until, params.get("time_increment", "all_days"), statuses)


def months_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1) + timedelta(days=day.day - 1)
