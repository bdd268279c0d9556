"""The mail of a persona, and the command that writes it."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from dashboards.numbers import Language
from dashboards.report import personas_due, report_message
from orchestration.alerts.send import NotSentError
from orchestration.cli import app
from orchestration.cli.marts import open_marts
from orchestration.home import Home
from tests.dashboards.published_rows import EXPLAINING, GRAINS
from tests.dashboards.seen import PERSONAS, near, query, written

# The package has a command of the same name.
command: Any = import_module("orchestration.cli.report")


@pytest.mark.parametrize("persona", PERSONAS)
@pytest.mark.parametrize("language", ["en", "sv"])
def test_five_sentences_and_the_page(company: Home, persona: str, language: Language) -> None:
    message = report_message(company, persona, language)
    body = message.get_body(("plain",))
    assert body is not None
    paragraphs = body.get_content().strip().split("\n\n")
    assert len(paragraphs) == 6
    assert all("\n" in paragraph for paragraph in paragraphs[:5])
    (page,) = message.iter_attachments()
    assert (page.get_filename(), page.get_content_type()) == (f"{persona}.html", "text/html")
    assert page.get_content() == (company.pages / f"{persona}.html").read_text("utf-8")
    assert message["Subject"].startswith("Nyckeltal · ")


@pytest.mark.parametrize("persona", PERSONAS)
def test_what_moved_is_a_change_of_the_marts(company: Home, persona: str) -> None:
    """Label, value and the value before, of the largest settled and reliable change."""
    body = report_message(company, persona, "en").get_body(("plain",))
    assert body is not None
    told = body.get_content().split("What moved, and why?\n")[1].split("\n\n")[0]
    moved = r"(?:^|: )([^:]+?) (rose|fell) by .+? to (\S+)(?: in week \S+ \d+)? \((\S+) the (week|month) before"
    found = re.search(moved, told)
    assert found, told
    rows = query(
        company,
        "select k.label, k.unit, r.* from kpi_change_reasons r join kpi_catalog k using (kpi_id, kpi_version) "
        "where comparison = 'previous' and period_grain = ? "
        "and kpi_id in (select kpi_id from kpi_boards where persona = ?) "
        "and movement in ('up', 'down') and period_start = (select max(period_start) from kpi_values "
        "where period_grain = ? and not is_open_period) "
        "order by is_unreliable, is_provisional, "
        "case k.unit when 'index' then abs(change) / 100 else abs(relative_change) end desc",
        [EXPLAINING[persona], persona, EXPLAINING[persona]],
    )
    first = rows[0]
    assert found[1] == first["label"]
    assert found[2] == {"up": "rose", "down": "fell"}[first["movement"]]
    assert near(found[3], written(first["value1"], first["unit"], first["currency"]))
    assert near(found[4], written(first["value0"], first["unit"], first["currency"]))


def test_how_sure_counts_the_flags_of_the_marts(company: Home) -> None:
    body = report_message(company, "manager", "en").get_body(("plain",))
    assert body is not None
    told = body.get_content().split("How sure are we?\n")[1].split("\n\n")[0]
    rows = query(
        company,
        "select kpi_catalog.label, is_provisional, is_missing, is_unreliable from kpi_values "
        "join kpi_catalog using (kpi_id, kpi_version) join kpi_boards using (kpi_id) "
        "where persona = 'manager' and kpi_values.period_grain = ? and segment_set = 'total' "
        "and period_start = (select max(period_start) from kpi_values where period_grain = ? and not is_open_period)",
        [GRAINS["manager"], GRAINS["manager"]],
    )
    settled = sum(not row["is_provisional"] and not row["is_missing"] for row in rows)
    assert told.startswith(f"Of the {len(rows)} values of week 11, 2026, {settled} {'is' if settled == 1 else 'are'} ")
    settling = told.partition("may still change (")[2].partition(")")[0]
    assert all((row["label"] in settling) == row["is_provisional"] for row in rows)
    assert told.endswith("Data until 17 Mar 2026; all sources are fresh.")


def test_the_command_writes_the_mail(
    company: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NYCKELTAL_HOME", str(company.root))
    file = tmp_path / "manager.eml"
    for arguments in (
        ["report", "--persona", "manager", "--to", str(file)],
        ["report", "--persona", "manager", "--language", "sv"],
    ):
        with pytest.raises(SystemExit) as ended:
            app(arguments)
        assert ended.value.code == 0
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert message["Subject"] == "Nyckeltal · Marketing manager · week 11, 2026"
    assert len(list(message.iter_attachments())) == 1
    assert "Är vi på rätt väg?" in capfd.readouterr().out


def test_the_command_sends_the_mail_to_a_target(
    company: Home, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    sent: list[tuple[str, EmailMessage]] = []
    monkeypatch.setenv("NYCKELTAL_HOME", str(company.root))
    monkeypatch.setattr(command, "send_mail", lambda target, message: sent.append((target, message)))
    assert command.report("executive", "en", None, "board") == 0
    ((target, message),) = sent
    assert (target, message["Subject"]) == ("board", "Nyckeltal · Executive · February 2026")

    def refuse(target: str, message: EmailMessage) -> None:
        raise NotSentError(f"alerts: {target!r} has no address")

    monkeypatch.setattr(command, "send_mail", refuse)
    assert command.report("executive", "en", None, "board") == 1
    assert "alerts: 'board' has no address" in capfd.readouterr().err


def test_each_persona_is_due_at_the_cadence_of_its_board(company: Home) -> None:
    with open_marts(company.marts) as marts:
        assert [personas_due(marts, cadence) for cadence in ("daily", "weekly", "monthly", "quarterly")] == [
            ["specialist"],
            ["manager"],
            ["executive"],
            [],
        ]
