"""A Superset bundle (database, datasets, charts, dashboard), written from the catalogue: `nyckeltal bi superset`."""
