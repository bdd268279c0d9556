"""The table of README.md as data: which KPI at which grains and segment sets, from which measures."""

from dataclasses import dataclass, field

ALL = "(all)"
UNKNOWN = "unknown"
CURRENCY = "SEK"
FIRST_PARTY = "first_party:last_non_direct"
DIMENSIONS = (
    "platform",
    "channel",
    "source_medium",
    "campaign",
    "country",
    "device",
    "landing_page",
    "customer_type",
)
SEGMENT_SETS: dict[str, tuple[str, ...]] = {
    "total": (),
    **{name: (name,) for name in DIMENSIONS},
    "channel_x_device": ("channel", "device"),
    "channel_x_country": ("channel", "country"),
    "landing_page_x_channel": ("landing_page", "channel"),
}
DENSE_SETS = ("total", "channel")
# A measure of this name without it, in the period that a period is compared with a year before.
YEAR_AGO = "_year_ago"
ACTIONS = ("purchase", "form", "newsletter")

DAILY = ("day", "week", "month", "quarter")
WEEKLY = DAILY[1:]
MONTHLY = DAILY[2:]

WEB = ("total", "channel", "country", "device", "source_medium", "campaign", "channel_x_device", "channel_x_country")
DIRECT = ("total", "country", "device")
LANDING = ("total", "landing_page", "channel", "landing_page_x_channel")
VISITORS = ("total", "channel", "country", "device")
ADS = ("total", "platform", "channel", "campaign", "country", "device")
VIDEO = ("total", "platform", "channel", "campaign", "device")
CLAIMS = ("platform", "campaign")
MAIL = ("total", "platform", "campaign")
LEADS = ("total", "channel", "campaign", "country")
ROAS = ("total", "channel", "campaign", "platform")
SALES = ("total", "channel", "campaign", "country", "device", "customer_type")
BUYERS = ("total", "channel", "country", "customer_type")
SEARCH = ("total", "platform", "country", "device")
ANSWERS = ("total", "platform", "country", "customer_type")


@dataclass(frozen=True)
class Kpi:
    """`num` and `den`: measure → weight; no `den` = a count or an amount. `basis` by README: none, A, F or P."""

    kpi_id: str
    grains: tuple[str, ...]
    sets: tuple[str, ...]
    num: dict[str, float]
    den: dict[str, float] = field(default_factory=dict)
    basis: str = "none"
    is_money: bool = False
    is_about_paid: bool = False  # rows of a channel are those of paid channels
    is_output: bool = False  # of a model: null, not 0, where it says nothing

    @property
    def measures(self) -> tuple[str, ...]:
        return (*self.num, *self.den)

    @property
    def counted_measures(self) -> set[str]:
        """Those that facts hold."""
        return {name.removesuffix(YEAR_AGO) for name in self.measures}

    def attribution_basis(self, segment_set: str) -> str:
        names_channel = {"channel", "campaign"} & set(SEGMENT_SETS[segment_set])
        if self.basis == "F" or (self.basis == "A" and names_channel):
            return FIRST_PARTY
        return "platform" if self.basis == "P" else "none"

    @property
    def date_basis(self) -> str:
        return "click" if self.basis == "P" else "none"


def _one(*measures: str) -> dict[str, float]:
    return dict.fromkeys(measures, 1.0)


def _year_ago(measures: dict[str, float], sign: float = 1.0) -> dict[str, float]:
    return {f"{name}{YEAR_AGO}": sign * weight for name, weight in measures.items()}


