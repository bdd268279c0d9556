{{ measure_values_of('web') }}
