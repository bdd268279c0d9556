{{ union_of_sources('reviews') }}
