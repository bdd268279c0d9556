"""What makes each copy that is configured."""

from collections.abc import Callable, Mapping

from connectors.config.bi import Copies, Parquet, Postgres
from orchestration.building.manifest import Project
from orchestration.copies.marts import Copied, CopyFailedError
from orchestration.home import Home
from orchestration.recovery.damage import in_words

MISSING = "postgres: its packages are missing: install nyckeltal[postgres]"
Copy = Callable[[Home], Copied]


def copies_of(copies: Copies, project: Project) -> Mapping[str, Copy]:
    """By name, in this order: makes the copy of a home's published marts, or raises CopyFailedError."""
    found: dict[str, Copy] = {}
    if (postgres := copies.postgres) is not None:
        found["postgres"] = lambda home: _to_postgres(home, project, postgres)
    if (parquet := copies.parquet) is not None:
        found["parquet"] = lambda home: _to_parquet(home, project, parquet)
    return found


def trouble(copies: Copies) -> str | None:
    """Why the configured database cannot be reached, in one sentence."""
    if copies.postgres is None:
        return None
    try:
        from orchestration.copies.postgres import connected

        with connected():
            return None
    except ImportError:
        return MISSING
    except CopyFailedError as error:
        return str(error)


def _to_postgres(home: Home, project: Project, target: Postgres) -> Copied:
    try:
        from orchestration.copies.postgres import copy_to_postgres
    except ImportError:
        raise CopyFailedError(MISSING) from None
    return copy_to_postgres(home.marts, project, target)


def _to_parquet(home: Home, project: Project, target: Parquet) -> Copied:
    from orchestration.copies.parquet import copy_to_parquet

    folder = target.folder or home.parquet
    try:
        return copy_to_parquet(home.marts, project, folder)
    except OSError as error:
        words = in_words(error) or f"{folder} cannot be written ({error.strerror}): name a folder of yours in bi.yml"
        raise CopyFailedError(f"parquet: {words}") from None
