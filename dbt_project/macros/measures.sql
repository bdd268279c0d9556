{#
The additive facts, their dimensions and measures. Jinja cannot read a seed while it parses, so this repeats the seeds
`measures` and `measure_dims`; tests/measures_match_macro.sql holds them together. A measure = a column of `msr_<fact>`,
a name here, a row in the seed.
#}
{% macro additive_facts() %}
    {% set facts = {
        'web': {
            'dims': ['channel', 'source_medium', 'campaign', 'country', 'device'],
            'measures': [
                'sessions', 'engaged_sessions', 'page_views', 'direct_sessions', 'engaged_seconds', 'timed_page_views',
                'sessions_any', 'sessions_purchase', 'sessions_form', 'sessions_newsletter',
            ],
        },
        'landing_pages': {
            'dims': ['channel', 'landing_page'],
            'measures': ['entries', 'engaged_entries', 'entries_any'],
        },
        'ads': {
            'dims': ['platform', 'channel', 'campaign'],
            'measures': [
                'impressions', 'clicks', 'clicks_all', 'video_views', 'video_starts', 'video_completions', 'spend',
                'claimed_orders', 'claimed_value',
            ],
        },
        'ad_breakdowns': {
            'dims': ['country', 'device'],
            'measures': [
                'impressions', 'clicks', 'clicks_all', 'video_views', 'video_starts', 'video_completions', 'spend',
            ],
            'set_column': 'breakdown',
        },
        'orders': {
            'dims': ['platform', 'channel', 'campaign', 'country', 'device', 'customer_type'],
            'measures': [
                'orders', 'orders_with_touch', 'gross', 'discounts', 'refunds', 'orders_paid', 'net_paid',
                'net_of_first_orders', 'orders_returning', 'value_paid', 'margin_paid', 'margin_attributed',
            ],
        },
        'leads': {
            'dims': ['channel', 'campaign', 'country'],
            'measures': ['leads', 'leads_30', 'leads_mql_30', 'mqls'],
        },
        'prospects': {
            'dims': ['channel', 'campaign', 'country'],
            'measures': ['leads_180', 'leads_won_180', 'signups_30', 'activated_30'],
        },
        'customers': {
            'dims': ['channel', 'country', 'customer_type'],
            'measures': [
                'new_customers', 'new_customers_paid', 'new_customers_kept', 'net_of_people', 'orders_of_people',
                'cohort_90', 'repeaters_90', 'cohort_365', 'repeaters_365',
                'cohort_size_30', 'cohort_net_30', 'cohort_margin_30',
                'cohort_size_90', 'cohort_net_90', 'cohort_margin_90',
                'cohort_size_180', 'cohort_net_180', 'cohort_margin_180',
                'cohort_size_365', 'cohort_net_365', 'cohort_margin_365',
            ],
        },
        'acquisition': {
            'dims': ['channel'],
            'measures': ['full_cost_365', 'full_cost_lagged', 'new_customers_lagged'],
        },
        'budgets': {
            'dims': ['channel'],
            'measures': ['planned_spend'],
        },
        'costs': {
            'dims': ['platform', 'channel', 'campaign'],
            'measures': ['agency_fees', 'tools', 'staff'],
        },
        'email': {
            'dims': ['platform', 'campaign'],
            'measures': [
                'emails_delivered', 'emails_delivered_human', 'openers', 'human_openers', 'clickers',
                'clickers_of_split_sends', 'unsubscribes', 'complaints',
            ],
        },
        'email_conversions': {
            'dims': ['platform', 'campaign'],
            'measures': ['emails_delivered_7', 'email_converters_7'],
        },
        'social': {
            'dims': ['platform'],
            'measures': [
                'organic_views', 'followers_gained', 'social_engagements', 'post_views', 'reached_engagements',
                'post_reach', 'shares',
            ],
        },
        'segment_spend': {
            'dims': ['platform', 'channel', 'campaign'],
            'measures': ['impressions_on_known_people', 'spend_on_known_people', 'spend_on_target'],
        },
        'social_post_days': {
            'dims': ['platform'],
            'measures': ['engagements_of_the_day'],
        },
        'search': {
            'dims': ['platform', 'country', 'device'],
            'measures': ['search_impressions', 'placed_impressions', 'position_sum'],
        },
        'reviews': {
            'dims': ['platform', 'country'],
            'measures': ['reviews_classed', 'reviews_positive'],
        },
        'surveys': {
            'dims': ['platform', 'country', 'customer_type'],
            'measures': [
                'nps_answers', 'promoters', 'detractors', 'nki_answers', 'nki_sum', 'nki_squares', 'csat_answers',
                'csat_sum', 'csat_squares', 'csat_high',
            ],
        },
    } %}
    {{ return(facts) }}
{% endmacro %}

{# The measures of a fact in their order, for one part of a union; what the part does not have is null. #}
{% macro measures_or_null(fact, given) -%}
    {%- for measure in additive_facts()[fact]['measures'] -%}
        {{ measure if measure in given else 'null as ' ~ measure }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# The dimensions of `kpi_values`, in their order. #}
{% macro dimensions() %}
    {{ return(['platform', 'channel', 'source_medium', 'campaign', 'country', 'device', 'landing_page', 'customer_type']) }}
{% endmacro %}

{# `prefix.platform, prefix.channel, …` #}
{% macro dimension_list(prefix) -%}
    {%- for dimension in dimensions() %}{{ prefix }}.{{ dimension }}{{ ', ' if not loop.last }}{% endfor -%}
{%- endmacro %}

{#
Measure values of an additive fact: segment sets as rows, then periods by the bridge, unpivoted last (the dearest step),
pruned to what some KPI may publish.
#}
{% macro measure_values_of(fact) %}
{%- set shape = additive_facts()[fact] %}
with measured as (
    select * from {{ ref('msr_' ~ fact) }}
),

legal as (
    select * from {{ ref('measure_legal') }}
    where fact = '{{ fact }}'
),

fact_sets as (
    select distinct segment_sets.*
    from {{ ref('segment_sets') }} as segment_sets
    inner join legal on legal.segment_set = segment_sets.segment_set
),

period_days as (
    select * from {{ ref('int_period_days') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

publish_policy as (
    select * from {{ ref('publish_policy') }}
),

set_days as (
    select
        measured.date,
        fact_sets.segment_set,
        measured.attribution_basis,
        {%- for dimension in shape['dims'] %}
        case when fact_sets.by_{{ dimension }} = 1 then measured.{{ dimension }} else '(all)' end as {{ dimension }},
        {%- endfor %}
        {%- for measure in shape['measures'] %}
        sum(measured.{{ measure }}) as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from measured
    {%- if 'set_column' in shape %}
    inner join fact_sets on fact_sets.segment_set = measured.{{ shape['set_column'] }}
    {%- else %}
    cross join fact_sets
    {%- endif %}
    group by
        measured.date,
        fact_sets.segment_set,
        measured.attribution_basis,
        {%- for dimension in shape['dims'] %}
        case when fact_sets.by_{{ dimension }} = 1 then measured.{{ dimension }} else '(all)' end{{ ',' if not loop.last }}
        {%- endfor %}
),

set_periods as (
    select
        period_days.period_grain,
        period_days.period_start,
        set_days.segment_set,
        set_days.attribution_basis,
        {%- for dimension in shape['dims'] %}
        set_days.{{ dimension }},
        {%- endfor %}
        {%- for measure in shape['measures'] %}
        cast(sum(set_days.{{ measure }}) as decimal(38, 12)) as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from set_days
    inner join period_days on period_days.date = set_days.date
    inner join publish_policy
        on publish_policy.period_grain = period_days.period_grain
        and publish_policy.segment_set = set_days.segment_set
    where period_days.days_ago < publish_policy.load_days
    group by
        period_days.period_grain,
        period_days.period_start,
        set_days.segment_set,
        {%- for dimension in shape['dims'] %}
        set_days.{{ dimension }},
        {%- endfor %}
        set_days.attribution_basis
),

long as (
    select *
    from set_periods
    unpivot (value for measure_id in ({{ shape['measures'] | join(', ') }}))
),

final as (
    select
        long.period_grain,
        long.period_start,
        long.segment_set,
        {%- for dimension in dimensions() %}
        {% if dimension in shape['dims'] %}long.{{ dimension }}{% else %}'(all)'{% endif %} as {{ dimension }},
        {%- endfor %}
        case when legal.basis = 'key' then long.attribution_basis else legal.basis end as attribution_basis,
        legal.date_basis,
        long.measure_id,
        long.value
    from long
    inner join legal
        on legal.measure_id = long.measure_id
        and legal.period_grain = long.period_grain
        and legal.segment_set = long.segment_set
    inner join periods
        on periods.period_grain = long.period_grain
        and periods.period_start = long.period_start
    -- A cohort measure counts once the youngest member of its period has reached the age.
    where legal.maturity_days <= {{ days_from('periods.period_end', 'periods.data_until') }}
        or legal.maturity_days = 0
)

select * from final
{% endmacro %}

{#
CTEs `counted` and `final`: values of people whose state is compared at the ends of each period, from a CTE `states` with one
row per period and person (channel, country, customer_type, the measures), and the CTEs `legal` and `segment_sets`. Each
person is in one cell of a set, and a period is never added up from shorter ones. Where a model gave the measures in
`uncertain` with `<measure>_variance` and `<measure>_error`, the first adds up and the second does before it is squared.
#}
{% macro values_of_states(measures, uncertain=[]) -%}
counted as (
    select
        states.period_grain,
        states.period_start,
        segment_sets.segment_set,
        {%- for dimension in ['channel', 'country', 'customer_type'] %}
        case when segment_sets.by_{{ dimension }} = 1 then states.{{ dimension }} else '(all)' end as {{ dimension }},
        {%- endfor %}
        {%- for measure in measures %}
        cast(sum(states.{{ measure }}) as decimal(38, 12)) as {{ measure }}{{ ',' if uncertain or not loop.last }}
        {%- endfor %}
        {%- for measure in uncertain %}
        {%- set error = 'sum(states.' ~ measure ~ '_error)' %}
        cast(sum(states.{{ measure }}_variance) + {{ error }} * {{ error }} as decimal(38, 12)) as {{ measure }}_variance{{ ',' if not loop.last }}
        {%- endfor %}
    from states
    cross join segment_sets
    where segment_sets.segment_set in (select legal.segment_set from legal)
    group by all
),

long as (
    select *
    from counted
    unpivot (value for measure_id in (
        {%- for measure in measures %}{{ measure }}{{ ', ' if uncertain or not loop.last }}{% endfor %}
        {%- for measure in uncertain %}{{ measure }}_variance{{ ', ' if not loop.last }}{% endfor -%}
    ))
),

final as (
    select
        long.period_grain,
        long.period_start,
        long.segment_set,
        {%- for dimension in dimensions() %}
        {% if dimension in ['channel', 'country', 'customer_type'] %}long.{{ dimension }}{% else %}'(all)'{% endif %} as {{ dimension }},
        {%- endfor %}
        'first_party:last_non_direct' as attribution_basis,
        legal.date_basis,
        long.measure_id,
        long.value
    from long
    inner join legal
        on legal.measure_id = long.measure_id
        and legal.period_grain = long.period_grain
        and legal.segment_set = long.segment_set
)

select * from final
{%- endmacro %}
