-- Measures that are given per period (a weekly media plan, what the books say): read as they are. What was entered by hand
-- is the total, and stands there instead of what files say of the same period.
with given as (
    select * from {{ ref('given_measures_by_period') }}
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

judged as (
    select
        given.*,
        bool_or(is_by_hand) over (partition by measure_id, period_grain, period_start) as has_by_hand
    from given
),

final as (
    select
        judged.period_grain,
        judged.period_start,
        segment_sets.segment_set,
        case when segment_sets.by_platform = 1 then judged.platform else '(all)' end as platform,
        case when segment_sets.by_channel = 1 then judged.channel else '(all)' end as channel,
        '(all)' as source_medium,
        '(all)' as campaign,
        case when segment_sets.by_country = 1 then judged.country else '(all)' end as country,
        '(all)' as device,
        '(all)' as landing_page,
        '(all)' as customer_type,
        case when legal.basis = 'key' then 'first_party:last_non_direct' else legal.basis end as attribution_basis,
        legal.date_basis,
        judged.measure_id,
        sum(judged.value) as value
    from judged
    inner join legal
        on legal.measure_id = judged.measure_id
        and legal.period_grain = judged.period_grain
    inner join segment_sets on segment_sets.segment_set = legal.segment_set
    inner join measures on measures.measure_id = judged.measure_id
    where judged.is_by_hand = (segment_sets.segment_set = 'total' and judged.has_by_hand)
    group by all
    -- Distinct people of two rows do not add up.
    having count(*) = 1 or max(measures.additivity) <> 'N'
)

select * from final
