"""Contacts, companies and deals of the truth as CRM records, as of one instant.

Merged, archived and deleted contacts as `sandbox/README.md` says. All property values are texts or null.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from sandbox.vendors.encode import instants, json_ids, json_texts, known, plain_instant, positions
from sandbox.world.model import World

Instants = npt.NDArray[np.datetime64]
NEVER = np.datetime64("NaT", "us")
# Sources whose first detail is a network, and the campaign the second; else the first is the campaign.
_SOCIAL = ("PAID_SOCIAL", "SOCIAL_MEDIA")


class Records:
    """Records of one kind by ascending id, columns as JSON texts."""

    def __init__(
        self,
        ids: pd.Series,
        properties: Mapping[str, Sequence[str]],
        created: Instants,
        modified: Instants,
        archived: Instants | None = None,
        history: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.numbers = ids.astype("int64").to_numpy()
        self.modified = modified.astype("datetime64[ms]").astype(np.int64)
        self._ids = json_ids("", ids)
        self._created, self._modified = stamps(created), stamps(modified)
        self._archived = stamps(archived) if archived is not None else ["null"] * len(ids)
        is_archived = np.array([text != "null" for text in self._archived], dtype=bool)
        self.live, self.archived = np.flatnonzero(~is_archived), np.flatnonzero(is_archived)
        self._properties = {"hs_object_id": self._ids, "createdate": self._created, **properties}
        self._history = history or {}
        self.row_of = {str(number): row for row, number in enumerate(self.numbers.tolist())}

    def render(self, rows: Sequence[int], properties: Sequence[str], history: Sequence[str] = ()) -> list[str]:
        """JSON of records with the asked properties; names that the account does not have are left out."""
        asked = [
            name for name in dict.fromkeys(["createdate", "hs_object_id", *properties]) if name in self._properties
        ]
        columns = [self._properties[name] for name in asked]
        pasts = [name for name in history if name in self._history]
        template = "{" + ",".join(f'"{name}":%s' for name in asked) + "}"
        past_template = "{" + ",".join(f'"{name}":%s' for name in pasts) + "}"
        found: list[str] = []
        for row in rows:
            told = template % tuple(column[row] for column in columns)
            archived = self._archived[row]
            text = (
                f'{{"id":{self._ids[row]},"properties":{told},"createdAt":{self._created[row]},'
                f'"updatedAt":{self._modified[row]},"archived":{"false" if archived == "null" else "true"}'
            )
            if archived != "null":
                text += f',"archivedAt":{archived}'
            if pasts:
                past = past_template % tuple(self._history[name][row] for name in pasts)
                text += f',"propertiesWithHistory":{past}'
            found.append(text + "}")
        return found


def stamps(values: Instants) -> list[str]:
    """Instants as the vendor writes them: every third without milliseconds; null for none."""
    texts = np.datetime_as_string(values.astype("datetime64[s]")).tolist()
    return [
        "null" if text == "NaT" else f'"{text}Z"' if place % 3 == 2 else f'"{text}.000Z"'
        for place, text in enumerate(texts)
    ]


class Crm:
    """The account's records as of an instant."""

    def __init__(self, world: World, as_of: datetime) -> None:
        self._tables = world.tables
        self._now = plain_instant(as_of)

    @cached_property
    def contacts(self) -> Records:
        table = self._tables["contacts"]
        created, merged, archived, deleted, latest_at = (
            instants(table[name])
            for name in ("created_at", "merged_at", "archived_at", "deleted_at", "latest_source_at")
        )
        merged, archived = known(merged, self._now), known(archived, self._now)
        is_there = (created <= self._now) & ~(deleted <= self._now)
        is_lost = ~np.isnat(merged)
        place = np.arange(len(table))
        winner = np.where(is_lost, positions(table["contact_id"], table["merged_into"]), place)
        # The record that a merge left bears the day and the source of the earlier of the two.
        earliest = place.copy()
        for row in np.flatnonzero(is_lost):
            best = earliest[winner[row]]
            if (created[row], row) < (created[best], best):
                earliest[winner[row]] = row
        losers = table["contact_id"].astype(str)[is_lost].groupby(winner[is_lost]).agg(";".join)
        merged_ids = losers.reindex(place).fillna("").to_numpy()
        values, last_entry, past = self._past("contact_stages", "contact_id", table["contact_id"], winner)
        is_latest_known = latest_at <= self._now
        own = table.reset_index(drop=True)
        first = own.iloc[earliest].reset_index(drop=True)
        original = first["original_source"].astype(str), first["original_campaign"].astype(str)
        latest = (
            own["latest_source"].astype(str).where(is_latest_known, own["original_source"].astype(str)),
            own["latest_campaign"].astype(str).where(is_latest_known, own["original_campaign"].astype(str)),
        )
        since = np.where(is_latest_known, latest_at, created)
        newest_merge = np.full(len(table), NEVER)
        np.fmax.at(newest_merge, winner[is_lost], merged[is_lost])
        born = created[earliest]
        modified = np.fmax.reduce([created, last_entry, known(latest_at, self._now), newest_merge, archived])
        properties = {
            "createdate": born,
            "lastmodifieddate": modified,
            "hs_latest_source_timestamp": since,
        }
        texts = {
            "email": own["email"],
            "phone": own["phone"],
            "hs_country_region_code": own["country"].astype(str),
            "lifecyclestage": pd.Series(values),
            "hs_analytics_source": original[0],
            **dict(zip(("hs_analytics_source_data_1", "hs_analytics_source_data_2"), _details(*original), strict=True)),
            "hs_latest_source": latest[0],
            **dict(zip(("hs_latest_source_data_1", "hs_latest_source_data_2"), _details(*latest), strict=True)),
            "hs_merged_object_ids": pd.Series(merged_ids),
            "is_test": own["is_test"].map({True: "true", False: ""}),
        }
        kept = np.flatnonzero(is_there & ~is_lost)
        return Records(
            own["contact_id"].iloc[kept],
            {name: stamps(column[kept]) for name, column in properties.items()}
            | {name: json_texts(column.iloc[kept], "") for name, column in texts.items()},
            born[kept],
            modified[kept],
            archived[kept],
            {"lifecyclestage": [past[row] for row in kept]},
        )

    @cached_property
    def companies(self) -> Records:
        table = self._tables["companies"]
        created = instants(table["created_at"])
        table, created = table[created <= self._now].reset_index(drop=True), created[created <= self._now]
        properties = {
            "hs_lastmodifieddate": stamps(created),
            "name": json_texts(table["name"]),
            "hs_country_code": json_texts(table["country"].astype(str)),
        }
        return Records(table["company_id"], properties, created, created)

    @cached_property
    def _deals(self) -> pd.DataFrame:
        table = self._tables["deals"]
        return table[instants(table["created_at"]) <= self._now].reset_index(drop=True)

    @cached_property
    def deals(self) -> Records:
        table = self._deals
        created, closed = instants(table["created_at"]), known(instants(table["closed_at"]), self._now)
        stages, last_entry, past = self._past("deal_stages", "deal_id", table["deal_id"], np.arange(len(table)))
        is_closed = ~np.isnat(closed)
        is_won = is_closed & table["is_won"].to_numpy(dtype=bool)
        modified = np.fmax.reduce([created, last_entry, closed])
        # An open deal bears the day on which it is expected to close.
        expected = np.where(is_closed, closed, created + np.timedelta64(45, "D"))
        cents = table["amount_micros"] // 10_000
        properties = {
            "hs_lastmodifieddate": stamps(modified),
            "closedate": stamps(expected),
            "pipeline": json_texts(table["pipeline"].astype(str)),
            "dealstage": json_texts(pd.Series(stages)),
            "amount": json_texts((cents // 100).astype(str) + "." + (cents % 100).astype(str).str.zfill(2)),
            "deal_currency_code": json_texts(table["currency"].astype(str)),
            "hs_is_closed": ['"true"' if closed else '"false"' for closed in is_closed],
            "hs_is_closed_won": ['"true"' if won else '"false"' for won in is_won],
        }
        return Records(table["deal_id"], properties, created, modified, None, {"dealstage": past})

    @cached_property
    def associated(self) -> dict[str, dict[str, str]]:
        """By kind of record the id of the one that belongs to a deal, by deal."""
        found: dict[str, dict[str, str]] = {}
        for kind, column in (("contacts", "contact_id"), ("companies", "company_id")):
            pairs = zip(self._deals["deal_id"].astype(str), self._deals[column].astype(str), strict=True)
            found[kind] = {deal: other for deal, other in pairs if other}
        return found

    def _past(
        self, name: str, key: str, ids: pd.Series, owner_of: npt.NDArray[np.int64]
    ) -> tuple[list[str], Instants, list[str]]:
        """Per record its present value, the instant of the last entry, and the past as JSON, newest first."""
        table = self._tables[name]
        at = instants(table["entered_at"])
        place = positions(ids, table[key])
        rows = np.flatnonzero((at <= self._now) & (place >= 0))
        owners, at, values = owner_of[place[rows]], at[rows], table["stage"].astype(str).to_numpy()[rows]
        order = np.lexsort((-at.astype(np.int64), owners))
        owners, at, values = owners[order], at[order], values[order]
        entries = [
            f'{{"value":"{value}","timestamp":{stamp},"sourceType":"AUTOMATION_PLATFORM"}}'
            for value, stamp in zip(values, stamps(at), strict=True)
        ]
        count = len(ids)
        starts, ends = np.searchsorted(owners, np.arange(count)), np.searchsorted(owners, np.arange(count), "right")
        last = np.full(count, NEVER)
        has = starts < ends
        last[has] = at[starts[has]]
        present = [str(values[start]) if start < end else "" for start, end in zip(starts, ends, strict=True)]
        past = ["[" + ",".join(entries[start:end]) + "]" for start, end in zip(starts, ends, strict=True)]
        return present, last, past


def _details(source: "pd.Series[str]", campaign: "pd.Series[str]") -> tuple["pd.Series[str]", "pd.Series[str]"]:
    """The two details of a source: the campaign lies in the second where the first names the network."""
    is_social = source.isin(_SOCIAL)
    return campaign.where(~is_social, "Facebook"), campaign.where(is_social, "")
