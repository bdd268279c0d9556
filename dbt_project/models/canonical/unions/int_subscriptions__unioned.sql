{{ union_of_sources('subscriptions') }}
