{{ union_of_sources('contact_stages') }}
