"""Mailchimp's objects from the truth: columns of JSON texts by dotted field name, filtered and put together by page."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from sandbox.vendors.encode import json_numbers, json_texts, known, plain_instant
from sandbox.world.model import World

Columns = dict[str, list[str]]
Instants = npt.NDArray[np.datetime64]
NEVER = np.datetime64("NaT", "us")
HUMAN_OPENS_FROM = np.datetime64("2024-06-22", "us")  # sends before have no proxy-excluded figures
STATUS_WORDS = ("subscribed", "unsubscribed", "cleaned")


class Listed:
    """Objects of one list in the order in which they are paged; `key`: the list's name in the body."""

    def __init__(self, key: str, columns: Columns, order: Sequence[int]) -> None:
        self.key = key
        self._columns = columns
        self._order = order

    def __len__(self) -> int:
        return len(self._order)

    def rows(self, start: int, end: int, wanted: list[str] | None) -> list[str]:
        """JSON objects with the wanted fields (`<key>.<field>`, a parent wants all below it); None = all fields."""
        chosen = [
            name
            for name in self._columns
            if wanted is None or any(_covers(field, f"{self.key}.{name}") for field in wanted)
        ]
        picked = [[self._columns[name][place] for place in self._order[start:end]] for name in chosen]
        template = _template(chosen)
        return [template % values for values in zip(*picked, strict=True)]


