"""Where the command line writes: results to standard output, all else to standard error."""

import json
import os
import re
import sys
from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

# Where nobody looks at a terminal (a pipe, a log), lines still fit the 80 columns of the narrowest one.
WIDTH = None if sys.stdout.isatty() else 80
# What a vendor's text may hold that a terminal acts on (all control signs but the line's end), or that turns the order
# of what is read.
_ACTING = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    """A text as it may be printed: `␛` for an escape sign, `�` for what has no picture."""
    return _ACTING.sub(lambda found: _picture(ord(found.group())), text)


def _picture(code: int) -> str:
    return chr(0x2400 + code) if code < 0x20 else "␡" if code == 0x7F else "�"


class _Terminal(Console):
    """Prints nobody's control signs but its own."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(visible(segment.text), segment.style)


def out() -> Console:
    return _Terminal(width=WIDTH, highlight=False)


def err() -> Console:
    """Keeps writing to the terminal while Dagster redirects standard error into its compute logs."""
    stream = os.fdopen(os.dup(sys.stderr.fileno()), "w", encoding="utf-8")
    return _Terminal(file=stream, width=None if stream.isatty() else 80, highlight=False)


def complain(text: object) -> None:
    """Why a command could not do what it was asked; taken literally, whatever brackets it holds."""
    err().print(Text.assemble(("nyckeltal: ", "red"), str(text)), soft_wrap=True)


def print_json(content: Any) -> None:
    text = json.dumps(content, indent=2, default=str, ensure_ascii=False)
    # These stand inside of JSON's texts only, where an escape says the same.
    sys.stdout.write(_ACTING.sub(lambda found: f"\\u{ord(found.group()):04x}", text) + "\n")
