"""Every sample body of the vendor page lands as the page says, or ends in one clear error."""

import base64
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.common.errors import CredentialsRejectedError, SourceError, ThrottledError
from connectors.mailchimp import SOURCE
from tests.connectors.conftest import Answer, Call, FakeApi, Landing

KEY = "planted-key-us19"
LIST = "16d6ec4ffc"
AFTER_SAMPLES = datetime(2026, 3, 12, 5, 30, tzinfo=UTC)


class Mailchimp:
    """Serves the samples: pages by offset; recipients of the one campaign that has samples."""

    def __init__(self, samples: Path) -> None:
        self.samples = samples
        self.first: list[Answer] = []  # answered before anything else
        self.pages: dict[str, list[str]] = {
            "/campaigns": ["campaigns_first_page.json", "campaigns_last_page.json"],
            "/reports": ["reports_first_page.json", "reports_last_page.json"],
            "/reports/a79651273b/email-activity": ["email_activity_first_page.json", "email_activity_last_page.json"],
            "/reports/a79651273b/unsubscribed": ["unsubscribed.json"],
            "/lists": ["lists.json"],
            f"/lists/{LIST}/members": ["list_members_first_page.json", "list_members_last_page.json"],
            f"/lists/{LIST}/growth-history": ["growth_history.json"],
        }

    def body(self, name: str) -> Any:
        return json.loads((self.samples / name).read_text("utf-8"))

    def answer(self, name: str) -> Answer:
        body = self.body(name)
        return Answer(body, body["status"])

    def __call__(self, call: Call) -> Answer:
        assert base64.b64decode(call.headers["Authorization"].removeprefix("Basic ")).decode().endswith(f":{KEY}")
        if self.first:
            return self.first.pop(0)
        path = call.path.removeprefix("/3.0")
        pages = [self.body(name) for name in self.pages.get(path, [])]
        if path.endswith("/sent-to"):
            pages = [sent_to(path.split("/")[2])]
        if not pages:
            return Answer(self.body("email_activity_empty.json") | {"unsubscribes": []})
        start = int(call.query["offset"][0])
        for page in pages:
            rows = next(value for value in page.values() if isinstance(value, list))
            if start < len(rows):
                return Answer(page)
            start -= len(rows)
        return Answer(pages[-1])


def sent_to(campaign_id: str) -> dict[str, Any]:
    """There is no sample of this list; its shape is that of the vendor page."""
    people = [
        ("5c39b564d82e54df1f39bd2c9f3c0e11", "person1@example.com", "sent"),
        ("1a112eb69f35030f97639280fe246aee", "person4@example.com", "sent"),
        ("efd59671aafc2cec38941a0bb9606943", "person3@example.com", "hard"),
    ]
    rows = [{"email_id": key, "email_address": mail, "status": status} for key, mail, status in people]
    chosen = rows if campaign_id == "a79651273b" else []
    return {"sent_to": chosen, "campaign_id": campaign_id, "total_items": len(chosen)}


