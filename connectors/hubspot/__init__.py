"""HubSpot: contacts with their lifecycle history, companies, deals, pipelines."""

from connectors.hubspot.source import SOURCE

__all__ = ["SOURCE"]
