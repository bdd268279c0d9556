"""Typeform: answers to NPS, NKI and CSAT surveys."""

from connectors.typeform.source import SOURCE

__all__ = ["SOURCE"]
