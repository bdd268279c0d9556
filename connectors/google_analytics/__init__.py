"""Google Analytics 4: sessions, key actions, landing pages and people per grain, from the Data API."""

from connectors.google_analytics.source import SOURCE

__all__ = ["SOURCE"]
