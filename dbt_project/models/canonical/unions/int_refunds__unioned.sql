{{ union_of_sources('refunds') }}
