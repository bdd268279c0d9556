{{ union_of_sources('ad_breakdowns_daily') }}
