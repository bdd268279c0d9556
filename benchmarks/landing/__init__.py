"""Extract and load from recorded pages: the product beside stock dlt dictionaries and beside the raw limit."""
