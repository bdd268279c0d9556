"""Canonical entities: what every source is brought to, whatever vendor it came from.

Each entity is the union of the staging models `stg_<source>__<entity>`; a staging model gives exactly these columns, in
any order. The `files` source lands any of them directly. Conventions: `*_amount` is money in major units of the
`currency` beside it, DECIMAL(18,6), excluding VAT unless the name says otherwise; `*_at` is an instant in UTC; `date`
is a day in `time_zone`, or in the company's zone where the entity has none; text dimensions are never null: `unknown`
if not known. Grain = the key.
"""

from connectors.common.table import DAY, FLAG, INSTANT, MONEY, NUMBER, RATE, TEXT, WHOLE, Reload, Table


def _days(name: str, key: tuple[str, ...], description: str, **columns: object) -> Table:
    return Table(
        name,
        {"date": DAY, **columns},
        ("date", *key),
        Reload.WINDOW,
        window_column="date",
        description=description,
    )  # type: ignore[dict-item]


def _keyed(name: str, key: tuple[str, ...], description: str, **columns: object) -> Table:
    return Table(name, columns, key, Reload.MERGE, description=description)  # type: ignore[arg-type]


_WEB_DIMS = dict.fromkeys(
    ("property_id", "channel_group", "source_name", "medium", "campaign", "country", "device"), TEXT
)
_AD_SCOPE = {"platform": TEXT, "account_id": TEXT, "time_zone": TEXT, "currency": TEXT}
_AD_COUNTS = {
    "impressions": WHOLE,
    "clicks": WHOLE,  # link clicks
    "clicks_all": WHOLE,
    "engagements": WHOLE,
    "video_views": WHOLE,
    "video_starts": WHOLE,  # null where the platform has none
    "video_completions": WHOLE,
    "spend_amount": MONEY,
    "platform_orders": NUMBER,  # purchases that the platform claims; may be fractional
    "platform_value_amount": MONEY,  # value that the platform claims, as it reports it
}

