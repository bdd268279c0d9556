-- Which complete period is compared with which, per segment set: the last ones, as many as the policy keeps.
with periods as (
    select * from {{ ref('int_periods') }}
),

change_policy as (
    select * from {{ ref('change_policy') }}
),

complete as (
    select
        period_no,
        period_grain,
        previous_start,
        previous_year_start,
        row_number() over (partition by period_grain order by period_start desc nulls last) as recency
    from periods
    where not is_open_period
),

pairs as (
    {%- for comparison in ['previous', 'previous_year'] %}
    select
        '{{ comparison }}' as comparison,
        complete.period_grain,
        complete.recency,
        complete.period_no,
        base.period_no as base_no
    from complete
    inner join periods as base
        on base.period_grain = complete.period_grain
        and base.period_start = complete.{{ comparison }}_start
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        change_policy.segment_set,
        pairs.comparison,
        pairs.period_no,
        pairs.base_no,
        change_policy.top_segments,
        change_policy.has_factors = 1 as has_factors
    from pairs
    inner join change_policy
        on change_policy.period_grain = pairs.period_grain
        and change_policy.keep_periods >= pairs.recency
)

select * from final
