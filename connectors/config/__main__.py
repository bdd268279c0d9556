"""`python -m connectors.config`: checks the configuration and loads it."""

from connectors.common.main import run
from connectors.config import SOURCE

run(SOURCE)
