{#
A measure `<measure>_year_ago` is the measure in the period that a period is compared with a year before: what growth KPIs
are made of. It has no row in the seed `measures`; it is legal wherever its measure is.
#}
{% macro base_measure(measure) %}replace({{ measure }}, '_year_ago', ''){% endmacro %}

{% macro is_year_ago(measure) %}{{ measure }} like '%!_year!_ago' escape '!'{% endmacro %}
