-- Who acted, and what it cost, by day.
{{ stage_table(
    {
        'web': ['sessions', 'sessions_any', 'sessions_form', 'sessions_newsletter'],
        'leads': ['leads', 'leads_mql_30', 'mqls'],
        'orders': [
            'orders', 'orders_with_touch', 'gross', 'discounts', 'refunds', 'orders_paid', 'net_paid', 'net_of_first_orders',
        ],
        'customers': ['new_customers', 'new_customers_paid'],
        'ads': ['clicks', 'spend', 'claimed_orders', 'claimed_value'],
        'costs': ['agency_fees', 'tools', 'staff'],
    },
    ['platform', 'channel', 'source_medium', 'campaign', 'country', 'device', 'customer_type'],
) }}
