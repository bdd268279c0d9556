"""Shopify: orders, lines, refunds, customers and the shop itself, over the Admin GraphQL API."""

from connectors.shopify.source import SOURCE

__all__ = ["SOURCE"]
