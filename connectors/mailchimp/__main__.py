"""Loads a sample: `python -m connectors.mailchimp`."""

from connectors.common.main import run
from connectors.mailchimp.source import SOURCE

run(SOURCE)
