{{ measure_values_of('social_post_days') }}
