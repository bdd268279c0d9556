{#
A table that may read what it was before: it is replaced by one statement. `--full-refresh` makes it from nothing, as for
an incremental model of dbt; unlike that, rows that are not given again are gone.
#}
{% materialization kept_table, adapter='duckdb', supported_languages=['sql'] %}
    {%- set target = this.incorporate(type='table') -%}
    {%- set existing = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks) }}
    {% call statement('main') -%}
        {% if existing is not none and not existing.is_table %}drop {{ existing.type }} {{ existing }};{% endif %}
        create or replace table {{ target }} as (
            {{ compiled_code }}
        )
    {%- endcall %}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{# Whether a model of this kind finds itself as it was before. #}
{% macro is_kept() %}
    {%- if not execute or model.config.materialized != 'kept_table' or should_full_refresh() -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set existing = load_cached_relation(this) -%}
    {{ return(existing is not none and existing.is_table) }}
{% endmacro %}
