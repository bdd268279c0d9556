"""`nyckeltal files FOLDER`: what the mappings make of exported files, or a draft of a mapping."""

from pathlib import Path

from rich.table import Table
from rich.text import Text

from connectors.common.errors import SourceError
from connectors.common.privacy import load_hasher
from orchestration.cli import FAILED, WRONG_USAGE
from orchestration.cli.output import complain, err, out
from orchestration.run import secrets_file

ENDINGS = (".csv", ".tsv", ".txt", ".parquet", ".xlsx", ".gz")


def files(folder: Path, mapping: Path | None, suggest: bool) -> int:
    """Exit code 1 when a mapping does not fit its files, 2 when there is nothing to look at."""
    if not folder.exists():
        complain(f"{folder} is not there")
        return WRONG_USAGE
    return _suggest(folder) if suggest else _check(folder, mapping)


def _suggest(folder: Path) -> int:
    from connectors.files.suggest import suggest

    found = [folder] if folder.is_file() else sorted(path for path in folder.rglob("*") if path.suffix in ENDINGS)
    if not found:
        complain(f"{folder} holds no CSV, TSV, Parquet or XLSX file")
        return WRONG_USAGE
    failed = False
    for path in found:
        try:
            out().print(suggest(path), markup=False, soft_wrap=True)
        except SourceError as error:
            failed = True
            complain(error)
    return FAILED if failed else 0


def _check(folder: Path, mapping: Path | None) -> int:
    from connectors.files.source import default_mappings, mapping_files, preview

    root = folder.parent if folder.is_file() else folder
    mappings = [mapping] if mapping else mapping_files(default_mappings())
    if not mappings:
        complain(f"no mapping in {default_mappings()}; draft one with --suggest")
        return WRONG_USAGE
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("mapping", "entity"):
        table.add_column(name)
    for name in ("rows", "bad rows"):
        table.add_column(name, justify="right")
    failed = False
    for item in mappings:
        try:
            shaped = preview(root, item, load_hasher(secrets_file()))
        except (SourceError, OSError) as error:
            failed = True
            complain(error)
            continue
        bad = len({(row.file, row.line) for row in shaped.bad})
        for entity, batches in shaped.tables.items():
            table.add_row(
                Text(item.name),
                entity,
                f"{sum(rows.num_rows for rows in batches):,}",
                f"{bad:,}",
            )
        for row in shaped.bad[:5]:
            err().print(f"  {row.file} line {row.line}: {row.column}: {row.reason}", soft_wrap=True, markup=False)
    if table.row_count:
        out().print(table)
    return FAILED if failed else 0
