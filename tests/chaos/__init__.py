"""Chaos: runs that are killed at counted moments, again and again, and then left alone once (`docs/reliability.md`)."""
