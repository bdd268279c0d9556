"""`python -m connectors.config` checks the configuration and lands it in a file."""

from connectors.common.main import run
from connectors.config import SOURCE

run(SOURCE)
