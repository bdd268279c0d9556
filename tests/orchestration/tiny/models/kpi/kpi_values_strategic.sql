{{ values_of_class(['orders'], ['quarter']) }}
