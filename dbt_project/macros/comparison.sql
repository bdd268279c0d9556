{# How far a value moved from the one before; what rounding leaves of no movement, up to 1e-12 of that value, is none. #}
{% macro moved(now, before) -%}
    case when abs({{ now }} - {{ before }}) <= 1e-12 * abs({{ before }}) then 0 else {{ now }} - {{ before }} end
{%- endmacro %}

{# Growth against a base as a share of it. Rates and indices move in points: theirs is none, nor is that of a small base. #}
{% macro relative_change(base) -%}
    case
        when keys.unit not in ('ratio', 'index')
            and {{ base }}.value > 0
            and coalesce({{ base }}.n, keys.min_n) >= keys.min_n
            then {{ ratio('cells.value - ' ~ base ~ '.value', base ~ '.value') }}
    end
{%- endmacro %}

{#
Whether a value and its base are alike: both known, settled and reliable, of as many days, and of the same members, which
what was merged into `(other)` does not have.
#}
{% macro is_like_with_like(base) -%}
    coalesce(
        cells.value is not null
        and {{ base }}.value is not null
        and cells.settled_share >= 1
        and {{ base }}.settled_share >= 1
        and not cells.is_unreliable
        and not {{ base }}.is_unreliable
        and compared_periods.is_{{ base }}_as_long
        and not segments.is_other,
        false
    )
{%- endmacro %}
