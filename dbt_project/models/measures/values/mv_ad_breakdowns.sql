{{ measure_values_of('ad_breakdowns') }}
