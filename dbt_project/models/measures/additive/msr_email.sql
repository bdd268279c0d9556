-- E-mail sends on their send day.
with sends as (
    select * from {{ ref('fct_email_campaigns') }}
),

final as (
    select
        send_date as date,
        platform,
        campaign,
        'none' as attribution_basis,
        emails_delivered,
        emails_delivered_human,
        unique_opens as openers,
        unique_opens_human as human_openers,
        unique_clicks as clickers,
        -- Clicks of sends whose human openers are known: a click-to-open rate has both parts or none.
        case when unique_opens_human is not null then unique_clicks end as clickers_of_split_sends,
        unsubscribes,
        complaints
    from sends
)

select * from final
