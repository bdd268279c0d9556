"""`python -m connectors.meta_organic` loads a sample."""

from connectors.common.main import run
from connectors.meta_organic import SOURCE

run(SOURCE)
