-- The company's target segment: age groups and genders from a day on, until it is defined anew, and how many people it has.
with cells as (
    select * from {{ source('raw_config', 'target_segment') }}
),

definitions as (
    select valid_from, lead(valid_from) over (order by valid_from nulls last) as next_valid_from
    from cells
    group by valid_from
),

final as (
    select
        cells.valid_from,
        coalesce(definitions.next_valid_from, date '9999-12-31') as valid_before,
        cells.age,
        cells.gender,
        cells.people,
        sum(cells.people) over (partition by cells.valid_from) as market_size
    from cells
    inner join definitions on definitions.valid_from = cells.valid_from
)

select * from final
