"""Reports at their cadence, to a mail server on this machine."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from connectors.config.alerts import Alerts, Report, read_alerts
from orchestration.alerts.reports import Delivery, send_reports, unsent
from orchestration.home import Home
from orchestration.run import RunSettings
from orchestration.schedules import CADENCES
from orchestration.serving.reports import cadences_of, reports_asset
from tests.dashboards.seen import query
from tests.orchestration.alerts.sinks import SmtpSink, serving

NOW = datetime(2026, 3, 18, 5, 30, tzinfo=UTC)
REPORTS = Alerts(
    reports={
        "manager": Report(targets=("marketing",), language="sv"),
        "executive": Report(targets=("board",)),
        "specialist": Report(targets=("channels",)),
    }
)


@pytest.fixture
def mail(monkeypatch: pytest.MonkeyPatch) -> Iterator[SmtpSink]:
    with serving(SmtpSink()) as sink:
        for name in ("MARKETING", "BOARD", "CHANNELS"):
            monkeypatch.setenv(f"ALERTS__{name}__URL", sink.url)
        yield sink


def subjects(mail: SmtpSink) -> list[str]:
    return [str(message["Subject"]) for message in mail.messages()]


@pytest.mark.parametrize(
    ("cadence", "persona", "target", "subject"),
    [
        ("daily", "specialist", "channels", "Nyckeltal · Channel specialist · 17 Mar 2026"),
        ("weekly", "manager", "marketing", "Nyckeltal · Marknadschef · vecka 11, 2026"),
        ("monthly", "executive", "board", "Nyckeltal · Executive · February 2026"),
    ],
)
def test_a_persona_gets_its_page_once_a_period(
    made: Home, mail: SmtpSink, cadence: str, persona: str, target: str, subject: str
) -> None:
    assert send_reports(made, REPORTS, [cadence], NOW) == [Delivery(persona, target)]
    assert send_reports(made, REPORTS, [cadence], NOW) == []
    assert subjects(mail) == [subject]
    (page,) = mail.messages()[0].iter_attachments()
    assert page.get_filename() == f"{persona}.html"


def test_a_failed_report_is_tried_again_after_any_refresh_and_says_why(made: Home, mail: SmtpSink) -> None:
    mail.refuses = True
    (failed,) = send_reports(made, REPORTS, ["weekly"], NOW)
    assert failed.error == "alerts: the mail server of 'marketing' did not take it (SMTPRecipientsRefused)"
    assert [state["says"] for state in unsent(made).values()] == [
        f"the manager's report did not go out: {failed.error}"
    ]
    mail.refuses = False
    assert send_reports(made, REPORTS, [], NOW) == [Delivery("manager", "marketing")]
    assert unsent(made) == {}
    assert send_reports(made, REPORTS, ["weekly"], NOW) == []
    assert subjects(mail) == ["Nyckeltal · Marknadschef · vecka 11, 2026"]


def test_a_new_period_is_sent_anew(made: Home, mail: SmtpSink) -> None:
    send_reports(made, REPORTS, ["weekly"], NOW)
    query(made, "select 1")
    state = made.alerts / "reports.json"
    state.write_text(state.read_text("utf-8").replace("week 2026-03-09", "week 2026-03-02"), "utf-8")
    assert send_reports(made, REPORTS, ["weekly"], NOW) == [Delivery("manager", "marketing")]
    assert len(mail.mails) == 2


def test_nothing_is_sent_without_settings_or_marts(made: Home, mail: SmtpSink) -> None:
    assert send_reports(made, Alerts(), ["daily", "weekly", "monthly"], NOW) == []
    made.marts.unlink()
    (failed,) = send_reports(made, REPORTS, ["weekly"], NOW)[:1] or [None]
    assert failed is not None
    assert failed.error == "it could not be made (NothingPublishedError)"
    assert mail.mails == []


def test_each_job_has_its_cadences() -> None:
    assert {name: cadences_of(f"refresh_{name}") for name in CADENCES} == {
        **{name: (name,) for name in ("daily", "weekly", "monthly", "quarterly")},
        "full": ("daily", "weekly", "monthly", "quarterly"),
    }
    assert cadences_of("backfill") == cadences_of("fill_gaps") == ()


def test_the_asset_is_green_whatever_the_mail_server_says(
    made: Home, mail: SmtpSink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "company.yml").write_text(
        "name: Shop\ntime_zone: Europe/Stockholm\nreporting_currency: SEK\nhistory_start: 2026-01-01\n", "utf-8"
    )
    (config / "alerts.yml").write_text("reports:\n  manager: {targets: [marketing], language: sv}\n", "utf-8")
    assert read_alerts(config).reports["manager"].language == "sv"
    monkeypatch.setenv("NYCKELTAL_CONFIG", str(config))
    monkeypatch.setenv("NYCKELTAL_HOME", str(made.root))
    pages = dg.asset(lambda: None, key=["serving", "pages"])
    definitions = dg.Definitions(
        assets=[pages, reports_asset(pages.key)],
        jobs=[dg.define_asset_job("refresh_weekly")],
        resources={"run_settings": RunSettings(as_of=NOW.isoformat())},
    )
    job = definitions.resolve_job_def("refresh_weekly")
    mail.refuses = True
    assert job.execute_in_process().success
    assert mail.mails == []
    mail.refuses = False
    assert job.execute_in_process().success
    assert job.execute_in_process().success
    assert subjects(mail) == ["Nyckeltal · Marknadschef · vecka 11, 2026"]
