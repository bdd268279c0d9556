"""One run: what it was asked to do, its instant, its company, its records."""

import os
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg

from connectors.config import Company, read_company
from orchestration.clock import clock, last_complete_day, parse_as_of
from orchestration.home import Home, config_folder
from orchestration.records import Records, forget_old_runs, read_json, write_json

# Clocks of two machines, or of one before and after it was set.
CLOCK_TOLERANCE = timedelta(hours=1)


class RunSettings(dg.ConfigurableResource):
    """What a person may ask of a run; the same few fields for every step.

    `as_of`: the clock (ISO instant; default NYCKELTAL_AS_OF, else now). `date_from`, `date_to`: the days to load again
    (default: what each source restates since its last load). `rebuild`: incremental models from scratch. `is_wide`:
    loads go further back where a vendor asks for it. `fill_gaps`: days inside of what was loaded that never were come
    first. `classes`: what the job is going to build.
    """

    as_of: str | None = None
    date_from: str | None = None
    date_to: str | None = None
    rebuild: bool = False
    is_wide: bool = False
    fill_gaps: bool = False
    classes: list[str] = []  # noqa: RUF012  a field of a configuration


@dataclass(frozen=True)
class Run:
    """All steps of a Dagster run share this."""

    id: str
    home: Home
    as_of: datetime
    company: Company
    date_from: date | None
    date_to: date | None
    rebuild: bool
    is_wide: bool = False
    fill_gaps: bool = False
    classes: tuple[str, ...] = ()

    @property
    def records(self) -> Records:
        return Records(self.home.runs, self.id)

    @property
    def last_day(self) -> date:
        """The last day that KPIs cover."""
        return last_complete_day(self.as_of, self.company.time_zone)

    @classmethod
    def of(cls, run_id: str, settings: RunSettings) -> "Run":
        """The run with this id; the first step that asks fixes its instant for all. ValueError for a bad setting."""
        home = Home.find()
        # dbt's profile and connectors read the environment; a relative path would depend on their working folder.
        os.environ["NYCKELTAL_HOME"] = str(home.root)
        file = home.runs / run_id / "run.json"
        if not file.exists():
            forget_old_runs(home.runs)
            write_json(
                file,
                {
                    "run_id": run_id,
                    "as_of": (clock(settings.as_of) if settings.as_of else clock_on(home)).isoformat(),
                    "started_at": datetime.now(UTC).isoformat(),
                },
            )
        return cls(
            run_id,
            home,
            parse_as_of(read_json(file)["as_of"]),
            read_company(config_folder()),
            _day(settings.date_from),
            _day(settings.date_to),
            settings.rebuild,
            settings.is_wide,
            settings.fill_gaps,
            tuple(settings.classes),
        )


class ClockBackError(Exception):
    """The machine's clock stands before what was loaded already; the text says what to do."""


def clock_on(home: Home) -> datetime:
    """The machine's clock (or NYCKELTAL_AS_OF); ClockBackError when it stands well before the last load.

    Younger data would be published as older ones, and the next loads would ask for days that are over.
    """
    now = clock()
    told = (read_json(path).get("last_load_at") for path in (home.runs / "status").glob("*.json"))
    last = max((parse_as_of(text) for text in told if text), default=now)
    if not os.environ.get("NYCKELTAL_AS_OF") and now < last - CLOCK_TOLERANCE:
        raise ClockBackError(
            f"the clock says {now:%Y-%m-%d %H:%M} UTC, but data were loaded as of {last:%Y-%m-%d %H:%M} UTC; nothing "
            "is loaded and the last good marts are served. Set the clock right, or name the instant by --as-of"
        )
    return now


def _day(text: str | None) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no day: write it like 2026-03-17") from None


def calendar() -> tuple[str, int]:
    """The company's zone and first fiscal month; UTC and January while its configuration is missing or wrong.

    The code location loads all the same.
    """
    try:
        company = read_company(config_folder())
    except (ValueError, OSError):
        return "UTC", 1
    return company.time_zone, company.fiscal_year_start_month


def secrets_file() -> Path:
    """Where dlt keeps credentials, in the working folder; the privacy key lies there too."""
    return Path(".dlt/secrets.toml")
