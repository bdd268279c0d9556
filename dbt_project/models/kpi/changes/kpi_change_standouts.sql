-- Per change the segment that stands out: of all sets, the one that alone comes closest to the change, beyond what its size
-- would give. A segment with 80 % of all sessions that brings 80 % of a change explains nothing, and little does one that
-- brings five times the change, which others undo.
{%- set own_set = 'kpi_no, segment_set, comparison, period_no' %}
with effects as (
    select * from {{ ref('kpi_change_effects') }}
    where segment_set <> 'total'
),

keys as (
    select * from {{ ref('kpi_keys') }}
),

segments as (
    select * from {{ ref('kpi_segments') }}
),

sized as (
    select
        keys.kpi_id,
        keys.kpi_version,
        effects.*,
        effects.share_of_change > 0 and effects.cell_no <> segments.other_cell_no as is_named,
        abs(case when keys.is_ratio then effects.d0 else effects.n0 end) as size0,
        abs(case when keys.is_ratio then effects.d1 else effects.n1 end) as size1
    from effects
    inner join keys on keys.kpi_no = effects.kpi_no
    inner join segments on segments.cell_no = effects.cell_no
),

in_set as (
    select
        *,
        {%- for effect in ['rate', 'mix', 'interaction'] %}
        sum({{ effect }}_effect) over (partition by {{ own_set }}) as set_{{ effect }}_effect,
        {%- endfor %}
        max(case when d0 <> 0 and d1 <> 0 then 1 else 0 end) over (partition by {{ own_set }}) as has_lasting,
        {%- for period in ['0', '1'] %}
        coalesce(
            {{ ratio('size' ~ period, 'sum(size' ~ period ~ ') over (partition by ' ~ own_set ~ ')') }}, 0
        ) as size_share{{ period }}{{ ',' if not loop.last }}
        {%- endfor %}
    from sized
),

exceeding as (
    select
        *,
        round(1 - abs(1 - share_of_change) - 0.5 * (size_share0 + size_share1), 9) as excess
    from in_set
),

ranked as (
    select
        *,
        row_number() over (
            partition by kpi_id, kpi_version, comparison, period_no
            order by is_named desc nulls last, excess desc nulls last, segment_set nulls last, cell_no nulls last
        ) as position
    from exceeding
),

final as (
    select
        kpi_id,
        kpi_version,
        comparison,
        period_no,
        kpi_no,
        segment_set,
        cell_no,
        effect,
        share_of_change,
        -- By a tenth of the change at least, or else no segment is named.
        coalesce(is_named and excess >= 0.1, false) as is_standing_out,
        set_rate_effect is not null and has_lasting = 0 as is_turnover,
        set_rate_effect,
        set_mix_effect,
        set_interaction_effect
    from ranked
    where position = 1
)

select * from final
