-- One row: the instant of the run, and what the company set. Every model that needs either reads it here.
with company as (
    select * from {{ source('raw_config', 'company') }}
),

settings as (
    select
        coalesce(max(company_name), 'company') as company_name,
        coalesce(max(time_zone), 'UTC') as time_zone,
        coalesce(max(reporting_currency), 'EUR') as reporting_currency,
        max(history_start) as history_start,
        coalesce(max(fiscal_year_start_month), 1) as fiscal_year_start_month,
        coalesce(max(lookback_days), 90) as lookback_days,
        coalesce(max(min_n), 30) as min_n,
        coalesce(max(privacy_k), 10) as privacy_k
    from company
),

clock as (
    select
        {{ as_of() }} as as_of,
        settings.*
    from settings
),

final as (
    select
        as_of,
        {{ plus_days(local_day('as_of', 'time_zone'), -1) }} as data_until,  -- the last complete day of the company
        company_name,
        time_zone,
        reporting_currency,
        cast(history_start as date) as history_start,
        cast(fiscal_year_start_month as integer) as fiscal_year_start_month,
        cast(lookback_days as integer) as lookback_days,
        cast(min_n as integer) as min_n,
        cast(privacy_k as integer) as privacy_k,
        {{ ts_utc("timestamptz '" ~ run_started_at.strftime('%Y-%m-%d %H:%M:%S') ~ "+00'") }} as loaded_at
    from clock
)

select * from final
