{# Text dimensions: trimmed, `unknown` where there is nothing. #}
{% macro known(text) -%}
    coalesce(nullif(trim({{ text }}), ''), 'unknown')
{%- endmacro %}

{# A campaign's label; what tools write when there is none is `unknown`. #}
{% macro campaign_label(text) -%}
    case
        when lower(trim({{ text }})) in ('', '(not set)', '(none)', '(direct)', '(organic)', '(referral)') then 'unknown'
        else coalesce(trim({{ text }}), 'unknown')
    end
{%- endmacro %}

{# `source / medium` as the channel map matches it: lower case, `(none)` where nothing was sent. #}
{% macro source_medium_key(source, medium) -%}
    {{ _sent(source) }} || ' / ' || {{ _sent(medium) }}
{%- endmacro %}
{% macro _sent(text) -%}
    case
        when lower(trim({{ text }})) in ('', 'unknown', '(not set)') then '(none)'
        else coalesce(lower(trim({{ text }})), '(none)')
    end
{%- endmacro %}

{# `source / medium` as it is shown. #}
{% macro source_medium(source, medium) -%}
    case
        when {{ known(source) }} = 'unknown' and {{ known(medium) }} = 'unknown' then 'unknown'
        else {{ known(source) }} || ' / ' || {{ known(medium) }}
    end
{%- endmacro %}

{# The channel of a web row: by the tool's own label; by source and medium where it gives none. #}
{% macro web_channel(web, labels, visits) -%}
    case
        when lower({{ known(web ~ '.channel_group') }}) in ('unknown', '(not set)') then coalesce({{ visits }}.channel, 'unknown')
        else coalesce({{ labels }}.channel, 'unknown')
    end
{%- endmacro %}
