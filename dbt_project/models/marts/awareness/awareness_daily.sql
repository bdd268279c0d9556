-- Who could have seen us and who came, by day.
{{ stage_table(
    {
        'web': ['sessions', 'page_views', 'direct_sessions'],
        'ads': ['impressions', 'video_views', 'spend'],
        'social': ['organic_views', 'followers_gained'],
        'email': ['emails_delivered'],
        'search': ['search_impressions', 'placed_impressions', 'position_sum'],
    },
    ['platform', 'channel', 'source_medium', 'campaign', 'country', 'device'],
) }}
