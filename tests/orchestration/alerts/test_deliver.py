"""How it is told: by mail, Slack and webhook, grouped, once a day, not in quiet hours; a failure to send is kept."""

import json
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from apprise.plugins.slack import NotifySlack

from connectors.config import ConfigError
from connectors.config.alerts import QuietHours, read_alerts
from orchestration.alerts.deliver import last_failure
from orchestration.alerts.send import NotSentError, send, send_mail
from orchestration.alerts.sensor import note_failure, tell
from orchestration.cli import app
from orchestration.cli.doctor import _alerts, _configuration, examine
from tests.orchestration.alerts.conftest import NOON, Alerted
from tests.orchestration.alerts.sinks import HttpSink, SmtpSink

QUIET = 'quiet_hours: {from: "20:00", to: "07:00"}\ntargets: {team: {}}\n'


def down(company: Alerted, says: str = "shop: failed 5 times", source: str = "shop") -> None:
    company.load(company.ran("r1"), source, "failed", says)


def test_all_causes_come_in_one_message_with_links(alerted: Alerted, webhook: HttpSink) -> None:
    alerted.publish()
    down(alerted)
    down(alerted, "web: failed 5 times", "web")
    alerted.settle("dagster_url: https://dagster.example.com/\nboard_url: https://example.com/b\ntargets: {team: {}}\n")
    alerted.tell()
    ((path, post),) = webhook.posts
    assert path == "/hook-4f1c"
    assert post["title"] == "Shop: 2 × source down, 1 × goal off track, 1 × unusual value"
    assert post["message"].splitlines()[:4] == ["Source down", "- shop: failed 5 times", "- web: failed 5 times", ""]
    assert "Run: https://dagster.example.com/runs/r1" in post["message"]
    assert post["message"].endswith("Board: https://example.com/b")


def test_a_cause_is_told_once_a_day_and_a_new_one_at_once(alerted: Alerted, webhook: HttpSink) -> None:
    down(alerted)
    alerted.tell()
    assert alerted.tell(NOON + timedelta(hours=2)) == []
    down(alerted, "web: failed 5 times", "web")
    alerted.tell(NOON + timedelta(hours=3))
    assert ["web" in post["message"] and "shop" not in post["message"] for _, post in webhook.posts] == [False, True]
    alerted.tell(NOON + timedelta(hours=11, minutes=59))  # 23:59 in the company's zone
    assert len(webhook.posts) == 2
    alerted.tell(NOON + timedelta(hours=12, minutes=1))
    assert len(webhook.posts) == 3


def test_by_mail(alerted: Alerted, mailbox: SmtpSink) -> None:
    down(alerted, "shop: failed for <b>Åsa</b> & Co")
    alerted.tell()
    (mail,) = mailbox.messages()
    assert (mail["To"], mail["Subject"]) == ("team@example.com", "Shop: 1 × source down")
    assert "nyckeltal@example.com" in mail["From"]
    body = mail.get_body(("plain", "html"))
    assert body is not None
    assert "failed for" in body.get_content()
    assert "<b>Åsa" not in mail.as_string()


def test_by_slack(alerted: Alerted, webhook: HttpSink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NotifySlack, "webhook_url", f"{webhook.url}/services")
    token = "T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
    monkeypatch.setenv("ALERTS__TEAM__URL", f"slack://{token}/marketing")
    down(alerted, "shop: campaign <!channel> @here [x](http://evil.example) `rm`\x1b[31m\u202e")
    alerted.tell()
    ((path, post),) = webhook.posts
    assert path == f"/services/{token}"
    text = json.dumps(post, ensure_ascii=False)
    assert "shop: campaign" in text
    for live in ("<!channel", "@here", "`", "\x1b", "\u202e"):
        assert live not in text


def test_quiet_hours_hold_back_what_is_told_afterwards(alerted: Alerted, webhook: HttpSink) -> None:
    alerted.settle(QUIET)
    down(alerted)
    night = NOON + timedelta(hours=17, minutes=59)  # 05:59 in Stockholm
    (message,) = alerted.tell(night)
    assert message.is_held
    assert webhook.posts == []
    (message,) = alerted.tell(night + timedelta(hours=1, minutes=1))
    assert not message.is_held
    assert len(webhook.posts) == 1


@pytest.mark.parametrize(
    ("start", "end", "quiet"),
    [("20:00", "07:00", ["20:00", "23:59", "00:00", "06:59"]), ("12:00", "13:00", ["12:00", "12:59"])],
)
def test_quiet_hours_may_pass_midnight(start: str, end: str, quiet: list[str]) -> None:
    hours = QuietHours.model_validate({"from": start, "to": end})
    tried = ["00:00", "06:59", "07:00", "11:59", "12:00", "12:59", "13:00", "19:59", "20:00", "23:59"]
    held = [text for text in tried if hours.holds(NOON.replace(hour=int(text[:2]), minute=int(text[3:])))]
    assert held == sorted(quiet)


