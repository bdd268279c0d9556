"""Where the command line writes: results to standard output, all else to standard error."""

import json
import os
import sys
from typing import Any

from rich.console import Console
from rich.text import Text

# Where nobody looks at a terminal (a pipe, a log), lines still fit the 80 columns of the narrowest one.
WIDTH = None if sys.stdout.isatty() else 80


def out() -> Console:
    return Console(width=WIDTH, highlight=False)


def err() -> Console:
    """Keeps writing to the terminal while Dagster redirects standard error into its compute logs."""
    stream = os.fdopen(os.dup(sys.stderr.fileno()), "w", encoding="utf-8")
    return Console(file=stream, width=None if stream.isatty() else 80, highlight=False)


def complain(text: object) -> None:
    """Why a command could not do what it was asked; taken literally, whatever brackets it holds."""
    err().print(Text.assemble(("nyckeltal: ", "red"), str(text)), soft_wrap=True)


def print_json(content: Any) -> None:
    sys.stdout.write(json.dumps(content, indent=2, default=str, ensure_ascii=False) + "\n")
