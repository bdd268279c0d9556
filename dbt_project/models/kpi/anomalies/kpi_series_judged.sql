-- What was to be expected of each published value from its own past, and whether it is unusual. Knows no KPI: any regular
-- series with a cycle and a season can be given.
--
-- Two accounts of the past are asked: the same step of recent cycles, and of past seasons; each moved to where the series
-- runs lately. A value is as far off as the nearer of the two leaves unexplained. It is unusual if that is beyond the
-- spread of past distances, beyond what its number of cases explains, and of some size.
--
-- A judgement is kept from run to run while `past_digest` is the same, the digest of every step that it rests on: of a
-- year of days a morning changes one, and moving quantiles are dear (a tenth of a morning's models).
{{ config(materialized='kept_table') }}
{% set s = anomaly_settings() %}
{% set has_kept = is_kept() %}
{% set verdict = ['expected_value', 'lower', 'upper', 'score', 'is_anomaly', 'is_first'] %}
{% set own_and_past = "partition by series_no order by reach_position nulls last range between 1.000001 preceding and current row" %}
{% set past_cycles = "partition by series_no, phase_no order by cycle_no nulls last range between " ~ s.baseline_cycles ~ " preceding and 1 preceding" %}
{% set past_seasons = "partition by series_no, season_phase_no order by season_no nulls last range between " ~ s.baseline_seasons ~ " preceding and 1 preceding" %}
-- Positions are counted in lengths of the window, which differs by grain; a little more than 1 keeps its last step in.
{% set lately = "partition by series_no order by level_position nulls last range between 1.000001 preceding and 0.000001 preceding" %}
{% set past = "partition by series_no order by spread_position nulls last range between 1.000001 preceding and 0.000001 preceding" %}
with series as (
    select * from {{ ref('kpi_series') }}
),

sized as (
    select
        *,
        greatest(steps_per_cycle, {{ s.level_steps }}) as level_length,
        greatest(
            {{ s.spread_cycles }} * steps_per_cycle, least({{ s.spread_steps }}, 2 * steps_per_cycle * cycles_per_season)
        ) as spread_length,
        {{ ratio('steps_per_cycle + 1', 2) }} as event_length
    from series
),

reaching as (
    select
        *,
        event_length + spread_length + level_length + {{ s.baseline_cycles }} * steps_per_cycle as reach
    from sized
),

steps as (
    select
        *,
        mod(step_no, steps_per_cycle) as phase_no,
        floor({{ ratio('step_no', 'steps_per_cycle') }}) as cycle_no,
        mod(step_no, steps_per_cycle * cycles_per_season) as season_phase_no,
        floor({{ ratio('step_no', 'steps_per_cycle * cycles_per_season') }}) as season_no,
        {{ ratio('step_no', 'level_length') }} as level_position,
        {{ ratio('step_no', 'spread_length') }} as spread_position,
        {{ ratio('step_no', 'reach') }} as reach_position,
        greatest({{ s.min_cycles }} * steps_per_cycle, least({{ s.min_steps }}, steps_per_cycle * cycles_per_season)) as min_steps
    from reaching
),

seasons as (
    select
        *,
        {{ window_quantile('level', 0.5) }} over ({{ past_seasons }}) as own_season_level
    from steps
),

-- Only seasons look back further than this from what is shown.
within_reach as (
    select
        *,
        {{ digest(['step_no', 'scale', 'level', 'value', 'n', 'is_ratio', 'standard_error', 'own_season_level']) }} as step_digest
    from seasons
    where step_no >= shown_from - reach
),

digested as (
    select
        *,
        sum(cast(step_digest as decimal(38, 0))) over ({{ own_and_past }}) as past_digest
    from within_reach
),

{% if has_kept -%}
kept as (
    select * from {{ this }}
),

{% endif -%}
asked as (
    select
        digested.*,
        digested.step_no >= digested.shown_from{{ ' and kept.series_no is null' if has_kept }} as is_asked
    from digested
    {%- if has_kept %}
    left join kept
        on kept.series_no = digested.series_no
        and kept.step_no = digested.step_no
        and kept.past_digest = digested.past_digest
    {%- endif %}
),

ahead as (
    select
        *,
        min(case when is_asked then step_no end) over (
            partition by series_no order by step_no nulls last rows between current row and unbounded following
        ) as next_asked
    from asked
),

recent as (
    select * from ahead
    where next_asked - step_no <= reach
),

cycles as (
    select
        *,
        {{ window_quantile('level', 0.5) }} over ({{ past_cycles }}) as cycle_level,
        avg(n) over ({{ past_cycles }}) as usual_n
    from recent
),

compared as (
    select
        *,
        coalesce(own_season_level, cycle_level) as season_level
    from cycles
),

moved as (
    select
        *,
        cycle_level + coalesce({{ window_quantile('level - cycle_level', 0.5) }} over ({{ lately }}), 0) as from_cycles,
        season_level + coalesce({{ window_quantile('level - season_level', 0.5) }} over ({{ lately }}), 0) as from_seasons
    from compared
),

distances as (
    select
        series_no,
        step_no,
        level,
        usual_n,
        spread_position,
        event_length,
        min_steps,
        least(from_cycles, from_seasons) as low_level,
        greatest(from_cycles, from_seasons) as high_level,
        case when from_cycles is not null then
            greatest(level - greatest(from_cycles, from_seasons), least(from_cycles, from_seasons) - level, 0)
        end as distance
    from moved
),

spreads as (
    select
        *,
        {{ ratio(window_quantile('distance', s.spread_quantile) ~ ' over (' ~ past ~ ')', s.spread_normal) }} as spread,
        max(distance) over ({{ past }}) as farthest,
        count(distance) over ({{ past }}) as known_steps
    from distances
),

judged as (
    select
        recent.series_no,
        recent.step_no,
        spreads.event_length,
        recent.scale,
        recent.value,
        recent.standard_error,
        case when recent.is_ratio then recent.n else spreads.usual_n end as cases,
        spreads.level,
        spreads.low_level,
        spreads.high_level,
        -- Where nothing is expected, what came now and then is usual: a newsletter once a month.
        case
            when spreads.low_level = 0 and spreads.high_level = 0
                then greatest(spreads.spread, {{ ratio('spreads.farthest', s.threshold) }})
            else spreads.spread
        end as spread
    from recent
    inner join spreads
        on spreads.series_no = recent.series_no
        and spreads.step_no = recent.step_no
    where spreads.known_steps >= spreads.min_steps
        and spreads.distance is not null
),

expected as (
    select
        *,
        {{ from_level('low_level') }} as low,
        {{ from_level('high_level') }} as high,
        {{ from_level('low_level - ' ~ s.threshold ~ ' * spread') }} as low_of_spread,
        {{ from_level('high_level + ' ~ s.threshold ~ ' * spread') }} as high_of_spread
    from judged
),

with_errors as (
    select
        *,
        {{ sampling_error('low') }} as low_error,
        {{ sampling_error('high') }} as high_error
    from expected
),

banded as (
    select
        *,
        least(low_of_spread, low - {{ s.threshold }} * low_error, low - {{ s.min_effect }} * abs(low)) as lower,
        greatest(high_of_spread, high + {{ s.threshold }} * high_error, high + {{ s.min_effect }} * abs(high)) as upper
    from with_errors
),

scored as (
    select
        series_no,
        step_no,
        event_length,
        least(greatest(value, low), high) as expected_value,
        lower,
        upper,
        -- Spreads, or sampling errors if those are fewer, that the value lies off.
        case
            when value > high then least({{ ratio('level - high_level', 'greatest(spread, 0.000001)') }}, {{ ratio('value - high', 'high_error') }})
            when value < low then -least({{ ratio('low_level - level', 'greatest(spread, 0.000001)') }}, {{ ratio('low - value', 'low_error') }})
            else 0
        end as score,
        value < lower or value > upper as is_anomaly
    from banded
),

-- One departure is one event: until half a cycle has been usual again, it goes on.
events as (
    select
        *,
        is_anomaly and coalesce(
            step_no - max(case when is_anomaly then step_no end) over (
                partition by series_no order by step_no nulls last rows between unbounded preceding and 1 preceding
            ) > event_length,
            true
        ) as is_first
    from scored
),

verdicts as (
    select series_no, step_no, true as is_new, {{ verdict | join(', ') }} from events
    {%- if has_kept %}
    union all
    select series_no, step_no, false as is_new, {{ verdict | join(', ') }} from kept
    {%- endif %}
),

final as (
    select
        asked.kpi_no,
        asked.cell_no,
        asked.period_no,
        asked.series_no,
        asked.step_no,
        asked.past_digest,
        asked.value,
        {%- for column in verdict %}
        verdicts.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from asked
    left join verdicts
        on verdicts.series_no = asked.series_no
        and verdicts.step_no = asked.step_no
        and verdicts.is_new = asked.is_asked
    where asked.step_no >= asked.shown_from
)

select * from final
