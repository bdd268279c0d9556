{{ union_of_sources('costs') }}
