{{ measure_values_of('leads') }}
