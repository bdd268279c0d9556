"""`python -m connectors.typeform` loads a sample."""

from connectors.common.main import run
from connectors.typeform import SOURCE

run(SOURCE)
