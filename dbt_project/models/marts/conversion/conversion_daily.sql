-- Who acted, and what it cost, by day.
{{ stage_table(
    {
        'web': ['sessions', 'sessions_any', 'sessions_purchase', 'sessions_form', 'sessions_newsletter'],
        'landing_pages': ['entries', 'entries_any'],
        'email_conversions': ['emails_delivered_7', 'email_converters_7'],
        'leads': ['leads', 'leads_30', 'leads_mql_30', 'mqls'],
        'prospects': ['leads_180', 'leads_won_180'],
        'orders': [
            'orders', 'orders_with_touch', 'gross', 'discounts', 'refunds', 'orders_paid', 'net_paid', 'value_paid',
            'margin_paid', 'margin_attributed', 'net_of_first_orders',
        ],
        'customers': ['new_customers', 'new_customers_paid', 'new_customers_kept'],
        'acquisition': ['full_cost_lagged', 'new_customers_lagged'],
        'ads': ['clicks', 'spend', 'claimed_orders', 'claimed_value'],
        'costs': ['agency_fees', 'tools', 'staff'],
        'budgets': ['planned_spend'],
    },
    ['platform', 'channel', 'source_medium', 'campaign', 'country', 'device', 'landing_page', 'customer_type'],
) }}
