"""Copies of the published marts for BI tools: PostgreSQL and Parquet. Never read from the warehouse."""
