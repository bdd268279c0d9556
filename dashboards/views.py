"""What each page covers: how much past, which filters, which funnels."""

from collections.abc import Mapping
from dataclasses import dataclass

PERSONAS = ("executive", "manager", "specialist")
# One at a time; a KPI has a row only where its segment set exists.
FILTERS = ("channel", "country", "device")


@dataclass(frozen=True)
class Extent:
    """How many periods a trend shows, and among how many closed ones a reader may choose."""

    shown: int
    choices: int


EXTENTS: Mapping[str, Extent] = {
    "day": Extent(120, 31),
    "week": Extent(156, 26),
    "month": Extent(36, 24),
    "quarter": Extent(12, 8),
}
# Changes are split by week and by month (kpi_changes): a page of days explains the week, one of quarters the month.
EXPLAINED_BY: Mapping[str, str] = {"day": "week", "week": "week", "month": "month", "quarter": "month"}
LENGTH_DAYS: Mapping[str, int] = {"day": 1, "week": 7}
MONTHS_OF: Mapping[str, int] = {"month": 1, "quarter": 3}


@dataclass(frozen=True)
class Step:
    """One count of a funnel: a column of a KPI's published row. `name` is a key of the pages' words."""

    name: str
    kpi_id: str
    part: str = "numerator"


@dataclass(frozen=True)
class Funnel:
    """Steps in their order. `worth`: the KPI whose value is the money in one more of the last step, if known."""

    name: str
    steps: tuple[Step, ...]
    worth: str | None = None


SHOP = Funnel(
    "shop",
    (
        Step("sessions", "web_sessions"),
        Step("engaged_sessions", "engagement_rate"),
        Step("purchases", "cvr_session_purchase"),
    ),
    worth="aov_net",
)
LEADS = Funnel("leads", (Step("leads", "leads"), Step("mqls", "mql")))
ADS = Funnel("ads", (Step("impressions", "impressions_paid"), Step("clicks", "clicks"), Step("orders", "cvr_campaign")))
FUNNELS: Mapping[str, tuple[Funnel, ...]] = {
    "executive": (SHOP,),
    "manager": (SHOP, LEADS),
    "specialist": (ADS,),
}
