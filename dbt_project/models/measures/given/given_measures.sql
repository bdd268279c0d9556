-- Measures that are given per period: by files, by KPIs entered by hand, by the answers to brand surveys.
with clock as (
    select * from {{ ref('int_clock') }}
),

in_files as (
    select * from {{ ref('int_measure_periods__unioned') }}
),

manual_kpis as (
    select * from {{ ref('int_manual_kpis__unioned') }}
),

answers as (
    select * from {{ ref('int_survey_responses') }}
    where kind = 'brand'
        and score is not null
),

rates as (
    select * from {{ ref('int_fx_daily') }}
),

terms as (
    select distinct kpi_id, part, measure_id from {{ ref('kpi_terms') }}
),

inputs as (
    select measure_id from {{ ref('measures') }}
    where fact = 'inputs'
),

-- A KPI that may be entered by hand has one measure above the line and at most one below it.
entered as (
    select
        manual_kpis.period_grain,
        manual_kpis.period_start,
        terms.measure_id,
        case terms.part when 'num' then manual_kpis.numerator else manual_kpis.denominator end as value
    from manual_kpis
    inner join terms on terms.kpi_id = manual_kpis.kpi_id
    inner join inputs on inputs.measure_id = terms.measure_id
),

answered as (
    select answer_date, country, count(*) as respondents, sum(score) as recognisers
    from answers
    group by answer_date, country
),

given as (
    select
        in_files.period_grain,
        in_files.period_start,
        in_files.measure_id,
        in_files.platform,
        in_files.channel,
        in_files.country,
        false as is_by_hand,
        case
            when in_files.currency is null then cast(in_files.value as decimal(38, 12))
            else {{ converted('in_files.value', 'rates.rate') }}
        end as value
    from in_files
    left join rates
        on rates.currency = in_files.currency
        and rates.date = in_files.period_start
    union all
    select period_grain, period_start, measure_id, '(all)', '(all)', '(all)', true, cast(value as decimal(38, 12))
    from entered
    union all
    select 'day', answer_date, 'brand_respondents', '(all)', '(all)', country, false, cast(respondents as decimal(38, 12))
    from answered
    union all
    select 'day', answer_date, 'brand_recognisers', '(all)', '(all)', country, false, cast(recognisers as decimal(38, 12))
    from answered
),

final as (
    select
        given.period_grain,
        given.period_start,
        given.measure_id,
        {%- for dimension in ['platform', 'channel', 'country'] %}
        case when {{ known('given.' ~ dimension) }} = '(all)' then 'unknown' else {{ known('given.' ~ dimension) }} end as {{ dimension }},
        {%- endfor %}
        given.is_by_hand,
        given.value
    from given
    cross join clock
    where given.period_start <= clock.data_until
        and given.value is not null
)

select * from final
