{{ union_of_sources('web_key_actions_daily') }}
