-- Who came back and what they say, by month. Cohort measures stand in the month of the first order; people observed for
-- fewer days than a measure asks for are not in it. Answers are given by touchpoint only: smaller cells could name a person.
{{ stage_table(
    {
        'customers': [
            'net_of_people', 'orders_of_people', 'cohort_90', 'repeaters_90', 'cohort_365', 'repeaters_365',
            'cohort_size_30', 'cohort_net_30', 'cohort_margin_30', 'cohort_size_90', 'cohort_net_90',
            'cohort_margin_90', 'cohort_size_180', 'cohort_net_180', 'cohort_margin_180', 'cohort_size_365',
            'cohort_net_365', 'cohort_margin_365',
        ],
        'acquisition': ['full_cost_365'],
        'prospects': ['signups_30', 'activated_30'],
        'orders': ['orders_returning'],
        'surveys': [
            'nps_answers', 'promoters', 'detractors', 'nki_answers', 'nki_sum', 'nki_squares', 'csat_answers',
            'csat_sum', 'csat_squares', 'csat_high',
        ],
        'reviews': ['reviews_classed', 'reviews_positive'],
    },
    ['platform', 'channel', 'country', 'customer_type'],
    grain='month',
    withheld={'surveys': ['country', 'customer_type'], 'reviews': ['country']},
) }}
