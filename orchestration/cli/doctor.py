"""`nyckeltal doctor`: what is wrong with the installation, the configuration or the data, and how to mend it."""

import os
import platform
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal
from zoneinfo import TZPATH, ZoneInfo, ZoneInfoNotFoundError

from rich.table import Table
from rich.text import Text

import connectors
from connectors.common.errors import SourceError
from connectors.common.source import Source
from connectors.config import ConfigError, read_company, read_config
from connectors.config.alerts import read_alerts
from connectors.config.bi import read_copies
from orchestration import keys
from orchestration.alerts.deliver import last_failure
from orchestration.alerts.reports import unsent
from orchestration.alerts.send import address, address_name
from orchestration.cli import FAILED
from orchestration.cli.output import out, print_json
from orchestration.cli.sources import last_known, to_set
from orchestration.clock import clock, last_complete_day
from orchestration.copies.targets import trouble
from orchestration.home import POSTGRES_URL, Home, config_folder
from orchestration.init import initialise
from orchestration.locks import holder, is_locked
from orchestration.recovery.migrations import NewerHomeError, version_of
from orchestration.run import secrets_file

State = Literal["good", "note", "bad"]
PACKAGES = ("dagster", "dbt-core", "dbt-duckdb", "dlt", "duckdb", "great-expectations")
# A refresh writes each file a second time before it replaces it.
LEAST_FREE_BYTES = 2 * 2**30


@dataclass(frozen=True)
class Finding:
    """`mend`: what to do about it; empty where nothing is to be done."""

    state: State
    what: str
    says: str
    mend: str = ""


def doctor(as_json: bool) -> int:
    """Exit code 1 if anything is bad; notes alone are no failure."""
    findings = list(examine())
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        _print(findings)
    return FAILED if any(finding.state == "bad" for finding in findings) else 0


def examine() -> Iterator[Finding]:
    """All findings, the installation first."""
    yield _versions()
    home = Home.find()
    try:
        initialise(home, connectors.sources())
    except NewerHomeError as error:
        yield Finding("bad", "home", str(error), "update Nyckeltal")
        return
    except OSError as error:
        yield Finding(
            "bad",
            "home",
            f"{home.root} cannot be written ({error.strerror})",
            "set NYCKELTAL_HOME to a folder of yours",
        )
        return
    yield Finding("good", "home", f"{home.root} can be written; its data have version {version_of(home)}")
    yield _disk(home)
    yield _time_zones()
    if os.environ.get(POSTGRES_URL):
        yield _postgres()
    yield from _configuration()
    yield from _secrets(home)
    yield from _credentials()
    yield from _locks(home)
    yield from _alerts(home)
    yield from _staleness(home)
    if not home.marts.exists():
        yield Finding("note", "marts", "nothing is published yet", "run `nyckeltal refresh --cadence full`")


def _versions() -> Finding:
    found = ", ".join(f"{name} {_version(name)}" for name in PACKAGES)
    if "is missing" in found:
        return Finding("bad", "versions", found, "run `make env`: a package is missing")
    return Finding("good", "versions", f"Python {platform.python_version()}, {found}")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "is missing"


def _disk(home: Home) -> Finding:
    free = shutil.disk_usage(home.root).free
    says = f"{free / 2**30:.1f} GiB free"
    if free < LEAST_FREE_BYTES:
        return Finding("bad", "disk", says, "free some space: each file is written anew before it replaces the old one")
    return Finding("good", "disk", says)


def _time_zones() -> Finding:
    """Rules of summer time change; a machine's own may be years old."""
    own = next((Path(place) for place in TZPATH if Path(place).is_dir()), None)
    says = f"time zones of {own or 'the package'} (package tzdata {_version('tzdata')})"
    try:
        before, after = (datetime(2026, month, 1, 12, tzinfo=ZoneInfo("Europe/Stockholm")) for month in (1, 7))
    except ZoneInfoNotFoundError:
        return Finding("bad", "time zones", "there is no data of time zones", "run `make env`: tzdata is missing")
    if after.utcoffset() == before.utcoffset():
        return Finding("bad", "time zones", f"{says} know no summer time", "update the machine's tzdata")
    return Finding("good", "time zones", says)


def _postgres() -> Finding:
    """Whether Dagster's own database can be asked; its address is a secret."""
    try:
        import psycopg2

        psycopg2.connect(os.environ[POSTGRES_URL].replace("+psycopg2", "", 1), connect_timeout=5).close()
    except ImportError:
        return Finding("bad", "PostgreSQL", "its packages are missing", "install nyckeltal[postgres]")
    except Exception as error:  # noqa: BLE001  the driver's words hold the address
        says = f"the database of {POSTGRES_URL} cannot be reached ({type(error).__name__})"
        return Finding("bad", "PostgreSQL", says, "see docs/production.md")
    return Finding("good", "PostgreSQL", "Dagster keeps its runs there")


