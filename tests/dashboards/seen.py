"""A page in the browser, and what it shows; every error and every request beyond the file is a failure."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from orchestration.home import Home

WIDTHS = (390, 1366)
SCHEMES = ("light", "dark")
PERSONAS = ("executive", "manager", "specialist")
GAP = "\u00a0"
MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept|Oct|Nov|Dec"


@dataclass(frozen=True)
class Seen:
    """An open page; `errors` and `requests` are held to be empty at the end."""

    page: Page
    errors: list[str]
    requests: list[str]

    def choose(self, name: str, value: str) -> None:
        self.page.select_option(f'[data-filter="{name}"]', value)

    def options(self, name: str) -> list[str]:
        found = self.page.eval_on_selector_all(f'[data-filter="{name}"] option', "all => all.map(one => one.value)")
        return [str(value) for value in found]

    def all(self, selector: str) -> list[dict[str, str]]:
        """The data attributes of all elements, with their `text`."""
        found = self.page.eval_on_selector_all(
            selector,
            "all => all.map(one => ({...one.dataset, text: one.textContent, visible: one.offsetParent !== null}))",
        )
        return [one | {"text": unglued(one["text"])} for one in found]

    def text(self, selector: str) -> str:
        return unglued(self.page.inner_text(selector))

    def has(self, selector: str) -> bool:
        return self.page.locator(selector).count() > 0


@contextmanager
def opened(browser: Browser, home: Home, name: str, address: str = "#lang=en", **options: Any) -> Iterator[Seen]:
    """A page from disk, drawn; `options` are those of a browser context."""
    settings: dict[str, Any] = {"viewport": {"width": 1366, "height": 900}, "locale": "en-GB", **options}
    with browser.new_context(**settings) as context, context.new_page() as page:
        seen = Seen(page, [], [])

        def told(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                seen.errors.append(message.text)

        def asked(request: Request) -> None:
            if not request.url.startswith(("file:", "data:", "blob:")):
                seen.requests.append(request.url)

        page.on("console", told)
        page.on("pageerror", lambda error: seen.errors.append(str(error)))
        page.on("request", asked)
        page.goto(f"{(home.pages / name).as_uri()}.html{address}")
        page.wait_for_selector('body[data-ready="1"]', timeout=10_000)
        yield seen
        assert seen.errors == []
        assert seen.requests == []


def query(home: Home, sql: str, parameters: Sequence[object] = ()) -> list[dict[str, Any]]:
    """Rows of the published marts."""
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{home.marts}' as m (read_only)")
        connection.execute("use m")
        cursor = connection.execute(sql, list(parameters))
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def unglued(text: str) -> str:
    """With plain spaces and hyphens within dates, weeks and words like e-mail, where a page lets no line break."""
    text = re.sub(rf"(?<=\d){GAP}(?=(?:{MONTHS})\b)|(?<=[Ww]eek){GAP}(?=\d)", " ", text)
    return re.sub("(?<=[eE])\u2011", "-", text)


def same(shown: str | None, value: float | None) -> bool:
    """A data attribute against a published number."""
    if shown in (None, ""):
        return value is None
    return value is not None and abs(float(shown) - value) <= 1e-9 * max(1.0, abs(value))


def written(value: float, unit: str, currency: str, beside: Sequence[float | None] = ()) -> str:
    """As an English page writes a value, told anew for the tests; the largest of those beside it gives the decimals."""

    def digits(number: float) -> int:
        size = abs(number) * (100 if unit == "ratio" else 1)
        if unit in ("x", "index"):
            return {"x": 2, "index": 1}[unit]
        if unit in ("ratio", "money"):
            return 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 0.005 else 3 if size >= 0.0005 else 4
        return 0 if number == round(number) or size >= 100 else 1

    shown = abs(value) * (100 if unit == "ratio" else 1)
    places = digits(max((item for item in (value, *beside) if item is not None), key=abs))
    if value == 0:
        places = 0
    elif round(shown, places) == 0:
        places = digits(value)
    text = f"{shown:,.{places}f}"
    told = {"ratio": f"{text}%", "x": f"{text}×", "money": f"{currency}{GAP}{text}"}.get(unit, text)
    return ("−" if value < 0 else "") + told


def near(text: str, expected: str) -> bool:
    """Equal but for the last digit, which ties may round either way."""
    if text == expected:
        return True
    left, right = (re.sub(r"[^0-9.]", "", item) for item in (text, expected))
    places = len(left.partition(".")[2])
    return (
        re.sub(r"[0-9.,]", "", text) == re.sub(r"[0-9.,]", "", expected)
        and abs(float(left) - float(right)) < 1.01 * 10**-places
    )
