"""Sections `refresh` and `growth`: whole refreshes as `nyckeltal refresh` runs them, split into their steps."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.company import Company, company
from benchmarks.part import Part, Timed, run_part, timed
from benchmarks.report import Figure, Report
from connectors import NAMES

FULL_SECONDS, UNCHANGED_SECONDS, NEXT_DAY_SECONDS, PUBLISH_SECONDS = 150.0, 20.0, 75.0, 10.0
MOST_GROWTH = 1.3


class RefreshFailedError(Exception):
    """A refresh that is to be measured was not green; the part's log holds the reasons."""


def refreshes(report: Report, size: str, months: int, as_of: str) -> None:
    """A full refresh, the same again with nothing changed, and the next day's data. The vendors render as they go."""
    with TemporaryDirectory() as folder, company(Path(folder), size, months, as_of) as shop:
        full = report.measured(_refresh("full", shop, "full"))
        same = report.measured(_refresh("nothing changed", shop, "daily"))
        shop.next_day()
        news = report.measured(_refresh("the next day's data", shop, "daily"))
    ceilings = ((full, FULL_SECONDS), (same, UNCHANGED_SECONDS), (news, NEXT_DAY_SECONDS))
    for part, most in ceilings:
        report.add(
            Figure("refresh", f"{size}, {months} months: {part.name}", part.process_seconds, "s", most),
            *(Figure("refresh", f"  {step}", seconds, "s") for step, seconds in steps_of(part).items()),
            Figure("refresh", "  peak memory", part.peak_bytes / 2**30, "GiB"),
        )


def growth(report: Report, size: str, histories: tuple[int, int], as_of: str) -> None:
    """The next day's data after a short and after a long history: what a company pays each day for its past."""
    daily: list[dict[str, float]] = []
    for months in histories:
        with TemporaryDirectory() as folder, company(Path(folder), size, months, as_of) as shop:
            report.measured(_refresh(f"{months} months: full", shop, "full"))
            shop.next_day()
            _render(shop)
            part = report.measured(_refresh(f"{months} months: the next day's data", shop, "daily"))
            daily.append(steps_of(part))
    short, long = daily
    for step in ("connectors", "dbt"):
        name = f"{step}: after {histories[1]} ÷ after {histories[0]} months"
        report.add(
            Figure("growth", name, long[step] / short[step], "x", MOST_GROWTH),
            Figure("growth", f"  after {histories[0]} months", short[step], "s"),
            Figure("growth", f"  after {histories[1]} months", long[step], "s"),
        )
    report.add(Figure("growth", f"publish after {histories[1]} months", long["publish"], "s", PUBLISH_SECONDS))


def steps_of(part: Part) -> dict[str, float]:
    """Seconds of connectors (each loads, gates and promotes), dbt, publish with its gate, and all the rest."""
    found = {
        "connectors": sum(part.seconds_of.get(f"load_{name}", 0.0) for name in NAMES),
        "dbt": part.seconds_of.get("models", 0.0),
        "publish": part.seconds_of.get("serving__marts", 0.0),
    }
    return {**found, "start, bookkeeping, end": part.process_seconds - sum(found.values())}


def _render(shop: Company) -> None:
    """Lets a copy of the company ask its vendors the same questions: simulating a longer past is not our time."""
    copy = shop.at(shop.folder / "copy")
    shutil.copytree(shop.home / "state", copy.home / "state")
    run_part("rendering", "benchmarks.company:land_all", copy.environment, as_of=copy.as_of)


def _refresh(name: str, shop: Company, cadence: str) -> Part:
    return run_part(name, "benchmarks.refresh:measure", shop.environment, cadence=cadence, as_of=shop.as_of)


def measure(cadence: str, as_of: str) -> Timed:
    """In the part's process: a refresh, and the seconds of its steps as Dagster kept them."""
    from orchestration.cli.refresh import refresh

    with timed() as found:
        code = refresh(cadence, None, None, [], as_of)
    if code:
        raise RefreshFailedError(f"the {cadence} refresh ended with exit code {code}")
    import dagster as dg

    with dg.DagsterInstance.get() as instance:
        steps = instance.get_run_step_stats(instance.get_runs(limit=1)[0].run_id)
    found.seconds_of = {
        step.step_key: step.end_time - step.start_time for step in steps if step.start_time and step.end_time
    }
    return found