def _web() -> list[Kpi]:
    sessions = _one("sessions")
    return [
        Kpi("web_sessions", DAILY, WEB, sessions),
        Kpi("page_views", DAILY, WEB, _one("page_views")),
        Kpi("sessions_by_channel", DAILY, ("channel", "channel_x_device", "channel_x_country"), sessions),
        Kpi("channel_share", WEEKLY, ("channel",), sessions, _one("sessions_of_all_channels")),
        Kpi("pages_per_session", WEEKLY, WEB, _one("page_views"), sessions),
        Kpi("engagement_rate", WEEKLY, WEB, _one("engaged_sessions"), sessions),
        Kpi("bounce_rate", WEEKLY, WEB, {"sessions": 1, "engaged_sessions": -1}, sessions),
        Kpi("cvr_session", WEEKLY, WEB, _one("sessions_any"), sessions),
        *[Kpi(f"cvr_session_{name}", WEEKLY, WEB, _one(f"sessions_{name}"), sessions) for name in ACTIONS],
        Kpi("conversions_form", DAILY, WEB, _one("sessions_form")),
        Kpi("conversions_newsletter", DAILY, WEB, _one("sessions_newsletter")),
        Kpi("direct_sessions", WEEKLY, DIRECT, _one("sessions_direct")),
        Kpi("engagement_time_page", WEEKLY, WEB, _one("engaged_seconds"), _one("page_views_timed")),
        Kpi("engagement_time_session", WEEKLY, WEB, _one("engaged_seconds"), sessions),
        *[Kpi(f"key_event_rate_{name}", WEEKLY, WEB, _one(f"sessions_{name}"), sessions) for name in ACTIONS],
        Kpi("landing_bounce_rate", WEEKLY, LANDING, {"entries": 1, "engaged_entries": -1}, _one("entries")),
        Kpi("cvr_landing", WEEKLY, LANDING, _one("entries_any"), _one("entries")),
        Kpi("web_users", DAILY, VISITORS, _one("users")),
        Kpi("web_users_active", DAILY, VISITORS, _one("active_users")),
        Kpi("new_user_share", WEEKLY, VISITORS, _one("new_users"), _one("users")),
        Kpi("cvr_user", MONTHLY, VISITORS, _one("users_any"), _one("users")),
    ]


def _paid() -> list[Kpi]:
    spend = _one("spend")
    return [
        Kpi("impressions_paid", DAILY, ADS, _one("impressions")),
        Kpi("clicks", DAILY, ADS, _one("clicks")),
        Kpi("clicks_all", DAILY, ADS, _one("clicks_all")),
        Kpi("spend", DAILY, ADS, spend, is_money=True),
        Kpi("ctr", DAILY, ADS, _one("clicks"), _one("impressions")),
        Kpi("ctr_all", DAILY, ADS, _one("clicks_all"), _one("impressions")),
        Kpi("cpc", DAILY, ADS, spend, _one("clicks"), is_money=True),
        Kpi("cpc_all", DAILY, ADS, spend, _one("clicks_all"), is_money=True),
        Kpi("video_views", DAILY, VIDEO, _one("video_views")),
        Kpi("video_completion", WEEKLY, VIDEO, _one("video_completions"), _one("video_starts")),
        Kpi("cpm", DAILY, ADS, {"spend": 1000}, _one("impressions"), is_money=True),
        Kpi("reach", DAILY, CLAIMS, _one("reach")),
        Kpi("reach_target", MONTHLY, ("platform",), _one("people_of_target"), _one("market")),
        Kpi(
            "audience_match",
            MONTHLY,
            ("total", "platform", "channel", "campaign"),
            _one("spend_on_target"),
            _one("spend_on_known"),
        ),
        Kpi("frequency", WEEKLY, CLAIMS, _one("reach_impressions"), _one("reach")),
        Kpi("roas_platform", DAILY, CLAIMS, _one("claimed_value"), spend, "P"),
        Kpi("claims_ratio", MONTHLY, ("total",), _one("claimed_orders"), _one("orders_with_touch"), "P"),
    ]


