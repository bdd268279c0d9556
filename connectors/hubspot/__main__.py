"""Loads a sample: `python -m connectors.hubspot`."""

from connectors.common.main import run
from connectors.hubspot.source import SOURCE

run(SOURCE)
