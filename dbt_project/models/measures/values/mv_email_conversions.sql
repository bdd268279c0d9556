{{ measure_values_of('email_conversions') }}
