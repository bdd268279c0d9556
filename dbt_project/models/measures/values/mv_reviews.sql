{{ measure_values_of('reviews') }}
