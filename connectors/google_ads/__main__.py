"""`python -m connectors.google_ads` loads a sample."""

from connectors.common.main import run
from connectors.google_ads import SOURCE

run(SOURCE)