class Bodies:
    """What each endpoint shows as of one instant; `vanished`: UTC days whose sends are gone."""

    def __init__(self, world: World, as_of: datetime, vanished: set[date]) -> None:
        self._now = plain_instant(as_of)
        campaigns = world.tables["mail_campaigns"]
        sent = campaigns["sent_at"].to_numpy(dtype="datetime64[us]")
        gone = np.array(sorted(vanished), dtype="datetime64[D]")
        shown = (sent <= self._now) & ~np.isin(sent.astype("datetime64[D]"), gone)
        self._campaigns = campaigns[shown].reset_index(drop=True)
        self._sent_at = sent[shown]
        self._ids = self._campaigns["campaign_id"].astype(str).tolist()
        members = world.tables["mail_members"]
        self._members = members[members["joined_at"].to_numpy() <= self._now].reset_index(drop=True)
        self._recipients = world.tables["mail_recipients"]
        self._list_ids = sorted(set(campaigns["list_id"].astype(str)) | set(members["list_id"].astype(str)))

    def campaigns(self, query: dict[str, str]) -> Listed:
        table = self._campaigns
        ids = json_texts(table["campaign_id"].astype(str))
        columns = {
            "id": ids,
            "type": ['"regular"'] * len(table),
            "create_time": _json_instants(self._sent_at - np.timedelta64(1, "h")),
            "status": ['"sent"'] * len(table),
            "emails_sent": json_numbers(self._counts["emails_sent"]),
            "send_time": _json_instants(self._sent_at),
            "recipients.list_id": json_texts(table["list_id"].astype(str)),
            "settings.subject_line": json_texts(table["subject"].astype(str)),
            "settings.title": json_texts(table["name"].astype(str)),
        }
        kept = self._sends(query) if query.get("status", "sent") == "sent" else []
        return Listed("campaigns", columns, kept)

    def reports(self, query: dict[str, str]) -> Listed:
        table, counts = self._campaigns, self._counts
        has_split = self._sent_at >= HUMAN_OPENS_FROM
        human = np.where(has_split, counts["human_opens"], -1)
        columns = {
            "id": json_texts(table["campaign_id"].astype(str)),
            "campaign_title": json_texts(table["name"].astype(str)),
            "type": ['"regular"'] * len(table),
            "list_id": json_texts(table["list_id"].astype(str)),
            "subject_line": json_texts(table["subject"].astype(str)),
            "emails_sent": json_numbers(counts["emails_sent"]),
            "abuse_reports": json_numbers(counts["complaints"]),
            "unsubscribed": json_numbers(counts["unsubscribes"]),
            "send_time": _json_instants(self._sent_at),
            "bounces.hard_bounces": json_numbers(counts["hard"]),
            "bounces.soft_bounces": json_numbers(counts["soft"]),
            "bounces.syntax_errors": ["0"] * len(table),
            "opens": [_opens(*values) for values in zip(counts["unique_opens"].tolist(), human.tolist(), strict=True)],
            # Each person clicks two links here: counts per link are twice those per person.
            "clicks.clicks_total": json_numbers(2 * counts["clickers"]),
            "clicks.unique_clicks": json_numbers(2 * counts["clickers"]),
            "clicks.unique_subscriber_clicks": json_numbers(counts["clickers"]),
        }
        return Listed("reports", columns, self._sends(query))

    def sent_to(self, campaign_id: str) -> Listed:
        rows = self._of(campaign_id)
        return Listed(
            "sent_to",
            {
                "email_id": self._email_ids(rows),
                "email_address": self._addresses(rows),
                "status": json_texts(rows["status"].astype(str)),
                "campaign_id": [f'"{campaign_id}"'] * len(rows),
            },
            range(len(rows)),
        )

    def email_activity(self, campaign_id: str) -> Listed:
        """Opens of people and of machines alike; recipients without any come with an empty list."""
        rows = self._of(campaign_id)
        events = [
            [event for event in (human, machine, click) if event]
            for human, machine, click in zip(
                self._events(rows["opened_at"], "open", ""),
                self._events(rows["machine_opened_at"], "open", ""),
                self._events(rows["clicked_at"], "click", ',"url":"https://shop.example.com/"'),
                strict=True,
            )
        ]
        columns = {
            "campaign_id": [f'"{campaign_id}"'] * len(rows),
            "email_id": self._email_ids(rows),
            "email_address": self._addresses(rows),
            "activity": [f"[{','.join(found)}]" for found in events],
        }
        return Listed("emails", columns, range(len(rows)))

    def unsubscribed(self, campaign_id: str) -> Listed:
        rows = self._of(campaign_id)
        left = rows["unsubscribed_at"].to_numpy(dtype="datetime64[us]")
        columns = {
            "email_id": self._email_ids(rows),
            "email_address": self._addresses(rows),
            "timestamp": _json_instants(left),
            "reason": ['"None given"'] * len(rows),
            "campaign_id": [f'"{campaign_id}"'] * len(rows),
        }
        return Listed("unsubscribes", columns, np.flatnonzero(left <= self._now).tolist())

    def lists(self) -> Listed:
        of_list = [self._state[self._members["list_id"].astype(str).to_numpy() == name] for name in self._list_ids]
        first = self._members["joined_at"].min()
        columns = {
            "id": json_texts(self._list_ids),
            "name": json_texts([f"List {name}" for name in self._list_ids]),
            "date_created": [f'"{first:%Y-%m-%dT%H:%M:%S}+00:00"'] * len(self._list_ids),
            "stats.member_count": json_numbers([(state == 0).sum() for state in of_list]),
            "stats.unsubscribe_count": json_numbers([(state == 1).sum() for state in of_list]),
            "stats.cleaned_count": json_numbers([(state == 2).sum() for state in of_list]),
        }
        return Listed("lists", columns, range(len(self._list_ids)))

    def members(self, list_id: str, query: dict[str, str]) -> Listed:
        changed = self._changed_at
        kept = (self._members["list_id"] == list_id).to_numpy()
        if "since_last_changed" in query:
            kept = kept & (changed >= _plain(query["since_last_changed"]))
        if "before_last_changed" in query:
            kept = kept & (changed <= _plain(query["before_last_changed"]))
        places = np.flatnonzero(kept)
        if query.get("sort_field") == "last_changed":
            places = places[np.argsort(changed[places], kind="stable")]
        return Listed("members", self._member_columns, places.tolist())

    def growth_history(self, list_id: str) -> Listed:
        """Months up to now, the latest first: the stock at the month's end, and who left in it."""
        members = self._members[(self._members["list_id"] == list_id).to_numpy()]
        state = self._state[(self._members["list_id"] == list_id).to_numpy()]
        ended = self._changed_at[(self._members["list_id"] == list_id).to_numpy()]
        joined = members["joined_at"].to_numpy(dtype="datetime64[M]")
        left = np.where(state > 0, ended, NEVER).astype("datetime64[M]")
        months = np.arange(joined.min(), self._now.astype("datetime64[M]") + 1)[::-1]
        columns = {
            "list_id": [f'"{list_id}"'] * len(months),
            "month": [f'"{month}"' for month in months],
            "subscribed": json_numbers([((joined <= month) & ~(left <= month)).sum() for month in months]),
            "unsubscribed": json_numbers([((left == month) & (state == 1)).sum() for month in months]),
            "cleaned": json_numbers([((left == month) & (state == 2)).sum() for month in months]),
            "deleted": ["0"] * len(months),
        }
        return Listed("history", columns, range(len(months)))

    def _sends(self, query: dict[str, str]) -> list[int]:
        kept = np.ones(len(self._sent_at), dtype=bool)
        if "since_send_time" in query:
            kept &= self._sent_at > _plain(query["since_send_time"])
        if "before_send_time" in query:
            kept &= self._sent_at <= _plain(query["before_send_time"])
        return np.flatnonzero(kept).tolist()

    @cached_property
    def _counts(self) -> dict[str, npt.NDArray[np.int64]]:
        """Recipients by what they had done by now, per campaign."""
        rows = self._recipients
        place = pd.Index(self._ids).get_indexer(pd.Index(rows["campaign_id"].cat.categories.astype(str)))
        campaign = place[rows["campaign_id"].cat.codes.to_numpy()]
        is_shown = campaign >= 0
        status = rows["status"].astype(str).to_numpy()
        human, machine = self._happened("opened_at"), self._happened("machine_opened_at")
        flags = {
            "emails_sent": np.ones(len(rows), dtype=bool),
            "hard": status == "hard",
            "soft": status == "soft",
            "unique_opens": human | machine,
            "human_opens": human,
            "clickers": self._happened("clicked_at"),
            "unsubscribes": self._happened("unsubscribed_at"),
            "complaints": self._happened("complained_at"),
        }
        return {
            name: np.bincount(campaign[is_shown & flag], minlength=len(self._ids)).astype(np.int64)
            for name, flag in flags.items()
        }

    def _happened(self, column: str) -> npt.NDArray[np.bool_]:
        return self._recipients[column].to_numpy(dtype="datetime64[us]") <= self._now

    def _of(self, campaign_id: str) -> pd.DataFrame:
        return self._recipients[(self._recipients["campaign_id"] == campaign_id).to_numpy()]

    def _places(self, rows: pd.DataFrame) -> npt.NDArray[np.int64]:
        return self._member_index.get_indexer(pd.Index(rows["member_no"].astype(str))).astype(np.int64)

    def _email_ids(self, rows: pd.DataFrame) -> list[str]:
        return [self._member_columns["id"][place] for place in self._places(rows)]

    def _addresses(self, rows: pd.DataFrame) -> list[str]:
        return [self._member_columns["email_address"][place] for place in self._places(rows)]

    def _events(self, column: pd.Series, action: str, more: str) -> list[str]:
        times = known(column.to_numpy(dtype="datetime64[us]"), self._now)
        return [
            "" if text == '""' else f'{{"action":"{action}","timestamp":{text}{more},"ip":"192.0.2.10"}}'
            for text in _json_instants(times)
        ]

    @cached_property
    def _member_index(self) -> pd.Index:
        return pd.Index(self._members["member_no"].astype(str))

    @cached_property
    def _member_columns(self) -> Columns:
        emails = self._members["email"].astype(str)
        digests = [hashlib.md5(email.lower().encode()).hexdigest() for email in emails]  # noqa: S324 - the vendor's id
        return {
            "id": [f'"{digest}"' for digest in digests],
            "email_address": json_texts(emails),
            "unique_email_id": [f'"{digest[:10]}"' for digest in digests],
            "contact_id": [f'"{int(number):032x}"' for number in self._members["member_no"]],
            "full_name": ['""'] * len(emails),
            "status": np.array([f'"{word}"' for word in STATUS_WORDS], dtype=object)[self._state].tolist(),
            "timestamp_signup": ['""'] * len(emails),
            "timestamp_opt": _json_instants(self._members["joined_at"].to_numpy(dtype="datetime64[us]")),
            "last_changed": _json_instants(self._changed_at),
            "list_id": json_texts(self._members["list_id"].astype(str)),
        }

    @cached_property
    def _ends(self) -> tuple[npt.NDArray[np.int64], Instants]:
        """Status of each member (place in STATUS_WORDS) and its last change: joined, left, or bounced hard."""
        joined = self._members["joined_at"].to_numpy(dtype="datetime64[us]")
        left = known(self._members["left_at"].to_numpy(dtype="datetime64[us]"), self._now)
        state = np.where(np.isnat(left), 0, 1)
        changed = np.where(np.isnat(left), joined, left)
        bounced = self._recipients[(self._recipients["status"] == "hard").to_numpy()]
        campaign = pd.Index(self._ids).get_indexer(pd.Index(bounced["campaign_id"].astype(str)))
        member = self._places(bounced)
        is_shown = (campaign >= 0) & (member >= 0)
        state[member[is_shown]] = 2
        changed[member[is_shown]] = self._sent_at[campaign[is_shown]]
        return state.astype(np.int64), changed

    @property
    def _state(self) -> npt.NDArray[np.int64]:
        return self._ends[0]

    @property
    def _changed_at(self) -> Instants:
        return self._ends[1]


