"""Gates: what is plausible, as data, and one runner that asks Great Expectations inside DuckDB.

`<source>.py` holds what only one source knows: `rules(days)`, SQL that selects rows that must not be, and `SIGNED`, the
columns that may be negative. What follows from a table's declaration (grain, keys, signs, volume, freshness, drift of
categories) is derived in `generic.py`.
"""
