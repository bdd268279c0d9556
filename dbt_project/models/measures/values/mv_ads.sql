{{ measure_values_of('ads') }}
