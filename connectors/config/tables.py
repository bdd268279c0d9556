"""What lands from the company's configuration: settings as one-row or small tables, inputs in their entity's shape."""

from dataclasses import replace

from connectors.common.table import DAY, FLAG, MONEY, NUMBER, RATE, TEXT, WHOLE, Reload, Table
from connectors.config.goals import DIMENSIONS
from connectors.files.entities import ENTITIES


def _whole(name: str, key: tuple[str, ...], description: str, **columns: object) -> Table:
    return Table(name, columns, key, Reload.REPLACE, description=description)  # type: ignore[arg-type]


def _input(entity: str) -> Table:
    """An entity that the company enters in a file; the file is read whole each time."""
    return replace(ENTITIES[entity], reload=Reload.REPLACE, window_column=None)


COMPANY = _whole(
    "company",
    ("company_name",),
    "One row: what holds for the whole company.",
    company_name=TEXT,
    time_zone=TEXT,  # IANA name
    reporting_currency=TEXT,  # ISO 4217
    history_start=DAY,  # the first day that is ever loaded
    fiscal_year_start_month=WHOLE,  # 1 = calendar year
    lookback_days=WHOLE,  # visits older than this before an order are not looked at
    min_n=WHOLE,  # smaller denominators make a value unreliable
    privacy_k=WHOLE,  # smaller cells of personal segment sets are merged
    phase=TEXT,  # new, growth, mature
    sector=TEXT,  # as benchmarks write it; null = not told; so for size and country
    company_size=TEXT,
    country=TEXT,  # ISO 3166 alpha-2
)
KEY_ACTIONS = _whole(
    "key_actions",
    ("key_action",),
    "What the company counts as a conversion.",
    key_action=TEXT,
    label=TEXT,
    kind=TEXT,  # order, contact_stage, web_event
    stage=TEXT,  # of a contact_stage
    web_event=TEXT,  # the web analytics event of it; null if none
    once_per=TEXT,  # session, person
)
PLATFORM_ACTIONS = _whole(
    "platform_actions",
    ("platform", "platform_action"),
    "Which of an ad platform's own actions is which key action.",
    platform=TEXT,
    platform_action=TEXT,  # * stands for any text
    key_action=TEXT,
)
CHANNEL_OVERRIDES = _whole(
    "channel_overrides",
    ("match_kind", "pattern"),
    "The company's own channel rules; they win over the defaults.",
    match_kind=TEXT,  # channel_group, source_medium, campaign_type, crm
    pattern=TEXT,  # lower case, * stands for any text
    channel=TEXT,
    priority=WHOLE,  # the lowest that fits wins
)
VAT_RATES = _whole(
    "vat_rates",
    ("country",),
    "VAT by country, for amounts that come with VAT and without their own rate.",
    country=TEXT,
    rate=RATE,  # 0.25 = 25 %
)
SETTLE_DAYS = _whole(
    "settle_days",
    ("source",),
    "The company's own figures for a source, where they are not the connector's (`ops.source_status` has those).",
    source=TEXT,
    reload_days=WHOLE,  # how many days each load goes back; null = the connector's
    settle_days=WHOLE,  # for how many days a day is provisional; null = the connector's
)
GOALS = _whole(
    "goals",
    ("goal_id",),
    "Goals: what a KPI is to reach, by when.",
    goal_id=TEXT,
    objective=TEXT,
    objective_sv=TEXT,  # what Swedish pages say instead; null = the same
    parent_goal_id=TEXT,
    goal_type=TEXT,  # brand_awareness, lead_generation, sales_growth, profit, loyalty
    owner_role=TEXT,
    owner_role_sv=TEXT,
    stage=TEXT,
    kpi_id=TEXT,
    period_grain=TEXT,
    is_parts=FLAG,  # its value is that of the cells of `goal_parts` together
    **dict.fromkeys(DIMENSIONS, TEXT),  # (all) where the goal does not name it
    baseline_start=DAY,
    baseline_end=DAY,
    baseline_value=NUMBER,
    change_type=TEXT,  # percent, points, absolute
    target_value=NUMBER,
    mode=TEXT,  # reach, stay_above, stay_below
    start_date=DAY,
    deadline=DAY,
    review_cadence=TEXT,
    failure_threshold=NUMBER,
    is_active=FLAG,
)
HOLIDAYS = _whole(
    "holidays",
    ("holiday", "date"),
    "Days that move from year to year; comparisons with last year follow them.",
    holiday=TEXT,
    date=DAY,
    position=WHOLE,  # place in the file: of two holidays in one week the first counts
)
GOAL_PARTS = _whole(
    "goal_parts",
    ("goal_id", "part_goal_id"),
    "The goals whose cells a goal is about: itself, or the leaves below it.",
    goal_id=TEXT,
    part_goal_id=TEXT,
)
BOARDS = _whole(
    "boards",
    ("persona", "position"),
    "KPIs of the personas' boards, where the company has its own.",
    persona=TEXT,
    position=WHOLE,
    kpi_id=TEXT,
    period_grain=TEXT,
    goal_scope=TEXT,  # all, own
)
BENCHMARKS = _whole(
    "benchmarks",
    (
        *("kpi_id", "kpi_version", "source", "source_date", "sector", "company_size", "country"),
        *("platform", "channel", "period_grain"),
    ),
    "Percentiles of a KPI among companies, by source and date.",
    kpi_id=TEXT,
    kpi_version=WHOLE,
    source=TEXT,
    source_date=DAY,
    sector=TEXT,  # (any) = the source does not tell them apart; so for size, country and grain
    company_size=TEXT,
    country=TEXT,
    platform=TEXT,  # (all) = the total
    channel=TEXT,
    period_grain=TEXT,
    p10=NUMBER,
    p25=NUMBER,
    p50=NUMBER,
    p75=NUMBER,
    p90=NUMBER,
    unit=TEXT,  # the KPI's unit; for money the currency
)
TARGET_SEGMENT = _whole(
    "target_segment",
    ("valid_from", "age", "gender"),
    "Whom the company wants to reach: the rows of the latest valid_from.",
    valid_from=DAY,
    age=TEXT,  # the ad platforms' age groups
    gender=TEXT,
    people=WHOLE,  # how many the market has
)
BUDGETS = _whole(
    "budgets",
    ("budget_id",),
    "What media are planned to cost, excluding VAT, spread over its days by the weights of `budget_days`.",
    budget_id=TEXT,
    date_from=DAY,
    date_to=DAY,
    channel=TEXT,  # (all) = media of no channel in particular
    amount=MONEY,
    currency=TEXT,  # ISO 4217
)
BUDGET_DAYS = _whole(
    "budget_days",
    ("date",),
    "Days that take more or less of a budget than others; a day that is not here weighs 1.",
    date=DAY,
    weight=RATE,
)
COSTS = _input("costs")
FX_RATES = _input("fx_rates")
MANUAL_KPIS = _input("manual_kpis")

TABLES = (
    COMPANY,
    KEY_ACTIONS,
    PLATFORM_ACTIONS,
    CHANNEL_OVERRIDES,
    VAT_RATES,
    SETTLE_DAYS,
    GOALS,
    HOLIDAYS,
    GOAL_PARTS,
    BOARDS,
    BENCHMARKS,
    TARGET_SEGMENT,
    BUDGETS,
    BUDGET_DAYS,
    COSTS,
    FX_RATES,
    MANUAL_KPIS,
)
