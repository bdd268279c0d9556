{{ measure_values_of('email') }}
