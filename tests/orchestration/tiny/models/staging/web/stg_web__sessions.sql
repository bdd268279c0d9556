select date, channel, sessions from {{ source('raw_web', 'sessions') }}
