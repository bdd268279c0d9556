{#
The bound of the 95 % interval, `lower` or `upper`, from columns numerator, denominator, sum_squares, interval_kind, value.
wilson: a proportion of counts, 0 ≤ numerator ≤ denominator. mean: value ± 1.96 × √(variance ÷ n); answers that are all
the same leave a variance of rounded digits, up to 1e-12 of the square, which is none. variance: `sum_squares` is the variance of
the numerator, as a model gives it; what it predicts is never below 0, and a share of people never above 1.
#}
{% macro interval_bound(side) -%}
    {%- set sign = '-' if side == 'lower' else '+' -%}
    {%- set variance = '(' ~ ratio('sum_squares', 'denominator') ~ ' - value * value)' -%}
    {%- set zz = ratio('3.8416', 'denominator') -%}
    case
        when value is null then null
        when interval_kind = 'wilson' and numerator between 0 and denominator and denominator > 0
            then {{ ratio(
                '(value + ' ~ ratio(zz, 2) ~ ' ' ~ sign ~ ' sqrt(value * (1 - value) * ' ~ zz ~ ' + ' ~ ratio('(' ~ zz ~ ') * (' ~ zz ~ ')', 4) ~ '))',
                '(1 + ' ~ zz ~ ')'
            ) }}
        when interval_kind = 'mean' and denominator > 0
            then value {{ sign }} 1.96 * sqrt(
                case when {{ variance }} > 1e-12 * value * value then {{ ratio(variance, 'denominator') }} else 0 end
            )
        when interval_kind = 'variance' and denominator > 0
            {%- set bound = 'value ' ~ sign ~ ' 1.96 * ' ~ ratio('sqrt(sum_squares)', 'denominator') %}
            then {% if side == 'lower' %}greatest(0, {{ bound }}){% else %}case when unit = 'ratio' then least(1, {{ bound }}) else {{ bound }} end{% endif %}
    end
{%- endmacro %}
