"""The faults of exports: what happens to a file on its way into the input folder."""

import shutil
from pathlib import Path

EXPORT = "search_console.csv"


def spoil_file(kind: str, folder: Path) -> bool:
    """Spoils the export in the folder; False where files know no such fault."""
    file = folder / EXPORT
    header, *rows = file.read_text("utf-8").splitlines()
    match kind:
        case "truncated":  # in the middle of a row: a copy that stopped
            file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
            return True
        case "not_json":  # the sign-in page that a share answered with
            lines = ["<!doctype html>", "<html><body><h1>Please sign in</h1></body></html>"]
        case "duplicate_page":  # an export that was appended to itself
            lines = [header, *rows, *rows[-20:]]
        case "unknown_column":
            lines = [f"{header},surprise", *(f"{row},1" for row in rows)]
        case "changed_type":  # a column of numbers that holds words
            lines = [header, *(",".join([*row.split(",")[:-1], "many"]) for row in rows)]
        case "down":  # the share is not mounted
            shutil.rmtree(folder)
            return True
        case _:
            return False
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return True