def _organic() -> list[Kpi]:
    sets, engagements = ("total", "platform"), _one("social_engagements")
    delivered = _one("mails_delivered")
    return [
        Kpi("impressions_organic", DAILY, sets, _one("organic_views")),
        Kpi("followers", WEEKLY, sets, _one("followers")),
        Kpi("followers_gained", DAILY, sets, _one("followers_gained")),
        Kpi("social_engagements", DAILY, sets, engagements),
        Kpi("social_engagements_daily", DAILY, sets, _one("engagements_of_the_day")),
        Kpi("social_engagement_rate", DAILY, sets, engagements, _one("post_views")),
        Kpi("social_engagement_rate_by_reach", DAILY, sets, _one("engagements_with_reach"), _one("reach_of_posts")),
        Kpi("social_engagement_rate_by_followers", DAILY, sets, _one("engagements_of_followed"), _one("followers")),
        Kpi("shares", DAILY, sets, _one("shares")),
        Kpi("email_delivered", DAILY, MAIL, delivered),
        Kpi("unsubscribe_rate", DAILY, MAIL, _one("unsubscribes"), delivered),
        Kpi("complaint_rate", DAILY, MAIL, _one("complaints"), delivered),
        Kpi("email_click_rate", WEEKLY, MAIL, _one("mail_clickers"), delivered),
        Kpi("ctor", WEEKLY, MAIL, _one("clickers_of_told_opens"), _one("human_openers")),
        Kpi("open_rate_raw", WEEKLY, MAIL, _one("mail_openers"), delivered),
        Kpi("open_rate", WEEKLY, MAIL, _one("human_openers"), _one("mails_delivered_human")),
    ]


def _leads() -> list[Kpi]:
    spend = _one("spend")
    return [
        Kpi("leads", DAILY, LEADS, _one("leads"), basis="A"),
        Kpi("mql", WEEKLY, LEADS, _one("mql"), basis="A"),
        Kpi("mql_rate_30", WEEKLY, LEADS, _one("leads_mql_30"), _one("leads_30"), "A"),
        Kpi("cvr_sales_180", MONTHLY, LEADS, _one("leads_won_180"), _one("leads_180"), "A"),
        Kpi("activation_rate_30", WEEKLY, ("total", "country"), _one("activated_30"), _one("signups_30")),
        Kpi("cvr_email_7", WEEKLY, MAIL, _one("converters_7"), _one("mails_delivered_7"), "F"),
        Kpi("cpl", WEEKLY, LEADS, spend, _one("leads"), "A", is_money=True),
        Kpi("cpmql", WEEKLY, LEADS, spend, _one("mql"), "A", is_money=True),
        Kpi("cpa_purchase", DAILY, LEADS, spend, _one("orders"), "A", is_money=True),
        Kpi("cpa_form", DAILY, LEADS, spend, _one("sessions_form"), is_money=True),
        Kpi("cpa_newsletter", DAILY, LEADS, spend, _one("sessions_newsletter"), is_money=True),
    ]


