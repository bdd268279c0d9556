-- Whether the days of a KPI's facts are those of another zone than the company's: per KPI, for all platforms together and
-- for each. Zones whose clocks agree in summer and in winter have the same days.
{{ config(materialized='view') }}

with clock as (
    select * from {{ ref('int_clock') }}
),

web as (
    select distinct time_zone from {{ ref('fct_web_sessions_daily') }}
),

ads as (
    select distinct platform, time_zone from {{ ref('fct_ad_performance_daily') }}
),

social as (
    select distinct platform, time_zone from {{ ref('int_social_account_days__compared') }}
),

search as (
    select distinct platform, time_zone from {{ ref('fct_search_performance_daily') }}
),

keys as (
    select * from {{ ref('kpi_keys') }}
),

terms as (
    select distinct kpi_id, kpi_version, measure_id from {{ ref('kpi_terms') }}
),

measures as (
    select distinct measure_id, fact from {{ ref('measures') }}
),

-- Facts of one family share their zones.
fact_zones as (
    {%- for fact in ['web', 'landing_pages', 'web_people'] %}
    select '{{ fact }}' as fact, '(all)' as platform, time_zone from web
    union all
    {%- endfor %}
    {%- for fact in ['ads', 'ad_breakdowns', 'reach', 'target_reach', 'segment_spend', 'acquisition', 'payback'] %}
    select '{{ fact }}', platform, time_zone from ads
    union all
    {%- endfor %}
    {%- for fact in ['social', 'followers', 'social_post_days'] %}
    select '{{ fact }}', platform, time_zone from social
    union all
    {%- endfor %}
    select 'search', platform, time_zone from search
),

compared as (
    select
        fact_zones.fact,
        fact_zones.platform,
        {{ local_time('clock.as_of', 'fact_zones.time_zone') }} <> {{ local_time('clock.as_of', 'clock.time_zone') }}
        or {{ local_time("clock.as_of - interval 182 day", 'fact_zones.time_zone') }}
        <> {{ local_time("clock.as_of - interval 182 day", 'clock.time_zone') }} as tz_mismatch
    from fact_zones
    cross join clock
    where {{ known('fact_zones.time_zone') }} <> 'unknown'
),

kpi_facts as (
    select keys.kpi_no, compared.platform, compared.tz_mismatch
    from keys
    inner join terms
        on terms.kpi_id = keys.kpi_id
        and terms.kpi_version = keys.kpi_version
    inner join measures on measures.measure_id = {{ base_measure('terms.measure_id') }}
    inner join compared on compared.fact = measures.fact
),

final as (
    select kpi_no, '(all)' as platform, bool_or(tz_mismatch) as tz_mismatch
    from kpi_facts
    group by kpi_no
    union all
    select kpi_no, platform, bool_or(tz_mismatch)
    from kpi_facts
    where platform <> '(all)'
    group by kpi_no, platform
)

select * from final
