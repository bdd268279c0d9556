"""Builds the pages: one self-contained file per persona and an index, each replaced whole."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from dashboards.content import Content, read_content
from dashboards.numbers import LANGUAGES, MONTHS, SHORT_MONTHS, Language, day
from dashboards.sentences import QUESTIONS
from dashboards.trust import held_back
from dashboards.views import PERSONAS
from dashboards.words import say, words
from orchestration.cli.marts import open_marts
from orchestration.home import Home
from orchestration.loading.promote import replacing

# Data of one page: more does not travel well by mail, and means that something is kept too long.
MOST_BYTES = 3_000_000
LANGUAGE_NAMES = {"en": "English", "sv": "Svenska"}
FOLDER = Path(__file__).with_name("page")


class PageTooLargeError(Exception):
    """A page would hold too much data; the text says which and how much."""


@dataclass(frozen=True)
class Page:
    """A page that was written. `data_bytes`: its JSON."""

    persona: str
    file: Path
    data_bytes: int
    content: Content


def build_pages(home: Home) -> list[Page]:
    """Writes the pages of the published marts into `serving/pages`; raises NothingPublishedError, PageTooLargeError.

    All of them are read in one connection: they are of one run.
    """
    held = held_back(home.runs)
    with open_marts(home.marts) as marts:
        contents = [read_content(marts, persona, held) for persona in PERSONAS]
    made = [(content, page_json(content)) for content in contents]  # all of them, before one is replaced
    pages = []
    for content, data in made:
        file = home.pages / f"{content.persona}.html"
        _replace(file, render_page(content, data))
        pages.append(Page(content.persona, file, len(data.encode()), content))
    _replace(home.pages / "index.html", _render_index(contents))
    return pages


def page_json(content: Content) -> str:
    """The JSON of a page; PageTooLargeError above MOST_BYTES."""
    data = as_json(content.data)
    if (size := len(data.encode())) > MOST_BYTES:
        raise PageTooLargeError(
            f"the {content.persona}'s page would hold {size / 1e6:.1f} MB of data, more than {MOST_BYTES / 1e6:.0f}: "
            "shorten its board in boards.yml"
        )
    return data


def render_page(content: Content, data: str) -> str:
    """The HTML of a persona's page; `data`: its JSON, safe inside a script element."""
    style, script = _style(), _script()
    return _template("page.html.j2").render(
        mark=content.data["mark"],
        title=say(f"persona.{content.persona}", "en"),
        purpose=say(f"purpose.{content.persona}", "en"),
        questions=QUESTIONS,
        sentences=[
            (say(f"question.{name}", "en"), sentence) for name, sentence in content.answers.get("en", {}).items()
        ],
        style=_Raw(style),
        style_hash=_hash(style),
        script=_Raw(script),
        script_hash=_hash(script),
        data=_Raw(data),
        words=_Raw(as_json(_words())),
    )


def as_json(content: Any) -> str:
    """Compact JSON that nothing in it can end early: no `<` is left that could open or close an element."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _render_index(contents: list[Content]) -> str:
    style, script = _style(), (FOLDER / "index.js").read_text("utf-8")
    return _template("index.html.j2").render(
        mark=contents[0].data["mark"],
        say=say,
        names=LANGUAGE_NAMES,
        views={language: _index_view(contents, language) for language in LANGUAGES},
        style=_Raw(style),
        style_hash=_hash(style),
        script=_Raw(script),
        script_hash=_hash(script),
    )


def _index_view(contents: list[Content], language: Language) -> dict[str, Any]:
    data = contents[0].data
    until, as_of = (day(date.fromisoformat(data[name]), language) for name in ("data_until", "as_of"))
    return {
        "stamp": f"{say('data_until', language)} {until} · {say('refreshed', language)} {as_of}",
        "banner": held_text(data, language),
        "pages": {content.persona: content.answers.get(language, {}) for content in contents},
    }


def held_text(data: Mapping[str, Any], language: Language) -> str:
    """That the last run was held back, and of when the numbers are; empty if it was not."""
    held = data["trust"]["held_back"]
    if not held:
        return ""
    days = {"day": held["as_of"], "published": data["as_of"]}
    shown = {name: day(date.fromisoformat(text), language) for name, text in days.items()}
    return say("trust.held", language, what=held["what"], **shown)


def _words() -> Mapping[str, Any]:
    return {
        "words": words(),
        "languages": LANGUAGE_NAMES,
        "months": {language: MONTHS[language].split() for language in LANGUAGES},
        "short_months": {language: SHORT_MONTHS[language].split() for language in LANGUAGES},
    }


class _Raw(str):
    """Text of our own that is put into the page as it is."""

    def __html__(self) -> str:
        return self


@cache
def _template(name: str) -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER), autoescape=True, keep_trailing_newline=True
    )
    environment.undefined = jinja2.StrictUndefined
    return environment.get_template(name)


@cache
def _style() -> str:
    return (FOLDER / "page.css").read_text("utf-8")


@cache
def _script() -> str:
    files = sorted((FOLDER / "script").glob("*.js"))
    return '(() => {\n"use strict";\n' + "\n".join(file.read_text("utf-8") for file in files) + "})();"


def _hash(text: str) -> str:
    """As a content security policy names an inline element: nothing else runs in the page."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _replace(file: Path, text: str) -> None:
    with replacing(file) as temporary:
        temporary.write_text(text, "utf-8")
