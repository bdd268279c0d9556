{{ measure_values_of('acquisition') }}
