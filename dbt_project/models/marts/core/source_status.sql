-- How the sources fare.
with status as (
    select * from {{ source('raw_ops', 'source_status') }}
),

final as (
    select
        source,
        is_configured,
        {{ ts_utc('last_load_at') }} as last_load_at,
        data_until,
        provisional_from,
        row_count,
        last_error
    from status
)

select * from final
