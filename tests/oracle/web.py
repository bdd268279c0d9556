"""Web sessions, landing pages and web people."""

import pandas as pd

from tests.oracle.catalogue import UNKNOWN
from tests.oracle.channels import campaign_label
from tests.oracle.facts import Additive, Distinct, Fact
from tests.oracle.periods import period_start
from tests.oracle.state import Truth

PAGES_KEPT = 50  # per quarter, README.md
OTHER = "(other)"


def facts(truth: Truth) -> list[Fact]:
    rows = truth.table("sessions")
    rows = rows[truth.happened(rows["processed_at"]) & (rows["date"] <= truth.until)].reset_index(drop=True)
    rows["campaign"] = campaign_label(rows["campaign"])
    rows["source_medium"] = rows["source"].astype(object) + " / " + rows["medium"].astype(object)
    is_any = rows["key_purchase"] | rows["key_form"] | rows["key_newsletter"]
    rows["is_any"] = is_any
    return [_sessions(rows), _entries(rows), _people(rows)]


def _count(flags: pd.Series) -> pd.Series:
    """1 where true and null elsewhere: a report filtered on an action has no row where it did not happen."""
    return flags.astype(float).where(flags.astype(bool))


def _sessions(rows: pd.DataFrame) -> Fact:
    counted = rows.assign(
        sessions=1.0,
        engaged_sessions=rows["is_engaged"].astype(float),
        sessions_any=_count(rows["is_any"]),
        sessions_form=_count(rows["key_form"]),
        sessions_newsletter=_count(rows["key_newsletter"]),
    )
    measures = (
        "sessions",
        "engaged_sessions",
        "page_views",
        "sessions_any",
        "sessions_form",
        "sessions_newsletter",
    )
    return Additive(counted, ("channel", "country", "device", "source_medium", "campaign"), measures)


def _entries(rows: pd.DataFrame) -> Fact:
    counted = pd.DataFrame(
        {
            "date": rows["date"],
            "channel": rows["channel"],
            "landing_page": _top_pages(rows),
            "entries": 1.0,
            "engaged_entries": rows["is_engaged"].astype(float),
            "entries_any": _count(rows["is_any"]),
        }
    )
    return Additive(counted, ("channel", "landing_page"), ("entries", "engaged_entries", "entries_any"))


def _top_pages(rows: pd.DataFrame) -> pd.Series:
    """The landing page if it is among the top of its day's quarter, else `(other)`."""
    page = rows["landing_page"].astype(object).fillna(UNKNOWN)
    frame = pd.DataFrame({"quarter": period_start("quarter", rows["date"]), "page": page})
    counts = frame.groupby(["quarter", "page"]).size().rename("entries").reset_index()
    counts = counts.sort_values(["quarter", "entries", "page"], ascending=[True, False, True])
    counts["rank"] = counts.groupby("quarter").cumcount()
    ranked = frame.merge(counts, on=["quarter", "page"], how="left")
    return pd.Series(ranked["page"].where(ranked["rank"] < PAGES_KEPT, OTHER).to_numpy(), index=rows.index)


def _people(rows: pd.DataFrame) -> Fact:
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
    return Distinct(people, ("channel", "country", "device"), flags)
