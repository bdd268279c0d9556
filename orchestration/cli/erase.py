"""`nyckeltal erase`: forgets a person, builds and publishes anew, and searches every file for what is left."""

import sys

import typer
from rich.text import Text

import connectors
from connectors.common.privacy import load_hasher, normal_email
from connectors.config import ConfigError
from connectors.config.bi import read_copies
from orchestration.building.manifest import CLASSES
from orchestration.cli import FAILED, WRONG_USAGE
from orchestration.cli.output import complain, err, out, print_json
from orchestration.cli.refresh import execute
from orchestration.copies.parquet import keep_latest_only
from orchestration.erasing import erase as forget
from orchestration.erasing.names import hashes_of, names_of
from orchestration.home import Home, config_folder
from orchestration.init import initialise
from orchestration.keys import has_changed
from orchestration.records import published_as_of
from orchestration.run import secrets_file
from orchestration.traces import traces


def erase(given: str, is_sure: bool, as_json: bool) -> int:
    """Exit code 1 when a trace is left or the marts could not be built anew, 2 for wrong usage or configuration."""
    address = normal_email(sys.stdin.readline() if given == "-" else given)
    # dbt writes the command line of the process that it runs in into its results.
    sys.argv = ["nyckeltal", "erase"]
    home, sources = Home.find(), connectors.sources()
    if address is None or "@" not in address:
        complain("that is no e-mail address: write it like anna@example.com")
        return WRONG_USAGE
    if has_changed(home, secrets_file()):
        complain("the key of the hashes is another than the data were hashed with, so nobody can be found; see doctor")
        return WRONG_USAGE
    try:
        copies = read_copies(config_folder())
    except ConfigError as error:
        complain(error)
        return WRONG_USAGE
    if not is_sure:
        typer.confirm("Forget this person for ever, in all that is stored?", abort=True, err=True)
    initialise(home, sources)
    hashes = hashes_of(address, load_hasher(secrets_file()))
    changed = forget(home, sources, names_of(home, sources, hashes))
    reasons = publish_anew(home) if changed else []
    if copies.parquet:
        keep_latest_only(copies.parquet.folder or home.parquet)
    left, files = traces(home.root, [address, *(value for _, value in hashes)])
    if as_json:
        print_json({"changed": changed, "files_searched": files, "traces": left, "not_rebuilt": reasons})
    else:
        _print(changed, files, left, reasons)
    return FAILED if left or reasons else 0


def publish_anew(home: Home) -> list[str]:
    """Builds and publishes what is stored, as of the instant of what was published; why not, where that failed."""
    published = [as_of for name in CLASSES if (as_of := published_as_of(home.runs, name))]
    if not published:
        return []
    with err().status("building and publishing anew"):
        result = execute("full", {"as_of": max(published).isoformat()}, only=[])
    return [] if result.success else ["the marts could not be built anew: run `nyckeltal refresh --cadence full`"]


def _print(changed: dict[str, int], files: int, left: list[str], reasons: list[str]) -> None:
    console = out()
    if not changed:
        console.print("Nothing stored names this person; what a vendor still sends will not either.")
    for name, cells in sorted(changed.items()):
        console.print(f"  {name:<36} {cells:>6} names replaced")
    for place in left:
        console.print(Text.assemble(("● ", "red"), f"a trace is left in {place}"))
    for reason in reasons:
        console.print(Text.assemble(("● ", "red"), reason))
    if not left:
        console.print(f"No trace of the address or its hashes is left in {files} files.")
