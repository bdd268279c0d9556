{{ measure_values_of('social') }}
