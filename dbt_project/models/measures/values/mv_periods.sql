-- Measures that exist only per period (a weekly media plan): read as they are, at their own grain.
with clock as (
    select * from {{ ref('int_clock') }}
),

given as (
    select * from {{ ref('int_measure_periods__unioned') }}
),

rates as (
    select * from {{ ref('int_fx_daily') }}
),

measures as (
    select distinct measure_id, additivity from {{ ref('measures') }}
),

legal as (
    select distinct measure_id, period_grain, segment_set, basis, date_basis from {{ ref('measure_legal') }}
),

segment_sets as (
    select * from {{ ref('segment_sets') }}
    where segment_set in ('total', 'platform', 'channel', 'country')
),

converted_rows as (
    select
        given.period_grain,
        given.period_start,
        given.measure_id,
        case when {{ known('given.platform') }} = '(all)' then 'unknown' else {{ known('given.platform') }} end as platform,
        case when {{ known('given.channel') }} = '(all)' then 'unknown' else {{ known('given.channel') }} end as channel,
        case when {{ known('given.country') }} = '(all)' then 'unknown' else {{ known('given.country') }} end as country,
        case
            when given.currency is null then cast(given.value as decimal(38, 12))
            else {{ converted('given.value', 'rates.rate') }}
        end as value
    from given
    left join rates
        on rates.currency = given.currency
        and rates.date = given.period_start
    cross join clock
    where given.period_start <= clock.data_until
),

final as (
    select
        converted_rows.period_grain,
        converted_rows.period_start,
        segment_sets.segment_set,
        case when segment_sets.by_platform = 1 then converted_rows.platform else '(all)' end as platform,
        case when segment_sets.by_channel = 1 then converted_rows.channel else '(all)' end as channel,
        '(all)' as source_medium,
        '(all)' as campaign,
        case when segment_sets.by_country = 1 then converted_rows.country else '(all)' end as country,
        '(all)' as device,
        '(all)' as landing_page,
        '(all)' as customer_type,
        case when legal.basis = 'key' then 'first_party:last_non_direct' else legal.basis end as attribution_basis,
        legal.date_basis,
        converted_rows.measure_id,
        sum(converted_rows.value) as value
    from converted_rows
    inner join legal
        on legal.measure_id = converted_rows.measure_id
        and legal.period_grain = converted_rows.period_grain
    inner join segment_sets on segment_sets.segment_set = legal.segment_set
    inner join measures on measures.measure_id = converted_rows.measure_id
    group by all
    -- People and stocks of two rows do not add up.
    having count(*) = 1 or max(measures.additivity) = 'A'
)

select * from final
