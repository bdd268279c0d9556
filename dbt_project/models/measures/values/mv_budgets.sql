{{ measure_values_of('budgets') }}
