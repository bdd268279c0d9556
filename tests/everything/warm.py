"""Imported in the process that commands are forked from, and nowhere else: what a refresh imports, and an environment
that is nobody's. What the product sets there itself when it is imported stays, as in a process of its own.
"""

import os
import sys

for name in set(os.environ) - {"HOME", "PATH"}:
    del os.environ[name]
# A program has a file; DuckDB takes a process without one for a notebook and draws progress bars.
sys.modules["__main__"].__file__ = __file__

# None of these works on import: what a thread has begun does not survive a fork.
import dagster_dbt  # noqa: E402, F401
import dbt.adapters.duckdb.connections  # noqa: E402
import dbt.cli.main  # noqa: E402, F401

import orchestration.assemble  # noqa: E402
import orchestration.cli.board  # noqa: E402
import orchestration.cli.refresh  # noqa: E402
import orchestration.quality.landing  # noqa: E402
import orchestration.quality.marts  # noqa: E402, F401
