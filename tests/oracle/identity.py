"""Who is the same person (catalogue rule G18), and CRM contacts after their merges."""

from functools import lru_cache

import pandas as pd

from tests.oracle.state import Truth

# Shared mailboxes belong to a firm.
ROLE_NAMES = frozenset(
    {
        *("abuse", "accounting", "admin", "billing", "contact", "ekonomi", "faktura", "hej", "hello", "help", "info"),
        *("invoice", "it", "jobs", "kontakt", "kundtjanst", "marketing", "no-reply", "noreply", "office", "order"),
        *("postmaster", "press", "reception", "root", "sales", "salg", "shop", "support", "team", "webmaster"),
    }
)
LIVE_CONTACTS_LINKED_AT_MOST = 2


@lru_cache(maxsize=1)
def winners(truth: Truth) -> pd.DataFrame:
    """Contacts as of now: one row per winner, with the creation instant and the original source of its earliest member.

    Index: winner's `contact_id`. Deleted contacts and tests are gone, archived ones are here.
    """
    contacts = truth.table("contacts")
    contacts = contacts[truth.happened(contacts["created_at"]) & ~truth.happened(contacts["deleted_at"])]
    winner = contacts["contact_id"].map(winner_of(truth))
    earliest = contacts.assign(winner=winner).sort_values(["created_at", "contact_id"]).drop_duplicates("winner")
    kept = contacts[(contacts["contact_id"] == winner) & ~contacts["is_test"].astype(bool)].set_index("contact_id")
    first = earliest.set_index("winner")[["created_at", "original_source", "original_campaign"]]
    return kept.drop(columns=list(first.columns)).join(first, how="left")


@lru_cache(maxsize=1)
def winner_of(truth: Truth) -> dict[str, str]:
    """Contact → the contact it is today, itself if it was never merged."""
    contacts = truth.table("contacts")
    is_merged = truth.happened(contacts["merged_at"]) & (contacts["merged_into"].fillna("") != "")
    merged = contacts[is_merged]
    into = dict(zip(merged["contact_id"], merged["merged_into"], strict=True))

    def root(contact: str) -> str:
        while contact in into:
            contact = into[contact]
        return contact

    return {contact: root(contact) for contact in contacts["contact_id"]}


@lru_cache(maxsize=1)
def people(truth: Truth) -> dict[tuple[str, str], str]:
    """Person key of each member `(kind, member id)`; kinds are `customer`, `contact` and `member`.

    A member has one address, so people connected by addresses are those with the same address.
    """
    customers = truth.table("customers")
    customers = customers[truth.happened(customers["created_at"])]
    contacts = winners(truth)
    mail = truth.table("mail_members")
    mail = mail[truth.happened(mail["joined_at"])]
    members = pd.concat(
        [
            pd.DataFrame({"kind": "customer", "id": customers["customer_id"].astype(str), "email": customers["email"]}),
            pd.DataFrame({"kind": "contact", "id": contacts.index.astype(str), "email": contacts["email"].to_numpy()}),
            pd.DataFrame({"kind": "member", "id": mail["member_no"].astype(str), "email": mail["email"]}),
        ],
        ignore_index=True,
    )
    address = members["email"].astype(object).fillna("").str.strip().str.lower()
    role = address.str.replace("[+@].*", "", regex=True).isin(ROLE_NAMES)
    live_contacts = (members["kind"] == "contact").groupby(address).transform("sum")
    joins = (address != "") & ~role & (live_contacts <= LIVE_CONTACTS_LINKED_AT_MOST)
    person = address.where(joins, members["kind"] + ":" + members["id"])
    return dict(zip(zip(members["kind"], members["id"], strict=True), person, strict=True))


def person_of(truth: Truth, kind: str, ids: pd.Series) -> pd.Series:
    """Person key per id; null where the id is empty or not known."""
    known = people(truth)
    return pd.Series([known.get((kind, member)) for member in ids], index=ids.index, dtype=object)
