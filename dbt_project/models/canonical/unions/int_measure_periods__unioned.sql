{{ union_of_sources('measure_periods') }}
