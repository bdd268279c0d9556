{#
What the detector takes for usual. The same for every KPI, grain and segment: a grain says only how many steps a cycle
has (7 days a week; a week is its own cycle) and how many cycles a season (52 weeks or 12 months a year).

baseline_cycles: a value is compared with the same step of so many cycles. baseline_seasons: and of so many seasons.
level_steps: where the series runs lately, at least so many steps. spread_cycles, spread_steps: how far it usually
strays, over so many cycles and steps (at most two seasons). spread_quantile, spread_normal: the spread is that quantile
of past distances, divided by what it is where they are normal. threshold: spreads, and sampling errors, that are still
usual. min_effect: a smaller share of the expected value is never unusual. min_cycles, min_steps: past distances that
must be known (min_steps at most a season). partner_score: what a second KPI must move to count as moving along.
#}
{% macro anomaly_settings() %}
    {{ return({
        'baseline_cycles': 8,
        'baseline_seasons': 4,
        'level_steps': 7,
        'spread_cycles': 13,
        'spread_steps': 52,
        'spread_quantile': 0.975,
        'spread_normal': 2.2414,
        'threshold': 3.75,
        'min_effect': 0.1,
        'min_cycles': 2,
        'min_steps': 26,
        'partner_score': 2,
    }) }}
{% endmacro %}

{#
The value on the scale on which it strays alike at every level, from columns scale, value, numerator, denominator.
share: log odds, half a case added to both sides so that 0 and 1 have a place. count, amount: logarithm, signed, 0 at 0.
#}
{% macro to_level() -%}
    case scale
        when 'share' then ln({{ ratio('numerator + 0.5', 'denominator - numerator + 0.5') }})
        when 'index' then value
        else sign(value) * ln(1 + abs(value))
    end
{%- endmacro %}

{# And back. #}
{% macro from_level(level) -%}
    case scale
        when 'share' then {{ ratio('1', '1 + exp(-(' ~ level ~ '))') }}
        when 'index' then {{ level }}
        else sign({{ level }}) * (exp(abs({{ level }})) - 1)
    end
{%- endmacro %}

{#
The standard error that the number of cases alone gives an expected value, from columns scale, cases, standard_error.
count: each case counts 1. amount: each brings an amount that varies as much as its mean.
#}
{% macro sampling_error(expected) -%}
    case scale
        when 'share' then sqrt({{ ratio(expected ~ ' * (1 - ' ~ expected ~ ')', 'greatest(cases, 1)') }})
        when 'index' then coalesce(standard_error, 0)
        when 'count' then sqrt(greatest(abs({{ expected }}), 1))
        when 'amount' then case when cases is null then 0 else abs({{ expected }}) * sqrt({{ ratio('2', 'greatest(cases, 1)') }}) end
    end
{%- endmacro %}
