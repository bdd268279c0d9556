{{ union_of_sources('contacts') }}
