"""Leads and sign-ups that became customers, and what e-mail brought in."""

import pandas as pd

from tests.oracle.catalogue import UNKNOWN
from tests.oracle.customers import became_customers, first_orders
from tests.oracle.facts import Fact, Mature
from tests.oracle.identity import person_of, winners
from tests.oracle.leads import DIMS, all_leads
from tests.oracle.orders import counted
from tests.oracle.periods import company_day
from tests.oracle.state import Truth

LEAD_AGE, SIGNUP_AGE, SEND_AGE = 180, 30, 7


def facts(truth: Truth) -> list[Fact]:
    return [_won_leads(truth), _signups(truth), _converting_sends(truth)]


def _won_leads(truth: Truth) -> Fact:
    leads = all_leads(truth)
    rows = leads.reset_index(drop=True).assign(
        date=company_day(leads["lead_at"]).to_numpy(),
        person=person_of(truth, "contact", pd.Series(leads.index)).to_numpy(),
    )
    wait = _days_until(rows, became_customers(truth))
    rows = rows.assign(leads_180=1.0, leads_won_180=wait.between(0, LEAD_AGE).astype(float))
    return Mature(rows[rows["date"] <= truth.until], DIMS, ("leads_180", "leads_won_180"), LEAD_AGE, truth.until)


def _signups(truth: Truth) -> Fact:
    """People on the day they first gave an address as a contact or a mail member, if they had not bought before."""
    contacts, mail = winners(truth), truth.table("mail_members")
    mail = mail[truth.happened(mail["joined_at"])]
    country = contacts["country"].astype(object).fillna("").replace("", UNKNOWN)
    given = pd.concat(
        [
            pd.DataFrame(
                {
                    "person": person_of(truth, "contact", pd.Series(contacts.index)),
                    "at": contacts["created_at"].to_numpy(),
                    "country": country.to_numpy(),
                }
            ),
            pd.DataFrame(
                {"person": person_of(truth, "member", mail["member_no"]), "at": mail["joined_at"], "country": UNKNOWN}
            ),
        ]
    )
    people = given.groupby("person").agg(at=("at", "min"), country=("country", "min")).reset_index()
    people["date"] = company_day(people["at"])
    wait = _days_until(people, first_orders(truth))
    is_new = wait.isna() | (wait >= 0)
    # Purchases before the first known order are not known: nobody signs up before it.
    is_known = people["date"] >= counted(truth)["date"].min()
    people = people.assign(signups_30=1.0, activated_30=(wait <= SIGNUP_AGE).astype(float))
    kept = people[is_new & is_known & (people["date"] <= truth.until)]
    return Mature(kept, ("country",), ("signups_30", "activated_30"), SIGNUP_AGE, truth.until)


def _days_until(rows: pd.DataFrame, events: pd.DataFrame) -> pd.Series:
    """Days from each row's day to the one event of its person; null without any."""
    found = rows[["person", "date"]].merge(events[["person", "date"]], on="person", how="left", suffixes=("", "_then"))
    return (found["date_then"] - found["date"]).dt.days


def _converting_sends(truth: Truth) -> Fact:
    """Recipients of a send, and who bought within 7 days with the send as the campaign of the order."""
    sends = truth.table("mail_campaigns").astype({"campaign_id": object, "name": object})
    sends = sends[truth.happened(sends["sent_at"])]
    delivered = truth.table("mail_recipients").astype({"campaign_id": object})
    delivered = delivered[delivered["status"] == "sent"].groupby("campaign_id").size()
    orders = counted(truth)
    orders = orders[orders["channel"] == "email"].merge(sends, left_on="campaign", right_on="name")
    wait = orders["created_at"] - orders["sent_at"]
    orders = orders[(wait >= pd.Timedelta(0)) & (wait <= pd.Timedelta(days=SEND_AGE))]
    buyers = orders["person"].fillna(orders["order_id"]).groupby(orders["campaign_id"]).nunique()
    rows = pd.DataFrame(
        {
            "date": company_day(sends["sent_at"]),
            "platform": "mailchimp",
            "campaign": sends["name"],
            "mails_delivered_7": sends["campaign_id"].map(delivered).fillna(0).astype(float),
            "converters_7": sends["campaign_id"].map(buyers).fillna(0).astype(float),
        }
    )
    measures = ("mails_delivered_7", "converters_7")
    return Mature(rows[rows["date"] <= truth.until], ("platform", "campaign"), measures, SEND_AGE, truth.until)
