{{ kpi_values_of_class('operational') }}
