"""Configuration: what a company may well enter with a minus."""

from connectors.config.benchmarks import PERCENTILES
from orchestration.quality.suite import Signed

# A cost is to fall by a tenth; an NPS is below zero; the numerator of a KPI that subtracts is, too.
SIGNED: Signed = {
    "goals": frozenset({"baseline_value", "target_value", "failure_threshold"}),
    "benchmarks": frozenset(PERCENTILES),
    "manual_kpis": frozenset({"numerator"}),
}