def _sales() -> list[Kpi]:
    orders = _one("orders")
    net = {"gross": 1.0, "discounts": -1.0, "refunds": -1.0}
    spend = _one("spend")
    full = _one("spend", "agency_fee", "tool", "staff")
    customers, net_paid, with_fee = _one("new_customers"), _one("revenue_net_paid"), _one("spend", "agency_fee")
    roi = _one("margin_of_marketing") | dict.fromkeys(full, -1.0)
    return [
        Kpi("conversions_purchase", DAILY, SALES, orders, basis="A"),
        Kpi("orders", DAILY, SALES, orders, basis="A"),
        Kpi("revenue_gross", DAILY, SALES, _one("gross"), basis="A", is_money=True),
        Kpi("revenue_net", DAILY, SALES, net, basis="A", is_money=True),
        Kpi("revenue_new", WEEKLY, SALES, _one("revenue_of_first_orders"), basis="A", is_money=True),
        Kpi("revenue_by_channel", MONTHLY, ("channel",), net, basis="A", is_money=True),
        Kpi("aov", WEEKLY, SALES, {"gross": 1.0, "discounts": -1.0}, orders, "A", is_money=True),
        Kpi("aov_net", WEEKLY, SALES, net, orders, "A", is_money=True),
        Kpi("new_customers", WEEKLY, ("total", "channel"), customers, basis="A"),
        Kpi("new_customers_kept", MONTHLY, ("total", "channel"), _one("new_customers_kept"), basis="A"),
        Kpi("acquisition_rate", MONTHLY, ("total", "channel"), customers, _one("leads"), "A"),
        Kpi("acquisition_rate_by_users", MONTHLY, ("total", "channel"), customers, _one("users"), "A"),
        Kpi("refund_rate", WEEKLY, SALES, _one("refunds"), {"gross": 1.0, "discounts": -1.0}, "A"),
        Kpi("discount_share", WEEKLY, SALES, _one("discounts"), _one("gross"), "A"),
        Kpi("conversions_returning", WEEKLY, SALES, _one("orders_of_existing"), basis="A"),
        Kpi("cac_lagged", MONTHLY, ("total",), _one("cost_lagged"), _one("new_customers_lagged"), is_money=True),
        Kpi("ltv_cac", MONTHLY, ("total",), _one("cohort_margin"), _one("cost_of_cohort")),
        Kpi("cac_payback", MONTHLY, ("total",), _one("payback_days"), is_output=True),
        Kpi("cac_media", MONTHLY, ("total", "channel"), spend, customers, "A", is_money=True),
        Kpi(
            "cac_paid",
            MONTHLY,
            ("total", "channel"),
            _one("spend", "agency_fee"),
            _one("new_customers_paid"),
            "F",
            True,
            is_about_paid=True,
        ),
        Kpi("cac_blended", MONTHLY, ("total",), full, customers, is_money=True),
        Kpi("budget_used", MONTHLY, ("total", "channel"), spend, _one("planned")),
        Kpi("spend_full", MONTHLY, ("total", "channel"), full, is_money=True),
        Kpi("mer", MONTHLY, ("total",), net, full),
        Kpi("revenue_growth", MONTHLY, ("total", "channel"), net | _year_ago(net, -1), _year_ago(net), "A"),
        Kpi("roi", MONTHLY, ("total", "channel"), roi, full, "F", is_about_paid=True),
        Kpi("cvr_campaign", WEEKLY, ROAS, _one("orders_paid"), _one("clicks"), "F", is_about_paid=True),
        Kpi("roas_first_party", WEEKLY, ROAS, _one("value_paid"), spend, "F", is_about_paid=True),
        Kpi("roas_net_media", WEEKLY, ROAS, net_paid, spend, "F", is_about_paid=True),
        Kpi("roas_net", WEEKLY, ROAS, net_paid, with_fee, "F", is_about_paid=True),
        Kpi("roas_margin", MONTHLY, ROAS, _one("margin_paid"), with_fee, "F", is_about_paid=True),
    ]


