-- What the values are signs of, and what is recommended: at most one signal per value, the most specific.
with stacked as (
    select * from {{ ref('kpi_signals__anomalies') }}
    union all
    select * from {{ ref('kpi_signals__gaps') }}
    union all
    select * from {{ ref('kpi_signals__recent') }}
),

signals as (
    select * from {{ ref('action_signals') }}
),

segments as (
    select * from {{ ref('kpi_segments') }}
),

ranked as (
    select
        stacked.*,
        signals.action,
        row_number() over (
            partition by stacked.kpi_no, stacked.cell_no, stacked.period_no order by signals.priority nulls last
        ) as position
    from stacked
    inner join signals on signals.signal_id = stacked.signal_id
),

final as (
    select
        ranked.signal_id,
        ranked.kpi_no,
        ranked.cell_no,
        ranked.period_no,
        ranked.value,
        ranked.expected_value,
        ranked.score,
        ranked.movement,
        ranked.tone,
        ranked.is_first,
        ranked.reason,
        replace(
            -- What only says that something is not known can be mapped, and nothing else done in it.
            case
                when {{ cell_text('segments') }} in ('unknown', '(other)')
                    then 'Find out what is behind {segment} and map it (its source and medium, country or campaign); '
                    || 'until then decide nothing on it.'
                else ranked.action
            end,
            '{segment}',
            case when segments.segment_set = 'total' then 'the whole company' else {{ cell_text('segments') }} end
        ) as recommended_action
    from ranked
    inner join segments on segments.cell_no = ranked.cell_no
    where ranked.position = 1
)

select * from final
