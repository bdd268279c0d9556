{{ union_of_sources('social_posts') }}
