"""`nyckeltal report`: a persona's five sentences, or the mail that carries them and the page."""

from pathlib import Path

from dashboards.numbers import Language
from dashboards.pages import PageTooLargeError
from dashboards.report import report_message
from orchestration.alerts.send import NotSentError, send_mail
from orchestration.cli import FAILED
from orchestration.cli.marts import NothingPublishedError
from orchestration.cli.output import complain, out
from orchestration.home import Home


def report(persona: str, language: Language, to: Path | None, target: str | None) -> int:
    """Exit code 1 when nothing is published yet or the mail did not go out. With neither, the text alone is shown."""
    try:
        message = report_message(Home.find(), persona, language)
    except (NothingPublishedError, PageTooLargeError) as error:
        complain(error)
        return FAILED
    if to is None and target is None:
        body = message.get_body(("plain",))
        out().print(message["Subject"], style="bold", soft_wrap=True)
        out().print(body.get_content() if body else "", soft_wrap=True, markup=False)
        return 0
    if to is not None:
        to.write_bytes(bytes(message))
        out().print(str(to), soft_wrap=True)
    if target is not None:
        try:
            send_mail(target, message)
        except NotSentError as error:
            complain(error)
            return FAILED
    return 0
