{{ union_of_sources('deals') }}
