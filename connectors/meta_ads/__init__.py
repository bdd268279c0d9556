"""Meta Ads: campaign, ad and breakdown days, actions and reach, over the Marketing API's insights."""

from connectors.meta_ads.source import SOURCE

__all__ = ["SOURCE"]
