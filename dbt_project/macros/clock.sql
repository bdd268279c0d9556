{# The one instant of a run: var `as_of`, else NYCKELTAL_AS_OF, else now. It stays text until SQL reads it. #}
{% macro as_of() -%}
    {% set given = var('as_of', none) or env_var('NYCKELTAL_AS_OF', '') or run_started_at.strftime('%Y-%m-%dT%H:%M:%SZ') -%}
    cast(cast('{{ given }}' as timestamptz) as timestamp)
{%- endmacro %}
