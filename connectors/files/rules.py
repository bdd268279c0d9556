"""What a canonical entity's cells may hold, and what they hold where a mapping does not name their column."""

from collections.abc import Iterable
from dataclasses import dataclass

from connectors.config.channels import ALL, CHANNELS
from connectors.config.manual_kpis import MANUAL_GRAINS, MANUAL_KPIS

UNKNOWN = "unknown"
# Text dimensions are never null (connectors/files/entities.py).
_UNKNOWN = frozenset(
    {
        *("channel_group", "source_name", "medium", "campaign", "country", "device", "landing_page", "platform"),
        *("campaign_name", "campaign_type", "post_type", "touchpoint", "customer_type", "sales_channel", "pipeline"),
        *("original_source", "original_campaign", "latest_source", "latest_campaign", "attribution_status"),
        *("first_source", "first_medium", "first_campaign", "last_source", "last_medium", "last_campaign"),
    }
)
_ALL = frozenset({"channel", "age", "gender", "ad_set_id", "key_action"})
_FILES = frozenset({"account_id", "property_id"})
_ZERO = frozenset({"discount_amount", "shipping_amount"})
# Entities whose dimensions are (all) where nothing is said: they hold totals.
_TOTALS = {
    "measure_periods": frozenset({"platform", "channel", "country"}),
    "ad_breakdowns_daily": frozenset({"country", "device"}),
    "web_people": frozenset({"channel_group", "country", "device"}),
}
_MADE = {
    ("web_people", "segment_set"): "total",
    ("ad_reach", "level"): "account",
    ("ad_reach", "campaign_id"): ALL,
    ("search_performance_daily", "search_type"): "web",
}
_NEVER = {("web_key_actions_daily", "key_action")}


def default(entity: str, column: str) -> str | None:
    """The cell of a column that a mapping does not name; None = nothing."""
    if (entity, column) in _MADE:
        return _MADE[entity, column]
    if (entity, column) in _NEVER:
        return None
    if column in _ALL or column in _TOTALS.get(entity, ()):
        return ALL
    if column in _UNKNOWN:
        return UNKNOWN
    if column in _ZERO:
        return "0"
    return "files" if column in _FILES else None


@dataclass(frozen=True)
class Rule:
    """`holds`: SQL over a row of the entity, never true where the row is wrong; null is not wrong."""

    column: str
    holds: str
    words: str


def _texts(values: Iterable[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)


def _one_of(column: str, *values: str) -> Rule:
    return Rule(column, f"{column} in ({_texts(values)})", f"is not one of {', '.join(values)}")


def _code(column: str, pattern: str, words: str) -> Rule:
    return Rule(column, f"regexp_full_match({column}, '{pattern}')", words)


_GRAIN = _one_of("period_grain", "day", "week", "month", "quarter")
_FIRST_DAY = Rule(
    "period_start",
    # date_trunc gives the Monday for a week; an unknown grain is the rule of period_grain. A quarter begins with any
    # month: it is the fiscal year's, which a file does not know.
    "case period_grain when 'week' then period_start = date_trunc('week', period_start) "
    "when 'month' then period_start = date_trunc('month', period_start) "
    "when 'quarter' then period_start = date_trunc('month', period_start) end",
    "is not the first day of its period",
)
# By column, in every entity that has it.
_BY_COLUMN = (
    _code("currency", "[A-Z]{3}", "is not a currency of three capital letters"),
    _code("to_currency", "[A-Z]{3}", "is not a currency of three capital letters"),
    _code("country", "[A-Z]{2}|unknown|\\(all\\)|\\(other\\)", "is not a country of two capital letters, or unknown"),
    _one_of("device", "mobile", "desktop", "tablet", UNKNOWN, ALL),
    _one_of("channel", *CHANNELS, ALL),
    _one_of("customer_type", "b2c", "b2b", UNKNOWN),
    _one_of("attribution_status", "known", UNKNOWN),
    _one_of("breakdown", "country", "device", "age_gender"),
    _one_of("level", "account", "campaign", "ad_set", "target"),
    _one_of("cost_type", "agency_fee", "tool", "staff", "production"),
    _GRAIN,
    _FIRST_DAY,
)
_AMOUNTS = tuple(name for name, has_denominator in MANUAL_KPIS.items() if not has_denominator)
_BY_ENTITY = {
    "contact_stages": (
        _one_of("stage", "subscriber", "lead", "mql", "sql", "opportunity", "customer", "evangelist", "other"),
    ),
    "survey_answers": (
        _one_of("kind", "nps", "nki", "csat", "brand"),
        Rule(
            "score",
            "case kind when 'nps' then score between 0 and 10 when 'csat' then score between 1 and 5 "
            "when 'brand' then score in (0, 1) end",
            "is outside its scale (nps 0 to 10, csat 1 to 5, brand 0 or 1)",
        ),
        *(Rule(name, f"{name} between 1 and 10", "is outside 1 to 10") for name in ("nki_1", "nki_2", "nki_3")),
    ),
    "reviews": (Rule("score", "score between 1 and 5", "is outside 1 to 5"),),
    "search_performance_daily": (Rule("average_position", "average_position >= 1", "is below 1, the first place"),),
    "manual_kpis": (
        _one_of("kpi_id", *MANUAL_KPIS),
        _one_of("period_grain", *MANUAL_GRAINS),
        Rule(
            "denominator",
            f"(denominator is null) = (kpi_id in ({_texts(_AMOUNTS)}))",
            "is missing, or there where the KPI has none",
        ),
    ),
    "costs": (Rule("date_to", "date_to >= date_from", "lies before date_from"),),
    "fx_rates": (Rule("rate", "rate > 0", "is not above 0"),),
    "refunds": (Rule("refund_amount", "refund_amount >= 0", "is negative: a refund is a positive amount"),),
    "order_lines": (Rule("discount_amount", "discount_amount >= 0", "is negative: a discount is a positive amount"),),
}


def rules(entity: str, columns: frozenset[str]) -> tuple[Rule, ...]:
    """The rules of an entity with these columns."""
    return (*(rule for rule in _BY_COLUMN if rule.column in columns), *_BY_ENTITY.get(entity, ()))
