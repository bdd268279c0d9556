{{ measure_values_of('landing_pages') }}
