{# What DuckDB and Spark say differently. A model never uses one engine's form. #}

{% macro ratio(numerator, denominator) -%}
    cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0)
{%- endmacro %}

{# An instant of any type as UTC without a zone. The session's zone is UTC. #}
{% macro ts_utc(column) %}{{ return(adapter.dispatch('ts_utc')(column)) }}{% endmacro %}
{% macro default__ts_utc(column) %}cast({{ column }} as timestamp){% endmacro %}
{% macro spark__ts_utc(column) %}cast({{ column }} as timestamp_ntz){% endmacro %}

{# The day of a UTC instant in a zone, both given as SQL. #}
{% macro local_day(instant, zone) %}{{ return(adapter.dispatch('local_day')(instant, zone)) }}{% endmacro %}
{% macro default__local_day(instant, zone) %}cast(timezone({{ zone }}, timezone('UTC', {{ instant }})) as date){% endmacro %}
{% macro spark__local_day(instant, zone) %}cast(from_utc_timestamp({{ instant }}, {{ zone }}) as date){% endmacro %}

{# The clock on the wall in a zone at a UTC instant. #}
{% macro local_time(instant, zone) %}{{ return(adapter.dispatch('local_time')(instant, zone)) }}{% endmacro %}
{% macro default__local_time(instant, zone) %}timezone({{ zone }}, timezone('UTC', {{ instant }})){% endmacro %}
{% macro spark__local_time(instant, zone) %}from_utc_timestamp({{ instant }}, {{ zone }}){% endmacro %}

{# 1 = Monday … 7 = Sunday. #}
{% macro iso_dow(day) %}{{ return(adapter.dispatch('iso_dow')(day)) }}{% endmacro %}
{% macro default__iso_dow(day) %}cast(isodow({{ day }}) as integer){% endmacro %}
{% macro spark__iso_dow(day) %}weekday({{ day }}) + 1{% endmacro %}

{# Whole days from one date to another. #}
{% macro days_from(first, last) %}{{ return(adapter.dispatch('days_from')(first, last)) }}{% endmacro %}
{% macro default__days_from(first, last) %}datediff('day', {{ first }}, {{ last }}){% endmacro %}
{% macro spark__days_from(first, last) %}datediff({{ last }}, {{ first }}){% endmacro %}

{# A date some days (SQL, may be a column) later. #}
{% macro plus_days(day, days) %}{{ return(adapter.dispatch('plus_days')(day, days)) }}{% endmacro %}
{% macro default__plus_days(day, days) %}cast({{ day }} + cast({{ days }} as integer) as date){% endmacro %}
{% macro spark__plus_days(day, days) %}date_add({{ day }}, cast({{ days }} as int)){% endmacro %}

{# A date some months later, and first days of periods: dates, not timestamps. #}
{% macro plus_months(day, months) %}cast({{ dbt.dateadd('month', months, day) }} as date){% endmacro %}
{% macro month_start(day) %}cast(date_trunc('month', {{ day }}) as date){% endmacro %}
{% macro quarter_start(day) %}cast(date_trunc('quarter', {{ day }}) as date){% endmacro %}
{% macro week_start(day) %}cast(date_trunc('week', {{ day }}) as date){% endmacro %}

{# First day of the quarter of a fiscal year that starts in some month (SQL, 1 = January): calendar quarters, moved. #}
{% macro fiscal_quarter_start(day, start_month) -%}
    case ({{ start_month }} - 1) % 3
        {%- for months in [1, 2] %}
        when {{ months }} then {{ plus_months(quarter_start(plus_months(day, -months)), months) }}
        {%- endfor %}
        else {{ quarter_start(day) }}
    end
{%- endmacro %}

{# One row per day of a range, in the select list. #}
{% macro each_day(first, last) %}{{ return(adapter.dispatch('each_day')(first, last)) }}{% endmacro %}
{% macro default__each_day(first, last) %}cast(unnest(generate_series({{ first }}, {{ last }}, interval 1 day)) as date){% endmacro %}
{% macro spark__each_day(first, last) %}explode(sequence({{ first }}, {{ last }}, interval 1 day)){% endmacro %}

{# Texts of a group in alphabetical order, joined. #}
{% macro joined_texts(text, sign) %}{{ return(adapter.dispatch('joined_texts')(text, sign)) }}{% endmacro %}
{% macro default__joined_texts(text, sign) %}string_agg({{ text }}, '{{ sign }}' order by {{ text }} nulls last){% endmacro %}
{% macro spark__joined_texts(text, sign) %}array_join(array_sort(collect_list({{ text }})), '{{ sign }}'){% endmacro %}

{# A number as text: thousands by commas, so many decimals. #}
{% macro fixed_text(number, decimals) %}{{ return(adapter.dispatch('fixed_text')(number, decimals)) }}{% endmacro %}
{% macro default__fixed_text(number, decimals) %}format('{:,.{{ decimals }}f}', cast({{ number }} as double)){% endmacro %}
{% macro spark__fixed_text(number, decimals) %}format_number(cast({{ number }} as double), {{ decimals }}){% endmacro %}

{# A whole number of 64 bits that stands for these values together, nulls included. #}
{% macro digest(columns) %}{{ return(adapter.dispatch('digest')(columns)) }}{% endmacro %}
{% macro default__digest(columns) %}hash({{ columns | join(', ') }}){% endmacro %}
{% macro spark__digest(columns) %}xxhash64({{ columns | join(', ') }}){% endmacro %}

{# A quantile of a number over a window: written before `over`. #}
{% macro window_quantile(column, quantile) %}{{ return(adapter.dispatch('window_quantile')(column, quantile)) }}{% endmacro %}
{% macro default__window_quantile(column, quantile) %}quantile_cont({{ column }}, {{ quantile }}){% endmacro %}
{% macro spark__window_quantile(column, quantile) %}percentile({{ column }}, {{ quantile }}){% endmacro %}

{% macro duckdb__safe_cast(field, type) %}try_cast({{ field }} as {{ type }}){% endmacro %}
{% macro spark__safe_cast(field, type) %}try_cast({{ field }} as {{ type }}){% endmacro %}
