"""Builds the models with dbt, in this process, and remembers from what."""
