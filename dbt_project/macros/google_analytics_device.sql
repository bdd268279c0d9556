{# The vendor's names of devices; televisions and what is not set are unknown. #}
{% macro google_analytics_device(device) -%}
    case when {{ device }} in ('mobile', 'desktop', 'tablet') then {{ device }} else 'unknown' end
{%- endmacro %}
