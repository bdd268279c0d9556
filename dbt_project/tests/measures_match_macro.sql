-- The macro additive_facts() and the seeds say the same: rows are measures or dimensions that only one of them has.
with in_macro as (
    {%- for fact, shape in additive_facts().items() %}
    {%- set outer = loop %}
    {%- for measure in shape['measures'] %}
    select '{{ fact }}' as fact, 'measure' as kind, '{{ measure }}' as name
    union all
    {%- endfor %}
    {%- for dimension in shape['dims'] %}
    select '{{ fact }}' as fact, 'dimension' as kind, '{{ dimension }}' as name
    {{ 'union all' if not (loop.last and outer.last) }}
    {%- endfor %}
    {%- endfor %}
),

additive as (
    select distinct fact from in_macro
),

in_seeds as (
    select measures.fact, 'measure' as kind, measures.measure_id as name
    from {{ ref('measures') }} as measures
    inner join additive on additive.fact = measures.fact
    {%- for dimension in dimensions() %}
    union all
    select dims.fact, 'dimension', '{{ dimension }}'
    from {{ ref('measure_dims') }} as dims
    inner join additive on additive.fact = dims.fact
    where dims.has_{{ dimension }} = 1
    {%- endfor %}
)

(select * from in_macro except select * from in_seeds)
union all
(select * from in_seeds except select * from in_macro)
