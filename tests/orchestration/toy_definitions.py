"""The toy company as a code location of `dagster dev`."""

from orchestration.assemble import assemble
from tests.orchestration.toy import SOURCES, TINY

defs = assemble(SOURCES, TINY)
