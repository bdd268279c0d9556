"""What readers get: the marts, what was known of them when, the pages."""
