"""Texts that somebody may put where only a name is meant, and a company that is full of them."""

from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

import pandas as pd

from sandbox.world import World

# Every control sign but NUL, which no database takes, alone in the middle of a word.
CONTROLS = [f"ctrl{chr(code)}sign" for code in (*range(1, 32), *range(127, 160))]
TERMINAL = [
    "\x1b[2J\x1b[H",
    "\x1b]0;title\x07",
    "\x1b]8;;http://x.example\x07y\x1b]8;;\x07",
    "\x9b31mred",
    "a\rb",
    "a\bb",
]
BIDI = [f"bidi{chr(code)}sign" for code in (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))]
UNICODE = [
    *(
        "zero\u200bwidth",
        "\ufeffbom",
        "soft\u00adhyphen",
        "line\u2028separator",
        "paragraph\u2029separator",
        "nbsp\u00a0",
    ),
    *(
        "e\u0301 \u00e9",
        "Z" + "\u0335" * 60,
        "👩‍👩‍👧‍👦",
        "\U0001f3f4\U000e0067",
        "ﷺ" * 20,
        "İıſK",
        "ß",
        "ΑBС",
        "٣",
        "\ufffd",
    ),
    *(" leading", "trailing ", "  ", "\u3000", "a" * 3000, "å" * 600, "a" + " " * 200 + "b"),
]


# SQL, Jinja, shell, formulas of spreadsheets, HTML, paths, YAML and markup of terminals, one a line.
NAMES = (Path(__file__).parent / "names.txt").read_text("utf-8").splitlines()
HOSTILE = tuple(dict.fromkeys([*NAMES, *CONTROLS, *TERMINAL, *BIDI, *UNICODE]))


def hostile_world(world: World) -> World:
    """The same company with these as names: one to a row where there are many, many to a name where there are few."""
    tables = {name: frame.copy() for name, frame in world.tables.items()}
    for name, column in (
        *(("sessions", column) for column in ("campaign", "landing_page")),
        *(("orders", column) for column in ("first_campaign", "last_campaign", "first_source", "last_source")),
        *(("contacts", column) for column in ("original_campaign", "latest_campaign")),
        ("survey_answers", "touchpoint"),
    ):
        told = tables[name][column].astype(str)
        is_told = ~told.isin(["", "(not set)", "direct"])
        tables[name][column] = pd.Categorical(_many(told, is_told)) if name == "sessions" else _many(told, is_told)
    for name, column in (
        *(("campaigns", "name"), ("campaigns", "utm_campaign"), ("ad_groups", "name"), ("ads", "name")),
        *(("keywords", "text"), ("products", "title"), ("companies", "name")),
        *(("mail_campaigns", "name"), ("mail_campaigns", "subject")),
    ):
        tables[name][column] = joined(len(tables[name]))
    return replace(world, tables=tables)


def _many(values: pd.Series, is_told: pd.Series) -> pd.Series:
    new = values.copy()
    new[is_told] = list(islice(cycle(HOSTILE), int(is_told.sum())))
    return new


def joined(count: int) -> list[str]:
    """All of them in so many names."""
    size = -(-len(HOSTILE) // count)
    groups = [HOSTILE[start : start + size] for start in range(0, len(HOSTILE), size)]
    return [f"{' '.join(groups[number % len(groups)])} {number}" for number in range(count)]
