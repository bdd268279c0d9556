"""Facebook Pages and Instagram accounts: days, follower stocks, posts."""

from connectors.meta_organic.source import SOURCE

__all__ = ["SOURCE"]
