"""Mailchimp: campaigns, reports, recipients, lists with their members and growth, over the Marketing API."""

from connectors.mailchimp.source import SOURCE

__all__ = ["SOURCE"]
