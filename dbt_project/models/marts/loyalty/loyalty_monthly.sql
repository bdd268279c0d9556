-- Who came back and what they say, by month. Cohort measures stand in the month of the first order; people observed for
-- fewer than 90 days are not in them. Answers are given by touchpoint only: smaller cells could name a person.
{{ stage_table(
    {
        'customers': ['net_of_people', 'cohort_90', 'repeaters_90'],
        'surveys': ['nps_answers', 'promoters', 'detractors', 'nki_answers', 'nki_sum', 'csat_answers', 'csat_sum'],
    },
    ['platform', 'channel', 'country', 'customer_type'],
    start=month_start('stacked.date'),
    start_name='month',
    withheld={'surveys': ['country', 'customer_type']},
) }}
