{{ measure_values_of('search') }}
