{{ union_of_sources('fx_rates') }}
