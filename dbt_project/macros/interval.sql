{#
The bound of the 95 % interval, `lower` or `upper`, from columns numerator, denominator, sum_squares, interval_kind, value.
wilson: a proportion of counts, 0 ≤ numerator ≤ denominator. mean: value ± 1.96 × √(variance ÷ n).
#}
{% macro interval_bound(side) -%}
    {%- set sign = '-' if side == 'lower' else '+' -%}
    {%- set zz = ratio('3.8416', 'denominator') -%}
    case
        when value is null then null
        when interval_kind = 'wilson' and numerator between 0 and denominator and denominator > 0
            then {{ ratio(
                '(value + ' ~ ratio(zz, 2) ~ ' ' ~ sign ~ ' sqrt(value * (1 - value) * ' ~ zz ~ ' + ' ~ ratio('(' ~ zz ~ ') * (' ~ zz ~ ')', 4) ~ '))',
                '(1 + ' ~ zz ~ ')'
            ) }}
        when interval_kind = 'mean' and denominator > 0
            then value {{ sign }} 1.96 * sqrt(greatest({{ ratio(ratio('sum_squares', 'denominator') ~ ' - value * value', 'denominator') }}, 0))
    end
{%- endmacro %}
