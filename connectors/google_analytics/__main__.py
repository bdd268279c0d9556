"""`python -m connectors.google_analytics` loads a sample."""

from connectors.common.main import run
from connectors.google_analytics import SOURCE

run(SOURCE)
