"""The words of pages and reports in every language: `page/words.json`, key → language → text with {places}."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from dashboards.numbers import Language

FILE = Path(__file__).with_name("page") / "words.json"


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(FILE.read_text("utf-8"))
    return found


def say(key: str, language: Language, **places: object) -> str:
    """The text of a key; KeyError for one that is not there."""
    return words()[key][language].format(**places)


def named(key: str, language: Language, otherwise: str) -> str:
    """The text of a key that comes from data: a channel, a factor; as it is where there are no words for it."""
    return words()[key][language] if key in words() else otherwise


def segment_name(segment_set: str, segment: str, language: Language) -> str:
    return named(f"{segment_set}.{segment}", language, segment)


def dimension_name(segment_set: str, language: Language) -> str:
    return named(f"dimension.{segment_set}", language, segment_set.replace("_", " "))


def joined(texts: list[str], language: Language) -> str:
    """`a, b and c`."""
    last = {"en": " and ", "sv": " och "}[language]
    return last.join((", ".join(texts[:-1]), texts[-1])) if len(texts) > 1 else "".join(texts)


def label(row: Mapping[str, Any], language: Language) -> str:
    """Of a KPI of the catalogue."""
    return str(row["label_sv" if language == "sv" else "label"])
