"""Models that are fitted to the company's own data. They know tables alone: no vendor, no dbt, no Dagster."""
