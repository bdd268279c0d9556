"""`make pages-pictures`: the README's pictures of the pages, taken of the demo in the system's Chromium."""

import argparse
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class Picture:
    """One picture: a page, what is chosen in its address, and the part of it that is shown (pixels from the top)."""

    name: str
    page: str
    address: str
    width: int
    top: str
    height: int
    scheme: str = "light"


# `top`: the element at which the picture begins.
PICTURES = (
    Picture("page_executive", "executive", "#lang=en", 1366, "header", 1024),
    Picture("page_executive_why", "executive", "#lang=en", 1366, "#moved", 1586),
    Picture("page_manager_dark", "manager", "#lang=en", 1366, "header", 1136, "dark"),
    Picture("page_specialist", "specialist", "#lang=sv", 1366, "header", 1160),
    Picture("page_phone", "executive", "#lang=en", 390, "header", 1286),
)


def main() -> int:
    """Exit code 1 without Chromium or without pages."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.pictures", description=__doc__)
    parser.add_argument("--home", type=Path, default=ROOT / "data" / "demo", help="whose pages (default %(default)s)")
    parser.add_argument("--to", type=Path, default=ROOT / "docs" / "images")
    options = parser.parse_args()
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    pages: Path = options.home.resolve() / "serving" / "pages"
    if program is None or not pages.exists():
        missing = "a Chromium on this machine" if program is None else f"pages in {pages}: run `make demo`"
        print(f"there is no picture without {missing}", file=sys.stderr)  # noqa: T201
        return 1
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        for picture in PICTURES:
            view = {"width": picture.width, "height": 900}
            page = browser.new_page(viewport=view, color_scheme=picture.scheme, locale="en-GB")  # type: ignore[arg-type]
            page.goto(f"{(pages / picture.page).as_uri()}.html{picture.address}")
            page.wait_for_selector('body[data-ready="1"]')
            top = page.eval_on_selector(picture.top, "one => one.getBoundingClientRect().top + window.scrollY")
            clip = {"x": 0, "y": max(0, top - 12), "width": picture.width, "height": picture.height}
            page.screenshot(path=options.to / f"{picture.name}.png", full_page=True, clip=clip)  # type: ignore[arg-type]
            page.close()
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
