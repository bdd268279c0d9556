-- Who reacted, by day.
{{ stage_table(
    {
        'web': ['sessions', 'engaged_sessions', 'page_views'],
        'ads': ['impressions', 'clicks', 'clicks_all', 'spend'],
        'social': ['social_engagements', 'post_views'],
        'email': ['emails_delivered', 'emails_delivered_human', 'openers', 'human_openers', 'clickers', 'unsubscribes'],
    },
    ['platform', 'channel', 'source_medium', 'campaign', 'country', 'device'],
) }}
