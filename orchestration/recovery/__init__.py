"""Backfills, repairs, backups and migrations: what a home needs when something went otherwise."""
