{{ union_of_sources('social_post_snapshots') }}