def test_a_failure_to_send_is_kept_shown_and_tried_again(alerted: Alerted, webhook: HttpSink) -> None:
    webhook.status = 500
    down(alerted)
    (message,) = tell(alerted.home)
    assert message.error == "alerts: 'team' could not be told: the service refused it or cannot be reached"
    assert "hook-4f1c" not in json.dumps(last_failure(alerted.home)), "the address is a secret"
    assert any(finding.what == "alerts" and finding.state == "bad" for finding in examine())
    webhook.status = 200
    (message,) = tell(alerted.home)
    assert message.error is None
    assert last_failure(alerted.home) == {}
    assert [finding.state for finding in _alerts(alerted.home)] == ["good"]


def test_a_target_without_or_with_a_wrong_address_is_named(
    alerted: Alerted, monkeypatch: pytest.MonkeyPatch, webhook: HttpSink
) -> None:
    down(alerted)
    monkeypatch.setenv("ALERTS__TEAM__URL", "nonsense-7d1f")
    (message,) = tell(alerted.home)
    assert message.error is not None
    assert "ALERTS__TEAM__URL" in message.error
    assert "nonsense-7d1f" not in message.error
    monkeypatch.delenv("ALERTS__TEAM__URL")
    (message,) = tell(alerted.home)
    assert message.error == "alerts: 'team' has no address: set ALERTS__TEAM__URL"
    assert [finding.says for finding in _alerts(alerted.home)] == ["team has no address"]


def test_a_wrong_configuration_stops_no_run(alerted: Alerted) -> None:
    alerted.settle("targets: {team: {persona: boss}}\n")
    assert tell(alerted.home) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("targets:\n  team: {cause: [anomaly]}\n", "line 2: `targets.team.cause` is not known: did you mean `causes`?"),
        ("targets: {}\nquiet_hours: {from: 25:00, to: '07:00'}\n", "line 2: `quiet_hours.from`: '25:00' is no time"),
        ("quiet_hours: {from: '07:00', to: '07:00'}\n", "from and to are both 07:00"),
        ("dagster_url: dagster.local\n", "line 1: `dagster_url`: 'dagster.local' is no web address"),
        ("targets: {team: {causes: []}}\n", "line 1: `targets.team.causes`"),
    ],
)
def test_mistakes_are_named_with_their_line(alerted: Alerted, text: str, says: str) -> None:
    alerted.settle(text)
    with pytest.raises(ConfigError, match=r"config/alerts\.yml") as error:
        read_alerts(alerted.config)
    assert says in str(error.value)
    assert [says in finding.says for finding in _configuration()] == [True]


def test_the_command_says_sends_and_says_nothing_twice(
    alerted: Alerted, webhook: HttpSink, capfd: pytest.CaptureFixture[str]
) -> None:
    down(alerted)

    def run(*arguments: str) -> str:
        with pytest.raises(SystemExit) as ended:
            app(["alerts", *arguments])
        assert ended.value.code == 0
        return capfd.readouterr().out

    assert json.loads(run("--dry-run", "--json"))[0]["state"] == "due"
    assert "would be told" in run("--dry-run")
    assert webhook.posts == []
    assert json.loads(run("--json"))[0]["state"] == "sent"
    assert "There is nothing to tell." in run()
    assert len(webhook.posts) == 1


def test_a_finished_mail_goes_through_the_same_target(alerted: Alerted, mailbox: SmtpSink) -> None:
    report = EmailMessage()
    report["Subject"] = "Week 11"
    report.set_content("in words")
    report.add_alternative("<p>in colour</p>", subtype="html")
    report.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="week.pdf")
    send_mail("team", report)
    (mail,) = mailbox.messages()
    assert (mail["To"], mail["Subject"]) == ("team@example.com", "Week 11")
    assert [part.get_filename() for part in mail.iter_attachments()] == ["week.pdf"]
    mailbox.refuses = True
    with pytest.raises(NotSentError, match=r"mail server of 'team' did not take it \(SMTPRecipientsRefused\)"):
        send_mail("team", report)


def test_a_file_goes_along_with_a_message(alerted: Alerted, mailbox: SmtpSink, tmp_path: Path) -> None:
    (tmp_path / "week.csv").write_text("a,b\n1,2\n", "utf-8")
    send("team", "Week 11", "see the file", [tmp_path / "week.csv"])
    (mail,) = mailbox.messages()
    assert [part.get_filename() for part in mail.iter_attachments()] == ["week.csv"]


def test_a_webhook_takes_no_finished_mail(alerted: Alerted, webhook: HttpSink) -> None:
    with pytest.raises(NotSentError, match="is no mail target"):
        send_mail("team", EmailMessage())


def test_a_run_that_failed_is_noted_once(alerted: Alerted) -> None:
    records = alerted.ran("r1")
    note_failure(alerted.home, "r1", ["too late"])
    assert records.outcome() is not None
    (records.folder / "outcome.run.json").unlink()
    note_failure(alerted.home, "r1", ["models: broken"])
    outcome = records.outcome()
    assert outcome is not None
    assert (outcome.status, outcome.reasons) == ("failed", ("models: broken",))
    note_failure(alerted.home, "of another code location", ["x"])
    assert not (alerted.home.runs / "of another code location").exists()