@pytest.fixture
def account(shared: Path, fake_api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> Mailchimp:
    monkeypatch.setenv("SOURCES__MAILCHIMP__API_KEY", KEY)
    monkeypatch.setenv("SOURCES__MAILCHIMP__BASE_URL", fake_api.url)
    monkeypatch.setattr("connectors.mailchimp.api.OVERLAP", 0)  # the samples' pages follow each other
    fake_api.handler = vendor = Mailchimp(shared / "vendors" / "samples" / "mailchimp")
    return vendor


def test_sent_campaigns_land_and_a_draft_does_not(account: Mailchimp, landing: Landing, fake_api: FakeApi) -> None:
    landing.refresh(SOURCE, AFTER_SAMPLES)
    assert landing.rows(
        "select sent_date, campaign_id, title, list_id, emails_sent, sent_at::text from raw_mailchimp.campaigns"
        " order by sent_date"
    )[0] == (date(2026, 3, 2), "a79651273b", "March news", LIST, 500, "2026-03-02 08:36:55+00")
    assert landing.rows("select count(*) from raw_mailchimp.campaigns") == [(2,)]
    first = next(call for call in fake_api.calls if call.path == "/3.0/campaigns")
    assert first.query["sort_field"] == ["send_time"]
    assert "subject" not in first.query["fields"][0]


def test_reports_land_with_machine_opens_apart(account: Mailchimp, landing: Landing) -> None:
    landing.refresh(SOURCE, AFTER_SAMPLES)
    assert landing.rows(
        "select title, emails_sent, hard_bounces, soft_bounces, syntax_errors, unique_opens, "
        "proxy_excluded_unique_opens, unique_clicks, unique_subscriber_clicks, unsubscribed, abuse_reports "
        "from raw_mailchimp.reports order by sent_date"
    ) == [
        ("March news", 500, 8, 2, 0, 120, 71, 47, 33, 3, 0),
        ("Spring sale", 205, 3, 2, 0, 60, 31, 13, 12, 1, 0),
    ]


def test_absent_machine_opens_are_unknown(account: Mailchimp, landing: Landing, fake_api: FakeApi) -> None:
    page = account.body("reports_first_page.json") | {"total_items": 1}
    page["reports"][0]["opens"] = {"opens_total": 412, "unique_opens": 120, "open_rate": 0.24}
    fake_api.handler = lambda call: Answer(page) if call.path == "/3.0/reports" else account(call)
    landing.refresh(SOURCE, AFTER_SAMPLES)
    assert landing.rows("select unique_opens, proxy_excluded_unique_opens from raw_mailchimp.reports") == [(120, None)]


def test_recipients_are_reduced_to_their_first_of_each_kind(account: Mailchimp, landing: Landing) -> None:
    landing.refresh(SOURCE, AFTER_SAMPLES)
    assert landing.rows(
        "select member_key, status, opened_at::text, clicked_at::text, unsubscribed_at::text "
        "from raw_mailchimp.recipients order by status, opened_at nulls last"
    ) == [
        (landing.hasher.text("efd59671aafc2cec38941a0bb9606943"), "hard", None, None, None),
        (
            *(landing.hasher.text("5c39b564d82e54df1f39bd2c9f3c0e11"), "sent"),
            *("2026-03-02 09:17:57+00", "2026-03-02 19:00:09+00", None),
        ),
        (landing.hasher.text("1a112eb69f35030f97639280fe246aee"), "sent", None, None, "2026-03-03 20:18:01+00"),
    ]


def test_members_land_as_hashes(account: Mailchimp, landing: Landing) -> None:
    landing.refresh(SOURCE, AFTER_SAMPLES)
    assert landing.rows(
        "select contact_id, member_key, email_hash, is_role_address, status, signed_up_at, opted_in_at::text "
        "from raw_mailchimp.members where status = 'subscribed'"
    ) == [
        (
            *("e8b569eb4db5533ea8ab9fb1b77c957b", landing.hasher.text("5c39b564d82e54df1f39bd2c9f3c0e11")),
            *(landing.hasher.email("person1@example.com"), False, "subscribed", None, "2025-12-27 08:34:39+00"),
        )
    ]
    assert landing.rows("select count(*) from raw_mailchimp.members") == [(3,)]
    content = landing.path.read_bytes()
    for secret in (b"person1@example.com", b"5c39b564d82e54df1f39bd2c9f3c0e11", b"192.0.2", KEY.encode()):
        assert secret not in content


def test_lists_and_their_growth_land(account: Mailchimp, landing: Landing) -> None:
    landing.refresh(SOURCE, AFTER_SAMPLES)
    assert landing.rows("select list_id, member_count, cleaned_count from raw_mailchimp.lists") == [(LIST, 470, 12)]
    assert landing.rows(
        "select month, subscribed, unsubscribed, cleaned, deleted from raw_mailchimp.growth_history order by month"
    ) == [(date(2026, 2, 1), 464, 6, 1, 1), (date(2026, 3, 1), 470, 4, 2, 0)]


def test_an_account_without_sends_and_members_is_empty(account: Mailchimp, landing: Landing) -> None:
    account.pages["/campaigns"] = ["campaigns_empty.json"]
    account.pages["/reports"] = ["reports_empty.json"]
    account.pages[f"/lists/{LIST}/members"] = ["list_members_empty.json"]
    landing.refresh(SOURCE, AFTER_SAMPLES)
    assert landing.rows(
        "select (select count(*) from raw_mailchimp.reports), (select count(*) from raw_mailchimp.members)"
    ) == [(0, 0)]


def test_a_refused_key_names_the_setting_and_not_the_key(account: Mailchimp, landing: Landing) -> None:
    account.first = [account.answer("error_401_api_key_invalid.json")]
    with pytest.raises(CredentialsRejectedError, match=r"wrong datacenter\). Check `api_key`") as error:
        landing.refresh(SOURCE, AFTER_SAMPLES)
    assert KEY not in str(error.value)


def test_a_key_without_a_data_centre_is_told_at_once(
    account: Mailchimp, landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOURCES__MAILCHIMP__BASE_URL")
    monkeypatch.setenv("SOURCES__MAILCHIMP__API_KEY", "plantedkey")
    with pytest.raises(CredentialsRejectedError, match="data centre") as error:
        landing.refresh(SOURCE, AFTER_SAMPLES)
    assert "plantedkey" not in str(error.value)


def test_the_host_follows_from_the_key(
    account: Mailchimp, landing: Landing, fake_api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOURCES__MAILCHIMP__BASE_URL")
    monkeypatch.setitem(
        __import__("connectors.common.http").common.http._ADAPTERS, "https://us19.api.mailchimp.com", fake_api
    )
    landing.refresh(SOURCE, AFTER_SAMPLES)
    assert landing.rows("select count(*) from raw_mailchimp.reports") == [(2,)]


@pytest.mark.parametrize(
    ("sample", "words"),
    [("error_403_forbidden.json", "does not have permission"), ("error_404.json", "Resource Not Found")],
)
def test_other_refusals_say_why(account: Mailchimp, landing: Landing, sample: str, words: str) -> None:
    account.first = [account.answer(sample)]
    with pytest.raises(SourceError, match=words):
        landing.refresh(SOURCE, AFTER_SAMPLES)


def test_throttling_is_waited_out_with_a_body_and_without(account: Mailchimp, landing: Landing) -> None:
    account.first = [account.answer("error_429_too_many_requests.json"), Answer(b"", 403)]
    landing.refresh(SOURCE, AFTER_SAMPLES)
    assert landing.rows("select count(*) from raw_mailchimp.reports") == [(2,)]


def test_throttling_without_end_is_told(account: Mailchimp, landing: Landing) -> None:
    account.first = [Answer(b"", 403)] * 9
    with pytest.raises(ThrottledError, match="limit is used up"):
        landing.refresh(SOURCE, AFTER_SAMPLES)
