{{ measure_values_of('orders') }}
