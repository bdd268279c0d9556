{{ measure_values_of('customers') }}
