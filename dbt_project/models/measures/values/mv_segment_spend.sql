{{ measure_values_of('segment_spend') }}
