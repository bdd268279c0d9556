{{ values_of_class(['orders', 'web_sessions'], ['day', 'week', 'month', 'quarter']) }}
