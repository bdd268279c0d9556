{{ union_of_sources('web_landing_pages_daily') }}
