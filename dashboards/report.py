"""The mail of a persona: five sentences made from published numbers, the page attached. Others send it."""

from datetime import date
from email.message import EmailMessage

from dashboards.axis import read_axis
from dashboards.content import read_content
from dashboards.numbers import Language, period
from dashboards.pages import held_text, page_json, render_page
from dashboards.trust import held_back
from dashboards.words import say
from orchestration.cli.marts import Marts, open_marts
from orchestration.home import Home

# How often a persona decides, by the periods of its board.
CADENCES = {"day": "daily", "week": "weekly", "month": "monthly", "quarter": "quarterly"}


def report_message(home: Home, persona: str, language: Language) -> EmailMessage:
    """Subject, plain text and attachment `<persona>.html`, all read in one connection; sender and receiver are open.

    Raises NothingPublishedError, PageTooLargeError.
    """
    with open_marts(home.marts) as marts:
        content = read_content(marts, persona, held_back(home.runs))
    message = EmailMessage()
    choices = content.data["choices"]
    title = say(f"persona.{persona}", language)
    when = period(content.data["grain"], date.fromisoformat(choices[-1]), language) if choices else ""
    message["Subject"] = " · ".join(text for text in ("Nyckeltal", title, when) if text)
    lines = [
        f"{say(f'question.{name}', language)}\n{sentence}"
        for name, sentence in content.answers.get(language, {}).items()
    ]
    held = content.data["trust"]["held_back"]
    if held:
        lines.insert(0, held_text(content.data, language))
    foot = say("report.attached", language, run=str(content.data["run_id"])[:8])
    message.set_content("\n\n".join([*(lines or [say("state.no_period", language)]), foot]) + "\n")
    page = render_page(content, page_json(content))
    message.add_attachment(page, subtype="html", charset="utf-8", cte="base64", filename=f"{persona}.html")
    return message


def last_period(marts: Marts, persona: str) -> str | None:
    """The last closed period of a persona's board, `month 2026-02-01`; None before there is one."""
    rows = marts.rows("select distinct period_grain from kpi_boards where persona = ?", [persona])
    axis = read_axis(marts, rows[0]["period_grain"]) if rows else None
    return f"{axis.grain} {axis.last}" if axis and axis.last else None


def personas_due(marts: Marts, cadence: str) -> list[str]:
    """Personas whose board is of this cadence."""
    rows = marts.rows("select distinct persona, period_grain from kpi_boards order by persona")
    return [row["persona"] for row in rows if CADENCES.get(row["period_grain"]) == cadence]
