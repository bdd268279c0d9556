{{ union_of_sources('email_campaigns') }}
