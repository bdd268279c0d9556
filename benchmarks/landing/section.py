"""Section `landing`: rows a second of the product, of stock dlt and of the raw limit, in turns over the same pages."""

from dataclasses import dataclass
from pathlib import Path

from benchmarks.landing.pages import Recording, served
from benchmarks.part import Part, run_part
from benchmarks.report import Figure, Report, fastest

LEAST_OF_STOCK, LEAST_OF_RAW = 6.0, 0.6


@dataclass(frozen=True)
class Workload:
    """Whose pages, of what company. `unit`: what is counted; `sample`: about how many of them stock dlt gets."""

    source: str
    size: str
    months: int
    unit: str
    sample: int


FULL = (
    Workload("google_analytics", "large", 5, "rows", 200_000),
    Workload("google_ads", "large", 15, "rows", 100_000),
    Workload("shopify", "large", 2, "orders", 10_000),
)
QUICK = (
    Workload("google_analytics", "demo", 2, "rows", 20_000),
    Workload("google_ads", "demo", 3, "rows", 20_000),
    Workload("shopify", "demo", 2, "orders", 2_000),
)


def measure(report: Report, workload: Workload, folder: Path, rounds: int, as_of: str) -> None:
    """Records the pages unless they lie in `folder`, then lets the three sides take turns `rounds` times."""
    recording = Recording(folder / f"{workload.source}-{workload.size}-{workload.months}")
    name = workload.source
    place = str(recording.folder)
    if not recording.is_there:
        what = {"source": name, "size": workload.size, "months": workload.months, "as_of": as_of}
        report.measured(run_part(f"{name}: record", "benchmarks.landing.record:record", folder=place, **what))
    ours: list[Part] = []
    stock: list[Part] = []
    raw: list[Part] = []
    with served(recording) as url:
        for number in range(rounds):
            raw.append(report.measured(run_part(f"{name}: raw limit", _function("raw"), folder=place, url=url)))
            ours.append(report.measured(run_part(f"{name}: ours", _function("ours"), folder=place, url=url)))
            every = max(1, ours[0].counts[workload.unit] // workload.sample)
            if number == 0 or number == rounds - 1:  # ten times as slow as the others: twice is enough
                part = run_part(f"{name}: stock dlt", _function("stock"), folder=place, url=url, every=every)
                stock.append(report.measured(part))
    report.add(*_figures(workload, fastest(ours), fastest(stock), fastest(raw)))


def _function(side: str) -> str:
    return f"benchmarks.landing.{side}:measure"


def _figures(workload: Workload, ours: Part, stock: Part, raw: Part) -> list[Figure]:
    unit = workload.unit

    def rate(part: Part) -> float:
        return part.counts[unit] / part.seconds

    def cpu_rate(part: Part) -> float:
        return part.counts[unit] / part.cpu_seconds

    name = workload.source
    return [
        Figure("landing", f"{name}: {ours.counts[unit]:,} {unit}, ours", rate(ours), f"{unit}/s"),
        Figure("landing", f"{name}: ours ÷ stock dlt", rate(ours) / rate(stock), "x", LEAST_OF_STOCK, is_least=True),
        Figure("landing", f"{name}: ours ÷ raw limit", rate(ours) / rate(raw), "x", LEAST_OF_RAW, is_least=True),
        Figure("landing", f"{name}: … ÷ stock dlt, by processor time", cpu_rate(ours) / cpu_rate(stock), "x"),
        Figure("landing", f"{name}: … ÷ raw limit, by processor time", cpu_rate(ours) / cpu_rate(raw), "x"),
        Figure("landing", f"{name}: peak memory", ours.peak_bytes / 2**30, "GiB", 4.0),
    ]
