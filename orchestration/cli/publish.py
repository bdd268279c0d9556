"""`nyckeltal publish`: one copy of the published marts for BI tools, now."""

from dataclasses import asdict

from connectors.config import ConfigError
from connectors.config.bi import read_copies
from orchestration import home
from orchestration.building.manifest import Project, ProjectBrokenError
from orchestration.cli import FAILED, WRONG_USAGE
from orchestration.cli.marts import NothingPublishedError
from orchestration.cli.output import complain, out, print_json
from orchestration.copies.marts import Copied, CopyFailedError
from orchestration.copies.targets import copies_of


def publish(target: str, as_json: bool) -> int:
    """Exit code 1 when nothing is published yet or the copy failed, 2 where it is not configured."""
    try:
        copies = read_copies(home.config_folder())
        make = copies_of(copies, Project.open(home.DBT_PROJECT)).get(target)
        if make is None:
            complain(f"{target} is not configured: name it in bi.yml (docs/bi.md)")
            return WRONG_USAGE
        copied = make(home.Home.find())
    except ConfigError as error:
        complain(error)
        return WRONG_USAGE
    except (NothingPublishedError, CopyFailedError, ProjectBrokenError) as error:
        complain(error)
        return FAILED
    if as_json:
        print_json(asdict(copied))
    else:
        out().print(f"{target}: {_words(copied)}; run {copied.run_id}", soft_wrap=True)
    return 0


def _words(copied: Copied) -> str:
    if not copied.rows:
        return "it holds what is published already"
    written = f"{sum(copied.rows.values()):,} rows in {len(copied.rows)} tables"
    return f"{written}, {len(copied.unchanged)} tables unchanged" if copied.unchanged else written