def _loyalty() -> list[Kpi]:
    net_of_people = _one("revenue_of_customers")
    return [
        *[
            Kpi(f"repurchase_rate_{age}", MONTHLY, BUYERS, _one(f"repeaters_{age}"), _one(f"cohort_{age}"), "A")
            for age in (90, 365)
        ],
        *[
            Kpi(f"{kpi_id}_{age}", MONTHLY, BUYERS, _one(f"{amount}_{age}"), _one(f"cohort_size_{age}"), "A", True)
            for kpi_id, amount in (("ltv_hist", "cohort_revenue"), ("ltv_margin", "cohort_margin"))
            for age in (30, 90, 180, 365)
        ],
        Kpi(
            "retention_monthly", MONTHLY, BUYERS, _one("subscribers_kept_in_months"), _one("subscribers_of_months"), "A"
        ),
        Kpi("retention_yearly", MONTHLY, BUYERS, _one("subscribers_kept_since"), _one("subscribers_a_year_ago"), "A"),
        Kpi("churn_contract", MONTHLY, BUYERS, _one("contracts_lost"), _one("contracts_at_start"), "A"),
        Kpi("churn_revenue", MONTHLY, BUYERS, _one("mrr_lost", "mrr_down"), _one("mrr_at_start"), "A"),
        *[
            Kpi(kpi_id, MONTHLY, BUYERS, _one(measure), basis="A", is_money=True)
            for kpi_id, measure in (
                *(("mrr_start", "mrr_at_start"), ("mrr_reactivation", "mrr_back")),
                *((name, name) for name in ("mrr_new", "mrr_up", "mrr_down", "mrr_lost")),
            )
        ],
        Kpi(
            "review_positive",
            WEEKLY,
            ("total", "platform", "country"),
            _one("reviews_positive"),
            _one("reviews_classed"),
        ),
        Kpi("lapse_rate", MONTHLY, BUYERS, _one("lapsed"), _one("active_at_start"), "A"),
        Kpi("p_alive", MONTHLY, BUYERS, _one("people_alive"), _one("people_told"), "A", is_output=True),
        Kpi(
            "ltv_pred_365",
            MONTHLY,
            BUYERS,
            _one("value_to_come"),
            _one("people_told_of_value"),
            "A",
            is_money=True,
            is_output=True,
        ),
        Kpi("arpu", MONTHLY, BUYERS, net_of_people, {"active_at_start": 0.5, "active_at_end": 0.5}, "A", True),
        Kpi("purchase_freq", MONTHLY, BUYERS, _one("orders_of_buyers"), _one("buyers"), "A"),
        Kpi("returning_share", MONTHLY, BUYERS, _one("returning_buyers"), _one("buyers"), "A"),
        Kpi("arppu", MONTHLY, BUYERS, net_of_people, _one("buyers"), "A", True),
        Kpi("nps", MONTHLY, ANSWERS, {"promoters": 100, "detractors": -100}, _one("nps_answers")),
        Kpi("nki", MONTHLY, ANSWERS, _one("nki_index"), _one("nki_answers")),
        Kpi("csat", WEEKLY, ANSWERS, _one("csat_score"), _one("csat_answers")),
        Kpi("csat_share", WEEKLY, ANSWERS, _one("csat_high"), _one("csat_answers")),
    ]


def _company() -> list[Kpi]:
    by_channel = ("total", "channel")
    return [
        Kpi("brand_recall", MONTHLY, ("total", "country"), _one("people_who_knew"), _one("people_asked")),
        Kpi("search_impressions", WEEKLY, SEARCH, _one("results_shown")),
        Kpi("search_position", WEEKLY, SEARCH, _one("places"), _one("results_shown")),
        Kpi("margin_gross", MONTHLY, ("total",), _one("gross_profit"), _one("revenue_of_gross_profit")),
        Kpi("margin_net", MONTHLY, ("total",), _one("net_profit"), _one("revenue_of_net_profit")),
        Kpi("wait_time", MONTHLY, by_channel, _one("seconds_waited"), _one("contacts_answered")),
        Kpi("process_lead_time", MONTHLY, by_channel, _one("days_to_live"), _one("items_finished")),
        Kpi("process_cost", MONTHLY, by_channel, _one("production_cost"), _one("assets_finished"), is_money=True),
        Kpi("rework_rate", MONTHLY, by_channel, _one("hours_of_rework"), _one("hours_worked")),
        Kpi("staff_turnover", MONTHLY, ("total",), _one("leavers"), _one("staff_on_average")),
        Kpi("staff_satisfaction", MONTHLY, ("total",), _one("staff_scores"), _one("staff_answers")),
        Kpi("input_budget", MONTHLY, ("total",), _one("budget"), is_money=True),
        Kpi("input_headcount", MONTHLY, ("total",), _one("headcount")),
        Kpi("input_equipment", MONTHLY, ("total",), _one("equipment")),
    ]


KPIS: tuple[Kpi, ...] = (*_web(), *_paid(), *_organic(), *_leads(), *_sales(), *_loyalty(), *_company())
