"""Google Ads: campaigns, ad groups, ads, keywords, countries and conversion actions by day."""

from connectors.google_ads.source import SOURCE

__all__ = ["SOURCE"]
