"""Leads and MQLs from the CRM's stage history."""

from functools import lru_cache

import pandas as pd

from tests.oracle.catalogue import UNKNOWN
from tests.oracle.channels import by_distinct, campaign_channels, campaign_label, contact_channel
from tests.oracle.facts import Additive, Fact, Mature
from tests.oracle.identity import winner_of, winners
from tests.oracle.periods import company_day
from tests.oracle.state import Truth

STAGES = ("lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer")
MQL = STAGES[1]
QUALIFIED_LATER = STAGES[2:]
DIMS = ("channel", "campaign", "country")
MQL_AGE = 30


def facts(truth: Truth) -> list[Fact]:
    leads = all_leads(truth)
    qualified = leads[leads["mql_at"].notna()].assign(mql=1.0)
    return [
        Additive(_until(truth, leads, "lead_at"), DIMS, ("leads",)),
        Mature(_until(truth, leads, "lead_at"), DIMS, ("leads_30", "leads_mql_30"), MQL_AGE, truth.until),
        Additive(_until(truth, qualified, "mql_at"), DIMS, ("mql",)),
    ]


@lru_cache(maxsize=1)
def all_leads(truth: Truth) -> pd.DataFrame:
    """One row per lead (index: contact): `lead_at`, `mql_at`, dimensions, `leads`, `leads_30`, `leads_mql_30`."""
    contacts = winners(truth)
    stages = truth.table("contact_stages")
    stages = stages[truth.happened(stages["entered_at"])]
    stages = stages.assign(contact=stages["contact_id"].map(winner_of(truth)), stage=stages["stage"].astype(object))

    def first(*names: str) -> pd.Series:
        entered = stages[stages["stage"].isin(names)].groupby("contact")["entered_at"].min()
        return entered.reindex(contacts.index)

    has_history = contacts.index.isin(stages["contact"])
    lead_at = first(*STAGES).where(has_history, contacts["created_at"])
    mql_at = first(MQL).fillna(first(*QUALIFIED_LATER))
    leads = contacts.assign(lead_at=lead_at, mql_at=mql_at)[lead_at.notna()]
    leads = leads.assign(**attribution(truth, leads, leads["lead_at"]))
    leads["country"] = leads["country"].astype(object).fillna("").replace("", UNKNOWN)
    leads["leads"] = leads["leads_30"] = 1.0
    leads["leads_mql_30"] = (leads["mql_at"] - leads["lead_at"] <= pd.Timedelta(days=MQL_AGE)).astype(float)
    return leads


def attribution(truth: Truth, contacts: pd.DataFrame, instants: pd.Series) -> dict[str, pd.Series]:
    """`channel` and `campaign` of contacts at an instant: the latest source if known by then, else the original."""
    is_latest = contacts["latest_source_at"] <= instants
    source = contacts["latest_source"].astype(object).where(is_latest, contacts["original_source"].astype(object))
    campaign = contacts["latest_campaign"].astype(object).where(is_latest, contacts["original_campaign"].astype(object))
    channel = by_distinct(contact_channel, (source, campaign), campaign_channels(truth))
    return {"channel": channel, "campaign": campaign_label(campaign)}


def _until(truth: Truth, rows: pd.DataFrame, instant: str) -> pd.DataFrame:
    dated = rows.assign(date=company_day(rows[instant]))
    return dated[dated["date"] <= truth.until].reset_index(drop=True)
