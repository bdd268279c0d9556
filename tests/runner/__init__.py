"""Compiled-SQL runner: dbt compiles once, the SQL runs in one in-memory DuckDB over landing tables given as Arrow.

A world takes a few seconds this way, without dlt, Dagster or files, so that many worlds can be tried.
"""

from tests.runner.compile import Project, compiled
from tests.runner.execution import Landing, run, run_over

__all__ = ["Landing", "Project", "compiled", "run", "run_over"]
