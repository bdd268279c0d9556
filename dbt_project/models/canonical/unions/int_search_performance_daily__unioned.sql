{{ union_of_sources('search_performance_daily') }}
