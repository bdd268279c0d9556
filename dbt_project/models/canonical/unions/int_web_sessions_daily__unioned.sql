{{ union_of_sources('web_sessions_daily') }}
