-- What was to be expected of each value from its own past, and whether it is unusual. Knows no KPI: any regular series
-- with a cycle and a season can be given.
--
-- Two accounts of the past are asked: the same step of recent cycles, and of past seasons; each moved to where the series
-- runs lately. A value is as far off as the nearer of the two leaves unexplained. It is unusual if that is beyond the
-- spread of past distances, beyond what its number of cases explains, and of some size.
{% set s = anomaly_settings() %}
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

steps as (
    select
        *,
        mod(step_no, steps_per_cycle) as phase_no,
        floor({{ ratio('step_no', 'steps_per_cycle') }}) as cycle_no,
        mod(step_no, steps_per_cycle * cycles_per_season) as season_phase_no,
        floor({{ ratio('step_no', 'steps_per_cycle * cycles_per_season') }}) as season_no,
        {{ ratio('step_no', 'level_length') }} as level_position,
        {{ ratio('step_no', 'spread_length') }} as spread_position,
        greatest({{ s.min_cycles }} * steps_per_cycle, least({{ s.min_steps }}, steps_per_cycle * cycles_per_season)) as min_steps
    from sized
),

seasons as (
    select
        *,
        {{ window_quantile('level', 0.5) }} over ({{ past_seasons }}) as own_season_level
    from steps
),

-- Only seasons look back further than this from what is shown.
recent as (
    select * from seasons
    where step_no >= shown_from - event_length - spread_length - level_length - {{ s.baseline_cycles }} * steps_per_cycle
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
        series.kpi_no,
        series.cell_no,
        series.period_no,
        series.series_no,
        series.step_no,
        series.shown_from,
        spreads.event_length,
        series.scale,
        series.value,
        series.standard_error,
        case when series.is_ratio then series.n else spreads.usual_n end as cases,
        spreads.level,
        spreads.low_level,
        spreads.high_level,
        -- Where nothing is expected, what came now and then is usual: a newsletter once a month.
        case
            when spreads.low_level = 0 and spreads.high_level = 0
                then greatest(spreads.spread, {{ ratio('spreads.farthest', s.threshold) }})
            else spreads.spread
        end as spread
    from series
    inner join spreads
        on spreads.series_no = series.series_no
        and spreads.step_no = series.step_no
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
        kpi_no,
        cell_no,
        period_no,
        series_no,
        step_no,
        shown_from,
        event_length,
        value,
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

final as (
    select
        kpi_no,
        cell_no,
        period_no,
        value,
        expected_value,
        lower,
        upper,
        score,
        is_anomaly,
        is_first
    from events
    where step_no >= shown_from
)

select * from final
