{{ union_of_sources('ad_conversions_daily') }}
