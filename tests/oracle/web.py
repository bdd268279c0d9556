"""Web sessions, landing pages and web people."""

import numpy as np
import pandas as pd

from tests.oracle.channels import campaign_label
from tests.oracle.facts import Additive, Distinct, Fact
from tests.oracle.periods import period_start
from tests.oracle.state import Truth

PAGES_KEPT = 50  # per quarter, README.md
OTHER = "(other)"
COLUMNS = (
    *("person_id", "date", "processed_at", "country", "device", "channel", "source", "medium", "campaign"),
    *(
        "landing_page",
        "page_views",
        "engaged_seconds",
        "is_engaged",
        "is_new_user",
        "key_purchase",
        "key_form",
        "key_newsletter",
    ),
)


class Visitors(Distinct):
    """Web people; rows of a dimension with fewer users than the vendor's threshold are withheld, report by report."""

    def __init__(self, rows: pd.DataFrame, dims: tuple[str, ...], flags: dict[str, str | None], threshold: int) -> None:
        super().__init__(rows, dims, flags)
        self.threshold = threshold

    def cells(self, grain: str, segment_set: str) -> pd.DataFrame | None:
        cells = super().cells(grain, segment_set)
        if cells is None or segment_set == "total" or not self.threshold:
            return cells
        is_told = cells["users"] >= self.threshold
        everybody = {name: cells[name].where(is_told) for name in ("users", "active_users", "new_users")}
        return cells.assign(**everybody, users_any=cells["users_any"].where(cells["users_any"] >= self.threshold))


def facts(truth: Truth) -> list[Fact]:
    rows = truth.table("sessions", COLUMNS)
    rows = rows[truth.happened(rows["processed_at"]) & (rows["date"] <= truth.until)].reset_index(drop=True)
    rows["campaign"] = campaign_label(rows["campaign"]).astype("category")
    rows["source_medium"] = _source_medium(rows)
    is_any = rows["key_purchase"] | rows["key_form"] | rows["key_newsletter"]
    rows["is_any"] = is_any
    rows["landing_page"] = _reported_pages(rows, truth.losses.landing_pages_kept)
    return [_sessions(rows), _entries(rows, truth.calendar.quarter), _people(rows, truth.losses.user_threshold)]


def _source_medium(rows: pd.DataFrame) -> pd.Series:
    """`source / medium`, made once per pair."""
    pairs = rows.groupby(["source", "medium"], observed=True, sort=False)
    names = np.array([f"{source} / {medium}" for source, medium in pairs.size().index], dtype=object)
    return pd.Series(names[pairs.ngroup().to_numpy()], index=rows.index).astype("category")


def _count(flags: pd.Series) -> pd.Series:
    """1 where true and null elsewhere: a report filtered on an action has no row where it did not happen."""
    return flags.astype(float).where(flags.astype(bool))


def _sessions(rows: pd.DataFrame) -> Fact:
    counted = rows.assign(
        sessions=1.0,
        engaged_sessions=rows["is_engaged"].astype(float),
        sessions_direct=_count(rows["channel"].astype(object) == "direct"),
        page_views_timed=rows["page_views"],  # the vendor tells the engagement of all of them
        sessions_any=_count(rows["is_any"]),
        sessions_purchase=_count(rows["key_purchase"]),
        sessions_form=_count(rows["key_form"]),
        sessions_newsletter=_count(rows["key_newsletter"]),
    )
    measures = (
        *("sessions", "engaged_sessions", "page_views", "sessions_direct", "engaged_seconds", "page_views_timed"),
        *("sessions_any", "sessions_purchase", "sessions_form", "sessions_newsletter"),
    )
    return Additive(counted, ("channel", "country", "device", "source_medium", "campaign"), measures)


def _entries(rows: pd.DataFrame, quarter: str) -> Fact:
    counted = pd.DataFrame(
        {
            "date": rows["date"],
            "channel": rows["channel"],
            "landing_page": _largest(period_start(quarter, rows["date"]), rows["landing_page"], PAGES_KEPT),
            "entries": 1.0,
            "engaged_entries": rows["is_engaged"].astype(float),
            "entries_any": _count(rows["is_any"]),
        }
    )
    return Additive(counted, ("channel", "landing_page"), ("entries", "engaged_entries", "entries_any"))


def _reported_pages(rows: pd.DataFrame, kept: int | None) -> pd.Series:
    """The page as the vendor reports it: beyond the `kept` largest of a day it is `(other)`."""
    return rows["landing_page"] if kept is None else _largest(rows["date"], rows["landing_page"], kept)


def _largest(periods: pd.Series, pages: pd.Series, kept: int) -> pd.Series:
    """The page if it is among those with most sessions of its period (ties by path), else `(other)`."""
    frame = pd.DataFrame({"period": periods, "page": pages.astype("category")})
    counts = frame[pages != OTHER].groupby(["period", "page"], observed=True).size().rename("entries").reset_index()
    counts["page"] = counts["page"].astype(object)  # categories have an order of their own
    counts = counts.sort_values(["period", "entries", "page"], ascending=[True, False, True])
    counts["rank"] = counts.groupby("period").cumcount()
    ranked = frame.merge(counts, on=["period", "page"], how="left")
    kept_page = ranked["page"].astype(object).where(ranked["rank"] < kept, OTHER)
    return pd.Series(kept_page.to_numpy(), index=pages.index).astype("category")


def _people(rows: pd.DataFrame, threshold: int) -> Fact:
    people = pd.DataFrame(
        {
            "date": rows["date"],
            "person": pd.factorize(rows["person_id"])[0],
            "channel": rows["channel"],
            "country": rows["country"],
            "device": rows["device"],
            "is_active": rows["is_engaged"] | rows["is_new_user"],
            "is_new": rows["is_new_user"].astype(bool),
            "is_any": rows["is_any"],
        }
    )
    flags = {"users": None, "active_users": "is_active", "new_users": "is_new", "users_any": "is_any"}
    return Visitors(people, ("channel", "country", "device"), flags, threshold)
