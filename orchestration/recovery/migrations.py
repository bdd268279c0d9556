"""Versions of what is stored: an older home is brought up to this one's, step by step, a newer one is refused.

Landing tables and columns that a newer version declares are added by `init`; warehouse and marts are built anew from
them. A migration is for all else. New ones go to the end of `MIGRATIONS`; none is ever changed.
"""

import shutil
from collections.abc import Callable

from orchestration.home import Home
from orchestration.loading.promote import replacing
from orchestration.locks import writer_lock


class NewerHomeError(Exception):
    """The home was written by a newer version; the text says which and what to do."""


def _keep_rows_private(home: Home) -> None:
    """Rows about people were readable by every account of the machine; only what is published is for others."""
    for folder in home.private:
        if folder.exists():
            folder.chmod(0o700)
    if home.warehouse.exists():
        home.warehouse.chmod(0o600)


def _drop_finished_loads(home: Home) -> None:
    """dlt kept the rows of finished loads beside the files they went into; nothing reads them."""
    shutil.rmtree(home.root / "state" / ".pipelines", ignore_errors=True)


MIGRATIONS: tuple[Callable[[Home], None], ...] = (_keep_rows_private, _drop_finished_loads)


def version_of(home: Home) -> int | None:
    """Version of what is stored; 0 = before versions were noted, None = nothing is stored yet."""
    file = home.root / "schema_version"
    if file.exists():
        return int(file.read_text("ascii"))
    return 0 if (home.root / "state").exists() else None


def migrate(home: Home) -> list[str]:
    """Brings a home up to this version; what was done, in words. Raises NewerHomeError and changes nothing then."""
    found = version_of(home)
    if found == len(MIGRATIONS):
        return []
    if found is not None and found > len(MIGRATIONS):
        raise NewerHomeError(
            f"{home.root} was written by a newer Nyckeltal (its data have version {found}, this one knows "
            f"{len(MIGRATIONS)}): update Nyckeltal, or restore a backup of before"
        )
    done = []
    home.root.mkdir(parents=True, exist_ok=True)
    with writer_lock(home.root / "schema_version", "migrate"):
        start = version_of(home)
        for number, step in enumerate(MIGRATIONS, start=1):
            if start is not None and start < number:
                step(home)
                done.append(" ".join((step.__doc__ or "").split()))
                _note(home, number)  # a killed migration goes on where it was
        _note(home, len(MIGRATIONS))
    return done


def _note(home: Home, version: int) -> None:
    with replacing(home.root / "schema_version") as temporary:
        temporary.write_text(f"{version}\n", "ascii")
