-- Every single set that exists by week or month says how its changes are split, and nothing else does. Rows are what is wrong.
with policy as (
    select period_grain, segment_set from {{ ref('change_policy') }}
),

single_sets as (
    select segment_set from {{ ref('segment_sets') }}
    where {% for dimension in dimensions() %}by_{{ dimension }}{{ ' + ' if not loop.last }}{% endfor %} <= 1
),

published as (
    select publish_policy.period_grain, publish_policy.segment_set
    from {{ ref('publish_policy') }} as publish_policy
    inner join single_sets on single_sets.segment_set = publish_policy.segment_set
    where publish_policy.period_grain in ('week', 'month')
)

(select * from policy except select * from published)
union all
(select * from published except select * from policy)
