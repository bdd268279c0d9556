-- Every signal has its KPIs and checks, every name in the rule tables exists, and the last rule fits everything. Rows are
-- what is wrong.
with signals as (
    select * from {{ ref('action_signals') }}
),

signal_kpis as (
    select * from {{ ref('action_signal_kpis') }}
),

checks as (
    select * from {{ ref('action_checks') }}
),

definitions as (
    select distinct kpi_id from {{ ref('kpi_definitions') }}
),

segment_sets as (
    select * from {{ ref('segment_sets') }}
),

named_kpis as (
    select kpi_id from signal_kpis where kpi_id <> '*'
    union
    select partner_kpi_id from signal_kpis where partner_kpi_id is not null
    union
    select kpi_id from checks where kpi_id is not null
)

select 'unknown KPI' as problem, named_kpis.kpi_id as subject
from named_kpis
left join definitions on definitions.kpi_id = named_kpis.kpi_id
where definitions.kpi_id is null

union all

select 'a signal without KPIs', signals.signal_id
from signals
left join signal_kpis on signal_kpis.signal_id = signals.signal_id
where signal_kpis.signal_id is null

union all

select 'a signal without checks of its own', signals.signal_id
from signals
left join checks on checks.signal_id = signals.signal_id
where checks.signal_id is null

union all

select 'unknown signal', used.signal_id
from (
    select signal_id from signal_kpis
    union
    select signal_id from checks where signal_id <> '*'
) as used
left join signals on signals.signal_id = used.signal_id
where signals.signal_id is null

union all

select 'an incomplete rule', signal_id
from signals
where trigger not in ('anomaly', 'pair', 'gap', 'recent')
    or (trigger = 'gap' and (segment_set is null or period_grain is null or own_cell is null or other_cell is null))
    or (trigger in ('gap', 'recent') and threshold is null)

union all

select 'a pair without partner, or a partner without pair', signal_kpis.signal_id
from signal_kpis
inner join signals on signals.signal_id = signal_kpis.signal_id
where (signals.trigger = 'pair')
    <> (signal_kpis.partner_kpi_id is not null and signal_kpis.movement is not null and signal_kpis.partner_movement is not null)

union all

select 'the last rule must fit everything', signals.signal_id
from signals
left join signal_kpis
    on signal_kpis.signal_id = signals.signal_id
    and signal_kpis.kpi_id = '*'
where signals.priority = (select max(priority) from signals)
    and (
        signals.trigger <> 'anomaly'
        or coalesce(signals.movement, signals.tone, signals.segment_set, signals.period_grain) is not null
        or signal_kpis.signal_id is null
    )

union all

select 'a check that nothing computes', checks.signal_id || ' ' || checks.label
from checks
left join segment_sets on segment_sets.segment_set = checks.segment_set
where checks.kind not in ('sources', 'tracking', 'definition', 'duplicates', 'settled', 'related', 'segments', 'mix', 'unmeasured')
    or (checks.kind = 'related' and checks.kpi_id is null)
    or (checks.kind in ('segments', 'mix') and segment_sets.segment_set is null)
    or (checks.kind = 'unmeasured' and checks.note is null)

union all

select 'a check of the data that asks for nothing', checks.label
from checks
where checks.signal_id = '*'
    and checks.action is null
