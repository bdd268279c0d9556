{#
The lines that a goal is measured against, where a share of its days is gone; from columns kind, baseline, target, failure.
A sum comes to its target in equal parts, a level moves there from its baseline, a stay is there all the time.
#}
{% macro pace_line(share) -%}
    case
        when kind = 'sum' then target * {{ share }}
        when kind = 'level' and baseline is not null then baseline + (target - baseline) * {{ share }}
        else target
    end
{%- endmacro %}

{# Where a goal is lost: the same share of the failure threshold for a sum, else the threshold's distance from the line. #}
{% macro failure_line(share) -%}
    case when kind = 'sum' then failure * {{ share }} else {{ pace_line(share) }} - target + failure end
{%- endmacro %}

{# A value that nobody knows, or that may still change or mean nothing (is_lenient), makes no status red. #}
{% macro goal_status(value, pace, failure, is_upward, is_lenient) -%}
    case
        when {{ value }} is null then 'at_risk'
        when case when {{ is_upward }} then {{ value }} >= {{ pace }} else {{ value }} <= {{ pace }} end then 'on_track'
        when {{ is_lenient }} then 'at_risk'
        when case when {{ is_upward }} then {{ value }} < {{ failure }} else {{ value }} > {{ failure }} end then 'off_track'
        else 'at_risk'
    end
{%- endmacro %}

{# The first review after a day, or after the start: the next day, Monday, first of the month or of the fiscal quarter. #}
{% macro next_review(cadence, start, day, year_start_month) -%}
    {%- set known = 'greatest(' ~ day ~ ', ' ~ start ~ ')' -%}
    case {{ cadence }}
        when 'daily' then {{ plus_days(known, 1) }}
        when 'weekly' then {{ plus_days(week_start(known), 7) }}
        when 'monthly' then {{ plus_months(month_start(known), 1) }}
        else {{ plus_months(fiscal_quarter_start(known, year_start_month), 3) }}
    end
{%- endmacro %}

{# Growth from one value to another: in points for shares and indexes, else relative; null where the first is not over 0. #}
{% macro growth(value, before, unit) -%}
    case
        when {{ unit }} in ('ratio', 'index') then {{ value }} - {{ before }}
        when {{ before }} > 0 then {{ ratio(value, before) }} - 1
    end
{%- endmacro %}
