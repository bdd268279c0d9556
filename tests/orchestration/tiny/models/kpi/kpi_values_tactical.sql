{{ values_of_class(['cvr_session'], ['week', 'month', 'quarter']) }}
