{{ kpi_values_of_class('tactical') }}
