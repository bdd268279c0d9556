-- Who could have seen us and who came, by day.
{{ stage_table(
    {
        'web': ['sessions', 'page_views'],
        'ads': ['impressions', 'spend'],
        'social': ['organic_views', 'followers_gained'],
        'email': ['emails_delivered'],
    },
    ['platform', 'channel', 'source_medium', 'campaign', 'country', 'device'],
) }}
