{{ measure_values_of('prospects') }}
