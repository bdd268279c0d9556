-- Who could have seen us and who came, by day.
{{ stage_table(
    {
        'web': ['sessions', 'direct_sessions', 'page_views'],
        'ads': ['impressions', 'video_views', 'spend'],
        'search': ['search_impressions', 'placed_impressions', 'position_sum'],
        'social': ['organic_views', 'followers_gained'],
        'email': ['emails_delivered'],
    },
    ['platform', 'channel', 'source_medium', 'campaign', 'country', 'device'],
) }}
