-- Every KPI has a numerator, a denominator if and only if it is a ratio, a legal grain and set, and known measures that
-- some fact has in every legal set; every set and grain that a KPI names exists. Rows are what is wrong.
with definitions as (
    select * from {{ ref('kpi_definitions') }}
),

terms as (
    select * from {{ ref('kpi_terms') }}
),

legal as (
    select * from {{ ref('kpi_legal') }}
),

terms_legal as (
    select * from {{ ref('kpi_terms_legal') }}
),

segment_sets as (
    select * from {{ ref('segment_sets') }}
),

measures as (
    select * from {{ ref('measures') }}
),

measure_legal as (
    select * from {{ ref('measure_legal') }}
)

select 'no numerator' as problem, definitions.kpi_id as subject
from definitions
left join terms on terms.kpi_id = definitions.kpi_id and terms.kpi_version = definitions.kpi_version and terms.part = 'num'
where terms.kpi_id is null

union all

select 'a ratio without denominator, or a denominator without ratio', definitions.kpi_id
from definitions
left join terms on terms.kpi_id = definitions.kpi_id and terms.kpi_version = definitions.kpi_version and terms.part = 'den'
where definitions.additivity <> 'M'
    and (definitions.additivity = 'R' and definitions.is_share = 0) <> (terms.kpi_id is not null)

union all

select 'nowhere legal', definitions.kpi_id
from definitions
left join legal on legal.kpi_id = definitions.kpi_id and legal.kpi_version = definitions.kpi_version
where legal.kpi_id is null

union all

select 'a set that its definition asks for and nobody may read', definitions.kpi_id || ' ' || segment_sets.segment_set
from definitions
inner join segment_sets
    on instr(' ' || definitions.segment_sets || ' ', ' ' || segment_sets.segment_set || ' ') > 0
left join legal
    on legal.kpi_id = definitions.kpi_id
    and legal.kpi_version = definitions.kpi_version
    and legal.segment_set = segment_sets.segment_set
where legal.kpi_id is null

union all

select 'unknown measure', terms.measure_id
from terms
left join measures on measures.measure_id = {{ base_measure('terms.measure_id') }}
where measures.measure_id is null

union all

select 'a legal set that no numerator has', terms_legal.kpi_id || ' ' || terms_legal.segment_set
from terms_legal
left join measure_legal
    on measure_legal.measure_id = {{ base_measure('terms_legal.measure_id') }}
    and measure_legal.period_grain = terms_legal.period_grain
    and measure_legal.segment_set = terms_legal.segment_set
where terms_legal.part = 'num'
group by terms_legal.kpi_id, terms_legal.segment_set
having count(measure_legal.measure_id) = 0