def _opens(unique: int, human: int) -> str:
    """Opens per person are not simulated beyond the first; `human` is negative where the vendor cannot tell."""
    told = f'{{"opens_total":{unique},"unique_opens":{unique}'
    if human >= 0:
        told += f',"proxy_excluded_opens":{human},"proxy_excluded_unique_opens":{human}'
    return told + "}"


def _covers(field: str, name: str) -> bool:
    return name == field or name.startswith(f"{field}.") or field.startswith(f"{name}.")


def _template(names: list[str]) -> str:
    """A JSON object with `%s` for each name; names with a dot lie in an object, side by side."""
    parts: dict[str, list[str]] = {}
    for name in names:
        parent, _, child = name.rpartition(".")
        parts.setdefault(parent or name, []).append(f'"{child}":%s' if parent else "")
    texts = [
        f'"{name}":{{{",".join(children)}}}' if children[0] else f'"{name}":%s' for name, children in parts.items()
    ]
    return "{" + ",".join(texts) + "}"


def _json_instants(values: Instants) -> list[str]:
    """`"2026-03-02T09:00:00+00:00"`; empty text for none."""
    texts = np.datetime_as_string(values.astype("datetime64[s]")).tolist()
    return ['""' if text == "NaT" else f'"{text}+00:00"' for text in texts]


def _plain(text: str) -> np.datetime64:
    # A + that a client left as it is arrives as a space.
    return plain_instant(datetime.fromisoformat(text.replace(" ", "+")))
