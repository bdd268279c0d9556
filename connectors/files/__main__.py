"""`python -m connectors.files` loads the mapped files into a DuckDB file."""

from connectors.common.main import run
from connectors.files import SOURCE

run(SOURCE)
