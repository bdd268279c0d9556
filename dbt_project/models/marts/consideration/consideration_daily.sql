-- Who reacted, by day.
{{ stage_table(
    {
        'web': [
            'sessions', 'engaged_sessions', 'page_views', 'engaged_seconds', 'timed_page_views', 'sessions_purchase',
            'sessions_form', 'sessions_newsletter',
        ],
        'ads': ['impressions', 'clicks', 'clicks_all', 'video_starts', 'video_completions', 'spend'],
        'segment_spend': ['spend_on_known_people', 'spend_on_target'],
        'social': ['social_engagements', 'post_views', 'shares'],
        'social_post_days': ['engagements_of_the_day'],
        'email': [
            'emails_delivered', 'emails_delivered_human', 'openers', 'human_openers', 'clickers',
            'clickers_of_split_sends', 'unsubscribes', 'complaints',
        ],
    },
    ['platform', 'channel', 'source_medium', 'campaign', 'country', 'device'],
) }}
