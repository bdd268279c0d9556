"""`python -m benchmarks`: measures, shows each figure beside its target, writes JSON. Exit code 1 if one is missed."""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from benchmarks import dbt, postgres, refresh
from benchmarks.landing import section as landing
from benchmarks.report import Report

SECTIONS = ("landing", "dbt", "refresh", "growth", "postgres")
AS_OF = "2026-03-18T05:30:00+00:00"


def main(arguments: list[str] | None = None) -> int:
    options = _options(arguments)
    report = Report(Console(), {**vars(options), "pages": bool(options.pages), "json": None})
    for section in options.sections or SECTIONS:
        report.console.rule(section)
        _measure(section, report, options)
        if options.json:  # after each section: a long run that is stopped keeps what it has
            report.write(options.json)
    report.show()
    return 1 if any(figure.is_met is False for figure in report.figures) else 0


def _measure(section: str, report: Report, options: argparse.Namespace) -> None:
    quick = options.quick
    if section == "landing":
        with TemporaryDirectory() as scratch:
            for workload in landing.QUICK if quick else landing.FULL:
                if workload.source in (options.source or [workload.source]):
                    landing.measure(report, workload, options.pages or Path(scratch), options.rounds, AS_OF)
    elif section == "dbt":
        for size, months in [("demo", 3)] if quick else [("demo", 24), ("large", options.large_months)]:
            dbt.measure(report, size, months, 1 if quick else options.rounds, AS_OF)
    elif section == "refresh":
        refresh.refreshes(report, "demo", 3 if quick else 24, AS_OF)
    elif section == "postgres":
        postgres.measure(report, 20_000 if quick else 1_000_000, 1 if quick else options.rounds)
    else:
        refresh.growth(report, "demo", (1, 3) if quick else (3, 36), AS_OF)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"of {', '.join(SECTIONS)} (default: all)")
    parser.add_argument("--quick", action="store_true", help="small workloads: tries everything out, proves nothing")
    parser.add_argument("--rounds", type=int, default=2, help="turns of each side (default %(default)s)")
    parser.add_argument("--source", action="append", choices=[item.source for item in landing.FULL], help="of landing")
    # The vendors that are simulated keep what they answered: 24 months of the large company take more than 20 GiB.
    parser.add_argument("--large-months", type=int, default=9, help="history of the large company (%(default)s)")
    parser.add_argument("--pages", type=Path, help="keeps recorded pages here and takes those that are there")
    parser.add_argument("--json", type=Path, help="writes everything that was measured")
    options = parser.parse_args(arguments)
    if unknown := set(options.sections) - set(SECTIONS):
        parser.error(f"no section is called {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    return options


if __name__ == "__main__":
    sys.exit(main())
