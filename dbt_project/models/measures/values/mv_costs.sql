{{ measure_values_of('costs') }}
