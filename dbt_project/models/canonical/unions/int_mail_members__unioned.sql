{{ union_of_sources('mail_members') }}