def _configuration() -> Iterator[Finding]:
    folder = config_folder()
    try:
        read_config(folder)
        read_alerts(folder)
        copies = read_copies(folder)
    except ConfigError as error:
        is_there = (folder / "company.yml").exists()
        mend = f"mend the file in {folder}" if is_there else "run `nyckeltal init`"
        yield Finding("bad", "configuration", str(error), mend)
    else:
        yield Finding("good", "configuration", f"{folder} is valid")
        if why := trouble(copies):
            yield Finding("bad", "BI", why, "see docs/bi.md")


def _secrets(home: Home) -> Iterator[Finding]:
    file = secrets_file()
    if not file.exists():
        yield Finding("note", "secrets", f"{file} is not there yet", "the first load makes it, with the privacy key")
        return
    if file.stat().st_mode & 0o077:
        yield Finding("bad", "secrets", f"{file} can be read by others", f"chmod 600 {file}")
    try:
        tomllib.loads(file.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        yield Finding("bad", "secrets", f"{file} is not valid TOML: {str(error).split(':')[0]}", "mend that line")
        return
    if keys.has_changed(home, secrets_file()):
        yield Finding(
            "bad",
            "privacy key",
            "the key that hashes addresses is another than the one the data were hashed with: people no longer join",
            f"put the old key back into {file}, or delete {home.root / 'state'} and load everything again",
        )
    else:
        yield Finding("good", "privacy key", "the same since the first load")


def _credentials() -> Iterator[Finding]:
    for source in connectors.sources().values():
        if not source.is_optional:
            continue  # the configuration itself, told above
        needed = to_set(source)
        if not needed:
            yield _checked(source)
        elif source.given_settings():
            yield Finding("bad", source.name, "configured only in part", f"set {needed}")
        else:
            yield Finding("note", source.name, "not configured", f"to use it, set {needed}")


def _checked(source: Source) -> Finding:
    try:
        source.check()
    except SourceError as error:
        return Finding("bad", source.name, str(error), f"see connectors/{source.name}/README.md")
    return Finding("good", source.name, "configured")


def _locks(home: Home) -> Iterator[Finding]:
    for lock in sorted(home.root.rglob("*.lock")):
        file = lock.with_suffix("")
        if is_locked(file):
            yield Finding(
                "note", "lock", f"{file.name} is being written by {holder(file)}", "it is freed when that ends"
            )


def _alerts(home: Home) -> Iterator[Finding]:
    try:
        settings = read_alerts(config_folder())
    except ConfigError:
        return  # said above
    failures = last_failure(home)
    addressees = [name for report in settings.reports.values() for name in report.targets]
    for name in dict.fromkeys((*settings.targets, *addressees)):
        if address(name) is None:
            yield Finding("bad", "alerts", f"{name} has no address", f"set {address_name(name)} (docs/alerts.md)")
        elif name in failures:
            told = failures[name]
            yield Finding("bad", "alerts", f"{told['says']}, last tried {told['at'][:16]}", "see docs/alerts.md")
        else:
            yield Finding("good", "alerts", f"{name} can be told")
    for told in unsent(home).values():
        yield Finding("bad", "reports", f"{told['says']}, last tried {told['at'][:16]}", "see docs/reports.md")


def _staleness(home: Home) -> Iterator[Finding]:
    try:
        zone = read_company(config_folder()).time_zone
    except ConfigError:
        return  # said above
    last_day = last_complete_day(clock(), zone)
    registry = connectors.sources()
    for name, row in last_known(home).items():
        source = registry.get(name)
        if source is None or not row["is_configured"]:
            continue
        if row["last_error"]:
            yield Finding("bad", name, str(row["last_error"]), "then run `nyckeltal refresh` again")
        due = last_day - timedelta(days=source.freshness_lag // timedelta(days=1))
        if row["data_until"] is None or row["data_until"] < due:
            until = f"until {row['data_until']}" if row["data_until"] else "not there at all"
            yield Finding("bad", name, f"data are {until}, expected until {due}", "run `nyckeltal refresh`")


def _print(findings: list[Finding]) -> None:
    signs = {"good": ("✓", "green"), "note": ("·", "dim"), "bad": ("✗", "red")}
    table = Table(box=None, expand=True, show_header=False, padding=(0, 1, 0, 0))
    table.add_column(width=1)
    table.add_column(width=16, no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for finding in findings:
        sign, style = signs[finding.state]
        says = Text(finding.says)
        if finding.mend:
            says.append(f"\n→ {finding.mend}", style="bold" if finding.state == "bad" else "dim")
        table.add_row(Text(sign, style=style), finding.what, says)
    out().print(table)
