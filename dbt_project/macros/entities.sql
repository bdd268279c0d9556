{#
The canonical entities: which sources feed each, and its columns with their kinds. The columns are those of
connectors/files/entities.py (tests/dbt/test_entities.py holds the two together). A new source = its name in the lists
that it feeds.
#}
{% macro entities() %}
    {% set entities = {
        'web_sessions_daily': {
            'sources': ['google_analytics', 'files'],
            'columns': {
                'date': 'day', 'time_zone': 'text', 'currency': 'text', 'property_id': 'text',
                'channel_group': 'text', 'source_name': 'text', 'medium': 'text', 'campaign': 'text',
                'country': 'text', 'device': 'text', 'sessions': 'whole', 'engaged_sessions': 'whole',
                'page_views': 'whole', 'engagement_seconds': 'number', 'new_users': 'whole', 'transactions': 'whole',
                'revenue_amount': 'money', 'has_other_row': 'flag', 'is_thresholded': 'flag', 'is_sampled': 'flag',
            },
        },
        'web_key_actions_daily': {
            'sources': ['google_analytics', 'files'],
            'columns': {
                'date': 'day', 'time_zone': 'text', 'property_id': 'text', 'channel_group': 'text',
                'source_name': 'text', 'medium': 'text', 'campaign': 'text', 'country': 'text', 'device': 'text',
                'key_action': 'text', 'sessions': 'whole',
            },
        },
        'web_landing_pages_daily': {
            'sources': ['google_analytics', 'files'],
            'columns': {
                'date': 'day', 'time_zone': 'text', 'property_id': 'text', 'channel_group': 'text',
                'landing_page': 'text', 'key_action': 'text', 'sessions': 'whole', 'engaged_sessions': 'whole',
                'has_other_row': 'flag', 'is_thresholded': 'flag', 'is_sampled': 'flag',
            },
        },
        'web_people': {
            'sources': ['google_analytics', 'files'],
            'columns': {
                'period_grain': 'text', 'period_start': 'day', 'property_id': 'text', 'time_zone': 'text',
                'segment_set': 'text', 'channel_group': 'text', 'country': 'text', 'device': 'text',
                'key_action': 'text', 'total_users': 'whole', 'active_users': 'whole', 'new_users': 'whole',
                'is_thresholded': 'flag', 'is_sampled': 'flag',
            },
        },
        'ad_performance_daily': {
            'sources': ['google_ads', 'meta_ads', 'files'],
            'columns': {
                'date': 'day', 'platform': 'text', 'account_id': 'text', 'time_zone': 'text', 'currency': 'text',
                'campaign_id': 'text', 'campaign_name': 'text', 'campaign_type': 'text', 'impressions': 'whole',
                'clicks': 'whole', 'clicks_all': 'whole', 'engagements': 'whole', 'video_views': 'whole',
                'video_starts': 'whole', 'video_completions': 'whole', 'spend_amount': 'money',
                'platform_orders': 'number', 'platform_value_amount': 'money',
            },
        },
        'ad_breakdowns_daily': {
            'sources': ['google_ads', 'meta_ads', 'files'],
            'columns': {
                'date': 'day', 'platform': 'text', 'account_id': 'text', 'time_zone': 'text', 'currency': 'text',
                'campaign_id': 'text', 'breakdown': 'text', 'country': 'text', 'device': 'text', 'age': 'text',
                'gender': 'text', 'impressions': 'whole', 'clicks': 'whole', 'clicks_all': 'whole',
                'engagements': 'whole', 'video_views': 'whole', 'video_starts': 'whole', 'video_completions': 'whole',
                'spend_amount': 'money', 'platform_orders': 'number', 'platform_value_amount': 'money',
            },
        },
        'ad_conversions_daily': {
            'sources': ['google_ads', 'meta_ads', 'files'],
            'columns': {
                'date': 'day', 'platform': 'text', 'account_id': 'text', 'time_zone': 'text', 'currency': 'text',
                'campaign_id': 'text', 'platform_action': 'text', 'conversions': 'number', 'value_amount': 'money',
            },
        },
        'ad_reach': {
            'sources': ['meta_ads', 'files'],
            'columns': {
                'period_grain': 'text', 'period_start': 'day', 'platform': 'text', 'account_id': 'text',
                'time_zone': 'text', 'currency': 'text', 'level': 'text', 'campaign_id': 'text', 'ad_set_id': 'text',
                'reach': 'whole', 'impressions': 'whole',
            },
        },
        'search_performance_daily': {
            'sources': ['files'],
            'columns': {
                'date': 'day', 'time_zone': 'text', 'platform': 'text', 'property_id': 'text', 'search_type': 'text',
                'country': 'text', 'device': 'text', 'impressions': 'whole', 'clicks': 'whole',
                'average_position': 'number',
            },
        },
        'social_account_days': {
            'sources': ['meta_organic', 'files'],
            'columns': {
                'date': 'day', 'platform': 'text', 'account_id': 'text', 'time_zone': 'text', 'views': 'whole',
                'reach': 'whole', 'follows': 'whole', 'unfollows': 'whole', 'followers': 'whole',
            },
        },
        'social_posts': {
            'sources': ['meta_organic', 'files'],
            'columns': {
                'platform': 'text', 'account_id': 'text', 'post_id': 'text', 'post_type': 'text',
                'published_at': 'instant', 'likes': 'whole', 'comments': 'whole', 'shares': 'whole',
                'saves': 'whole', 'views': 'whole', 'reach': 'whole',
            },
        },
        'social_post_snapshots': {
            'sources': ['meta_organic', 'files'],
            'columns': {
                'date': 'day', 'time_zone': 'text', 'platform': 'text', 'account_id': 'text', 'post_id': 'text',
                'published_at': 'instant', 'likes': 'whole', 'comments': 'whole', 'shares': 'whole', 'saves': 'whole',
            },
        },
        'email_campaigns': {
            'sources': ['mailchimp', 'files'],
            'columns': {
                'platform': 'text', 'campaign_id': 'text', 'campaign_name': 'text', 'list_id': 'text',
                'sent_at': 'instant', 'emails_sent': 'whole', 'emails_bounced': 'whole', 'unique_opens': 'whole',
                'unique_opens_human': 'whole', 'unique_clicks': 'whole', 'unsubscribes': 'whole',
                'complaints': 'whole',
            },
        },
        'contacts': {
            'sources': ['hubspot', 'files'],
            'columns': {
                'contact_id': 'text', 'email_hash': 'text', 'phone_hash': 'text', 'is_role_address': 'flag',
                'created_at': 'instant', 'original_source': 'text', 'original_campaign': 'text',
                'latest_source': 'text', 'latest_campaign': 'text', 'latest_source_at': 'instant', 'country': 'text',
                'merged_into_id': 'text', 'is_deleted': 'flag', 'is_test': 'flag',
            },
        },
        'contact_stages': {
            'sources': ['hubspot', 'files'],
            'columns': {
                'contact_id': 'text', 'stage': 'text', 'entered_at': 'instant',
            },
        },
        'deals': {
            'sources': ['hubspot', 'files'],
            'columns': {
                'deal_id': 'text', 'contact_id': 'text', 'company_id': 'text', 'pipeline': 'text', 'stage': 'text',
                'amount': 'money', 'currency': 'text', 'created_at': 'instant', 'closed_at': 'instant',
                'is_closed': 'flag', 'is_won': 'flag',
            },
        },
        'mail_members': {
            'sources': ['mailchimp', 'files'],
            'columns': {
                'member_id': 'text', 'list_id': 'text', 'email_hash': 'text', 'is_role_address': 'flag',
                'joined_at': 'instant', 'status': 'text',
            },
        },
        'customers': {
            'sources': ['shopify', 'files'],
            'columns': {
                'customer_id': 'text', 'email_hash': 'text', 'phone_hash': 'text', 'is_role_address': 'flag',
                'country': 'text', 'customer_type': 'text', 'created_at': 'instant',
            },
        },
        'orders': {
            'sources': ['shopify', 'files'],
            'columns': {
                'order_id': 'text', 'customer_id': 'text', 'created_at': 'instant', 'is_paid': 'flag',
                'is_test': 'flag', 'is_draft': 'flag', 'cancelled_at': 'instant', 'sales_channel': 'text',
                'country': 'text', 'device': 'text', 'currency': 'text', 'shipping_amount': 'money',
                'attribution_status': 'text', 'first_visit_at': 'instant', 'first_source': 'text',
                'first_medium': 'text', 'first_campaign': 'text', 'last_visit_at': 'instant', 'last_source': 'text',
                'last_medium': 'text', 'last_campaign': 'text',
            },
        },
        'order_lines': {
            'sources': ['shopify', 'files'],
            'columns': {
                'order_line_id': 'text', 'order_id': 'text', 'product_id': 'text', 'quantity': 'whole',
                'currency': 'text', 'gross_amount': 'money', 'discount_amount': 'money', 'vat_amount': 'money',
                'cost_amount': 'money', 'is_gift_card': 'flag',
            },
        },
        'refunds': {
            'sources': ['shopify', 'files'],
            'columns': {
                'refund_line_id': 'text', 'refund_id': 'text', 'order_id': 'text', 'order_line_id': 'text',
                'refunded_at': 'instant', 'quantity': 'whole', 'currency': 'text', 'refund_amount': 'money',
                'vat_amount': 'money',
            },
        },
        'subscriptions': {
            'sources': ['files'],
            'columns': {
                'subscription_id': 'text', 'customer_id': 'text', 'started_at': 'instant', 'ended_at': 'instant',
                'monthly_amount': 'money', 'currency': 'text',
            },
        },
        'survey_answers': {
            'sources': ['typeform', 'files'],
            'columns': {
                'answer_id': 'text', 'survey_id': 'text', 'kind': 'text', 'touchpoint': 'text',
                'answered_at': 'instant', 'email_hash': 'text', 'country': 'text', 'customer_type': 'text',
                'score': 'number', 'nki_1': 'number', 'nki_2': 'number', 'nki_3': 'number',
            },
        },
        'reviews': {
            'sources': ['files'],
            'columns': {
                'review_id': 'text', 'touchpoint': 'text', 'country': 'text', 'created_at': 'instant',
                'score': 'number', 'is_positive': 'flag',
            },
        },
        'costs': {
            'sources': ['config', 'files'],
            'columns': {
                'cost_id': 'text', 'date_from': 'day', 'date_to': 'day', 'cost_type': 'text', 'channel': 'text',
                'amount': 'money', 'currency': 'text',
            },
        },
        'fx_rates': {
            'sources': ['config', 'files'],
            'columns': {
                'date': 'day', 'currency': 'text', 'to_currency': 'text', 'rate': 'rate',
            },
        },
        'measure_periods': {
            'sources': ['files'],
            'columns': {
                'period_grain': 'text', 'period_start': 'day', 'measure_id': 'text', 'platform': 'text',
                'channel': 'text', 'country': 'text', 'value': 'money', 'currency': 'text',
            },
        },
        'manual_kpis': {
            'sources': ['config', 'files'],
            'columns': {
                'kpi_id': 'text', 'period_grain': 'text', 'period_start': 'day', 'numerator': 'money',
                'denominator': 'money', 'source_note': 'text', 'entered_by_role': 'text',
            },
        },
    } %}
    {{ return(entities) }}
{% endmacro %}

{# SQL types of the kinds. #}
{% macro kind_type(kind) -%}
    {{ {
        'text': dbt.type_string(), 'whole': 'bigint', 'number': 'double', 'flag': 'boolean', 'day': 'date',
        'money': 'decimal(18, 6)', 'rate': 'decimal(18, 10)',
    }[kind] }}
{%- endmacro %}

{# All rows of an entity, whatever source they came from, with the entity's columns and types. #}
{% macro union_of_sources(entity) %}
    {%- set shape = entities()[entity] -%}
    {%- for source in shape['sources'] %}
select
    {%- for column, kind in shape['columns'].items() %}
    {% if kind == 'instant' %}{{ ts_utc(column) }}{% else %}cast({{ column }} as {{ kind_type(kind) }}){% endif %} as {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
from {{ ref('stg_' ~ source ~ '__' ~ entity) }}
        {%- if not loop.last %}
union all
        {%- endif %}
    {%- endfor %}
{% endmacro %}