ENTITIES: dict[str, Table] = {
    table.name: table
    for table in (
        _days(
            "web_sessions_daily",
            tuple(_WEB_DIMS),
            "Sessions by start day (property zone) and session-scoped dimensions.",
            time_zone=TEXT,
            currency=TEXT,
            **_WEB_DIMS,
            sessions=WHOLE,
            engaged_sessions=WHOLE,
            page_views=WHOLE,
            engagement_seconds=NUMBER,
            new_users=WHOLE,
            transactions=WHOLE,
            revenue_amount=MONEY,
            has_other_row=FLAG,
            is_thresholded=FLAG,
            is_sampled=FLAG,
        ),
        _days(
            "web_key_actions_daily",
            (*_WEB_DIMS, "key_action"),
            "Sessions with at least one of a key action; key_action `any` = with any of them.",
            time_zone=TEXT,
            **_WEB_DIMS,
            key_action=TEXT,
            sessions=WHOLE,
        ),
        _days(
            "web_landing_pages_daily",
            ("property_id", "channel_group", "landing_page", "key_action"),
            "Sessions that started on the page; key_action `(all)` = all of them, else those with it (or `any`).",
            time_zone=TEXT,
            property_id=TEXT,
            channel_group=TEXT,
            landing_page=TEXT,
            key_action=TEXT,
            sessions=WHOLE,
            engaged_sessions=WHOLE,  # null where key_action is not (all)
            has_other_row=FLAG,
            is_thresholded=FLAG,
            is_sampled=FLAG,
        ),
        Table(
            "web_people",
            {
                "period_grain": TEXT,  # day, week (ISO), month, quarter
                "period_start": DAY,
                "property_id": TEXT,
                "time_zone": TEXT,
                "segment_set": TEXT,  # total, channel, country, device
                "channel_group": TEXT,  # (all) where not in the set
                "country": TEXT,
                "device": TEXT,
                "key_action": TEXT,  # (all), any, or a key action
                "total_users": WHOLE,
                "active_users": WHOLE,
                "new_users": WHOLE,
                "is_thresholded": FLAG,
                "is_sampled": FLAG,
            },
            (
                "period_grain",
                "period_start",
                "property_id",
                "segment_set",
                "channel_group",
                "country",
                "device",
                "key_action",
            ),
            Reload.MERGE,
            description="Distinct people, asked for at each grain and set; never added up.",
        ),
        _days(
            "ad_performance_daily",
            ("platform", "account_id", "campaign_id"),
            "Paid media by campaign day (account zone): the base of all spend.",
            **_AD_SCOPE,
            campaign_id=TEXT,
            campaign_name=TEXT,
            campaign_type=TEXT,
            **_AD_COUNTS,
        ),
        _days(
            "ad_breakdowns_daily",
            ("platform", "account_id", "campaign_id", "breakdown", "country", "device", "age", "gender"),
            "The same by one breakdown at a time: country, device or age_gender; the others are (all).",
            **_AD_SCOPE,
            campaign_id=TEXT,
            breakdown=TEXT,
            country=TEXT,
            device=TEXT,
            age=TEXT,
            gender=TEXT,
            **_AD_COUNTS,
        ),
        _days(
            "ad_conversions_daily",
            ("platform", "account_id", "campaign_id", "platform_action"),
            "Conversions that a platform claims, per its own action name, by click day.",
            **_AD_SCOPE,
            campaign_id=TEXT,
            platform_action=TEXT,
            conversions=NUMBER,
            value_amount=MONEY,
        ),
        Table(
            "ad_reach",
            {
                "period_grain": TEXT,
                "period_start": DAY,
                **_AD_SCOPE,
                "level": TEXT,  # account, campaign, ad_set, target (the company's target segment)
                "campaign_id": TEXT,  # (all) at account level
                "ad_set_id": TEXT,  # (all) above ad set level
                "reach": WHOLE,
                "impressions": WHOLE,  # of the same scope and period
            },
            ("period_grain", "period_start", "platform", "account_id", "level", "campaign_id", "ad_set_id"),
            Reload.MERGE,
            description="Distinct accounts reached per scope and period, as the platform counted them.",
        ),
        _days(
            "search_performance_daily",
            ("platform", "property_id", "search_type", "country", "device"),
            "Results of a search engine that named the site, by day (the engine's zone).",
            time_zone=TEXT,
            platform=TEXT,  # the search engine
            property_id=TEXT,
            search_type=TEXT,  # web, image, video, news, …; KPIs are of web
            country=TEXT,
            device=TEXT,
            impressions=WHOLE,
            clicks=WHOLE,
            average_position=NUMBER,  # of these impressions; 1 = the first
        ),
        _days(
            "social_account_days",
            ("platform", "account_id"),
            "Organic account days (the platform's zone). followers = stock at the end of the day, null if no snapshot.",
            platform=TEXT,
            account_id=TEXT,
            time_zone=TEXT,
            views=WHOLE,
            reach=WHOLE,
            follows=WHOLE,
            unfollows=WHOLE,
            followers=WHOLE,
        ),
        _keyed(
            "social_posts",
            ("platform", "post_id"),
            "Posts with their lifetime counters as last seen.",
            platform=TEXT,
            account_id=TEXT,
            post_id=TEXT,
            post_type=TEXT,
            published_at=INSTANT,
            likes=WHOLE,
            comments=WHOLE,
            shares=WHOLE,
            saves=WHOLE,
            views=WHOLE,
            reach=WHOLE,
        ),
        _days(
            "social_post_snapshots",
            ("platform", "post_id"),
            "Counters of posts at the end of a day (the platform's zone): history that cannot be asked for again.",
            time_zone=TEXT,
            platform=TEXT,
            account_id=TEXT,
            post_id=TEXT,
            published_at=INSTANT,
            likes=WHOLE,
            comments=WHOLE,
            shares=WHOLE,
            saves=WHOLE,
        ),
        _keyed(
            "email_campaigns",
            ("platform", "campaign_id"),
            "Sends with the recipients' actions. Nulls where the platform cannot tell machine opens.",
            platform=TEXT,
            campaign_id=TEXT,
            campaign_name=TEXT,
            list_id=TEXT,
            sent_at=INSTANT,
            emails_sent=WHOLE,
            emails_bounced=WHOLE,
            unique_opens=WHOLE,
            unique_opens_human=WHOLE,  # without machine opens; null if the platform cannot tell
            unique_clicks=WHOLE,  # people, not links
            unsubscribes=WHOLE,
            complaints=WHOLE,
        ),
        _keyed(
            "contacts",
            ("contact_id",),
            "CRM contacts. A merged loser stays as a row that names its winner.",
            contact_id=TEXT,
            email_hash=TEXT,
            phone_hash=TEXT,
            is_role_address=FLAG,
            created_at=INSTANT,
            original_source=TEXT,  # the CRM's own value; mapped to a channel in `channel_map` (kind `crm`)
            original_campaign=TEXT,
            latest_source=TEXT,
            latest_campaign=TEXT,
            latest_source_at=INSTANT,
            country=TEXT,
            merged_into_id=TEXT,  # null if not merged
            is_deleted=FLAG,
            is_test=FLAG,
        ),
        _keyed(
            "contact_stages",
            ("contact_id", "stage", "entered_at"),
            "Every entry of a contact into a lifecycle stage.",
            contact_id=TEXT,
            stage=TEXT,  # subscriber, lead, mql, sql, opportunity, customer, evangelist, other
            entered_at=INSTANT,
        ),
        _keyed(
            "deals",
            ("deal_id",),
            "CRM deals.",
            deal_id=TEXT,
            contact_id=TEXT,
            company_id=TEXT,
            pipeline=TEXT,
            stage=TEXT,
            amount=MONEY,
            currency=TEXT,
            created_at=INSTANT,
            closed_at=INSTANT,  # null while open
            is_closed=FLAG,
            is_won=FLAG,
        ),
        _keyed(
            "mail_members",
            ("member_id",),
            "Members of mailing lists, for identity.",
            member_id=TEXT,
            list_id=TEXT,
            email_hash=TEXT,
            is_role_address=FLAG,
            joined_at=INSTANT,
            status=TEXT,
        ),
        _keyed(
            "customers",
            ("customer_id",),
            "Shop customers, before people are merged.",
            customer_id=TEXT,
            email_hash=TEXT,
            phone_hash=TEXT,
            is_role_address=FLAG,
            country=TEXT,
            customer_type=TEXT,  # b2c, b2b, unknown
            created_at=INSTANT,
        ),
        _keyed(
            "orders",
            ("order_id",),
            "Shop orders in every state; what counts is decided in fct_orders.",
            order_id=TEXT,
            customer_id=TEXT,  # null for a guest
            created_at=INSTANT,
            is_paid=FLAG,  # paid in full, also if refunded later
            is_test=FLAG,
            is_draft=FLAG,
            cancelled_at=INSTANT,
            sales_channel=TEXT,  # web, pos, …
            country=TEXT,
            device=TEXT,
            currency=TEXT,
            shipping_amount=MONEY,
            attribution_status=TEXT,  # known, unknown
            first_visit_at=INSTANT,
            first_source=TEXT,
            first_medium=TEXT,
            first_campaign=TEXT,
            last_visit_at=INSTANT,
            last_source=TEXT,
            last_medium=TEXT,
            last_campaign=TEXT,
        ),
        Table(
            "order_lines",
            {
                "order_line_id": TEXT,
                "order_id": TEXT,
                "product_id": TEXT,
                "quantity": WHOLE,
                "currency": TEXT,
                "gross_amount": MONEY,  # list price × quantity, excl. VAT
                "discount_amount": MONEY,  # positive, excl. VAT
                "vat_amount": MONEY,  # on gross − discount
                "cost_amount": MONEY,  # cost of goods; null if not known
                "is_gift_card": FLAG,
            },
            ("order_line_id",),
            Reload.MERGE,
            children_of="order_id",
            description="Lines of orders.",
        ),
        Table(
            "refunds",
            {
                "refund_line_id": TEXT,
                "refund_id": TEXT,
                "order_id": TEXT,
                "order_line_id": TEXT,  # null for goodwill
                "refunded_at": INSTANT,
                "quantity": WHOLE,
                "currency": TEXT,
                "refund_amount": MONEY,  # positive, goods, excl. VAT
                "vat_amount": MONEY,
            },
            ("refund_line_id",),
            Reload.MERGE,
            children_of="order_id",
            description="Refunded lines, dated on the refund instant.",
        ),
        _keyed(
            "subscriptions",
            ("subscription_id",),
            "Contracts with a monthly amount.",
            subscription_id=TEXT,
            customer_id=TEXT,
            started_at=INSTANT,
            ended_at=INSTANT,
            monthly_amount=MONEY,
            currency=TEXT,
        ),
        _keyed(
            "survey_answers",
            ("answer_id",),
            "One answer of one person to one survey.",
            answer_id=TEXT,
            survey_id=TEXT,
            kind=TEXT,  # nps, nki, csat, brand
            touchpoint=TEXT,
            answered_at=INSTANT,
            email_hash=TEXT,
            country=TEXT,
            customer_type=TEXT,
            score=NUMBER,  # nps 0–10, csat 1–5, brand 1 = recognises it, 0 = does not
            nki_1=NUMBER,  # 1–10: satisfaction, expectations, ideal
            nki_2=NUMBER,
            nki_3=NUMBER,
        ),
        _keyed(
            "reviews",
            ("review_id",),
            "Public reviews.",
            review_id=TEXT,
            touchpoint=TEXT,
            country=TEXT,
            created_at=INSTANT,
            score=NUMBER,  # 1–5
            is_positive=FLAG,  # null if not classed
        ),
        _keyed(
            "costs",
            ("cost_id",),
            "Costs beyond media, spread over their days in equal parts.",
            cost_id=TEXT,
            date_from=DAY,
            date_to=DAY,
            cost_type=TEXT,  # agency_fee, tool, staff, production
            channel=TEXT,  # (all) = the company
            amount=MONEY,
            currency=TEXT,
        ),
        _days(
            "fx_rates",
            ("currency", "to_currency"),
            "Rates: units of to_currency for one unit of currency.",
            currency=TEXT,
            to_currency=TEXT,
            rate=RATE,
        ),
        Table(
            "measure_periods",
            {
                "period_grain": TEXT,  # never split into finer ones; months and days roll up
                "period_start": DAY,
                "measure_id": TEXT,
                "platform": TEXT,
                "channel": TEXT,
                "country": TEXT,
                "value": MONEY,
                "currency": TEXT,  # null where the measure is not money
            },
            ("period_grain", "period_start", "measure_id", "platform", "channel", "country"),
            Reload.MERGE,
            description="Measures that exist only per period (a weekly media plan).",
        ),
        _keyed(
            "manual_kpis",
            ("kpi_id", "period_grain", "period_start"),
            "KPIs entered by hand.",
            kpi_id=TEXT,
            period_grain=TEXT,
            period_start=DAY,
            numerator=MONEY,
            denominator=MONEY,  # null where the KPI has none
            source_note=TEXT,
            entered_by_role=TEXT,
        ),
    )
}
