{{ kpi_values_of_class('strategic') }}
