"""Loads a sample: `python -m connectors.shopify`."""

from connectors.common.main import run
from connectors.shopify.source import SOURCE

run(SOURCE)
