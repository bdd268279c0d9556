"""The code location of `dagster dev`."""

import connectors
from orchestration.assemble import assemble
from orchestration.home import DBT_PROJECT

defs = assemble(connectors.sources(), DBT_PROJECT)
