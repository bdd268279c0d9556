"""`nyckeltal backup` and `nyckeltal restore`."""

from pathlib import Path

import connectors
from orchestration import keys
from orchestration.cli import FAILED
from orchestration.cli.erase import publish_anew
from orchestration.cli.output import complain, out
from orchestration.home import Home
from orchestration.init import initialise
from orchestration.recovery.backup import BackupError
from orchestration.recovery.backup import backup as write
from orchestration.recovery.migrations import NewerHomeError
from orchestration.recovery.restore import restore as put_back
from orchestration.run import secrets_file


def backup(file: Path) -> int:
    """Exit code 1 when it could not be written."""
    try:
        count = write(Home.find(), file)
    except (BackupError, OSError) as error:
        complain(_words(error))
        return FAILED
    out().print(f"{count} files, {file.stat().st_size / 2**20:,.1f} MiB, in {file}", soft_wrap=True, markup=False)
    out().print(f"Keep {secrets_file()} apart from it: without its key the people in it are strangers to new data.")
    return 0


def restore(file: Path, is_forced: bool) -> int:
    """Exit code 1 when it was refused, the file is damaged, or the marts could not be built anew."""
    home = Home.find()
    try:
        has_forgotten = put_back(file, home, connectors.sources(), is_forced)
    except (BackupError, NewerHomeError, OSError) as error:
        complain(_words(error))
        return FAILED
    out().print(f"Restored into {home.root}", soft_wrap=True, markup=False)
    initialise(home, connectors.sources())
    if keys.has_changed(home, secrets_file()):
        complain(f"the key of the hashes is another than the backup's: put the old one into {secrets_file()}")
    if not has_forgotten:
        return 0
    reasons = publish_anew(home)
    for reason in reasons:
        complain(reason)
    return FAILED if reasons else 0


def _words(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{error.filename or 'the file'}: {error.strerror or error}"
    return str(error)
