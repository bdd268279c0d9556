{# Google's names of devices; televisions and what it calls OTHER are unknown. #}
{% macro google_ads_device(device) -%}
    case when lower({{ device }}) in ('mobile', 'desktop', 'tablet') then lower({{ device }}) else 'unknown' end
{%- endmacro %}
