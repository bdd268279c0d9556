{{ union_of_sources('social_account_days') }}
