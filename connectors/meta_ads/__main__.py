"""Loads a sample: `python -m connectors.meta_ads`."""

from connectors.common.main import run
from connectors.meta_ads.source import SOURCE

run(SOURCE)
