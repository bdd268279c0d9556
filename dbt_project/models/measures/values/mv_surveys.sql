{{ measure_values_of('surveys') }}
