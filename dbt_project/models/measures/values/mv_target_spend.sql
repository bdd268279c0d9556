{{ measure_values_of('target_spend') }}
