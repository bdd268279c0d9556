"""The simulated company's mails through server, connector and staging: what lands is the truth, whatever happens."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from connectors.common.errors import CredentialsRejectedError, UnexpectedAnswerError
from connectors.common.privacy import Hasher
from connectors.mailchimp import SOURCE, api
from sandbox.server import Sandbox
from sandbox.vendors.mailchimp import Mailchimp
from sandbox.vendors.mailchimp_bodies import Bodies, Listed
from sandbox.world import World
from tests.connectors.conftest import AS_OF, Landing, serve
from tests.connectors.staging import staged

EARLIER = AS_OF - timedelta(days=21)  # the morning after a send
NOW = pd.Timestamp(AS_OF).tz_localize(None)
FAULTS = (
    *("throttle", "throttle_retry_after", "server_error", "truncated", "not_json", "down"),
    *("duplicate_page", "moving_row", "unknown_column"),
)
Rows = dict[str, list[tuple[Any, ...]]]


def landed(landing: Landing) -> Rows:
    return {
        table.name: landing.rows(f"select {', '.join(table.columns)} from raw_mailchimp.{table.name} order by all")
        for table in SOURCE.tables
    }


@pytest.fixture(scope="module")
def fresh(small_world: World, tmp_path_factory: pytest.TempPathFactory) -> Landing:
    """One undisturbed load."""
    landing = Landing(tmp_path_factory.mktemp("fresh") / "source.duckdb", Hasher(b"test-key"))
    with pytest.MonkeyPatch.context() as patch:
        serve(small_world, patch)
        landing.refresh(SOURCE)
    return landing


@pytest.fixture(scope="module")
def expected(fresh: Landing) -> Rows:
    return landed(fresh)


@pytest.fixture(scope="module")
def models(fresh: Landing, tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    return staged(SOURCE, fresh.path, AS_OF, tmp_path_factory.mktemp("staged"))


def test_sends_are_the_truth(models: dict[str, pd.DataFrame], small_world: World) -> None:
    rows = small_world.tables["mail_recipients"].astype({"campaign_id": object, "status": object})
    human, machine = rows["opened_at"] <= NOW, rows["machine_opened_at"] <= NOW
    counted = pd.DataFrame(
        {
            "campaign_id": rows["campaign_id"],
            "emails_sent": 1,
            "emails_bounced": rows["status"] != "sent",
            "unique_opens": human | machine,
            "unique_opens_human": human,
            "unique_clicks": rows["clicked_at"] <= NOW,
            "unsubscribes": rows["unsubscribed_at"] <= NOW,
            "complaints": rows["complained_at"] <= NOW,
        }
    )
    wanted = counted.groupby("campaign_id").sum()
    sends = small_world.tables["mail_campaigns"].set_index("campaign_id").loc[wanted.index]
    got = models["email_campaigns"].set_index("campaign_id").loc[wanted.index]
    assert len(got) == len(models["email_campaigns"]) == len(sends) > 20
    for column in wanted.columns:
        assert (got[column] == wanted[column]).all(), column
    assert (got["sent_at"] == sends["sent_at"]).all()
    assert (got["campaign_name"] == sends["name"].astype(object)).all()
    assert (got["list_id"] == sends["list_id"].astype(object)).all()


def test_members_are_the_truth(models: dict[str, pd.DataFrame], small_world: World, fresh: Landing) -> None:
    members = small_world.tables["mail_members"]
    got = models["mail_members"]
    assert len(got) == len(members)
    assert set(got["email_hash"]) == {fresh.hasher.email(email) for email in members["email"]}
    left = members["left_at"] <= NOW
    assert (got["status"] == "unsubscribed").sum() == pytest.approx(left.sum(), abs=0)
    assert sorted(got["joined_at"]) == sorted(members["joined_at"].astype("datetime64[s]"))


def test_recipients_of_the_latest_sends_land_once_each(fresh: Landing, small_world: World) -> None:
    sends = small_world.tables["mail_campaigns"]
    latest = sends[sends["sent_at"] >= pd.Timestamp("2026-03-03")]["campaign_id"]
    rows = small_world.tables["mail_recipients"]
    rows = rows[rows["campaign_id"].isin(latest)]
    assert fresh.rows(
        "select count(*), count(opened_at), count(clicked_at), count(unsubscribed_at), "
        "count_if(status = 'hard'), count_if(status = 'soft') from raw_mailchimp.recipients"
    ) == [
        (
            len(rows),
            ((rows["opened_at"] <= NOW) | (rows["machine_opened_at"] <= NOW)).sum(),
            (rows["clicked_at"] <= NOW).sum(),
            (rows["unsubscribed_at"] <= NOW).sum(),
            (rows["status"] == "hard").sum(),
            (rows["status"] == "soft").sum(),
        )
    ]


def test_two_loads_equal_one(sandbox: Sandbox, landing: Landing, expected: Rows) -> None:
    sandbox.as_of = EARLIER
    landing.refresh(SOURCE, EARLIER)
    before = landed(landing)
    sandbox.as_of = AS_OF
    landing.refresh(SOURCE)
    after = landed(landing)
    assert before["reports"] != [row for row in after["reports"] if row[0] <= EARLIER.date()]  # late opens
    # recipients of sends before the last fourteen days stay from the first of the loads
    after["recipients"] = [row for row in after["recipients"] if row[0] >= date(2026, 3, 3)]
    assert after == expected


def test_a_third_load_changes_nothing(sandbox: Sandbox, landing: Landing, expected: Rows) -> None:
    landing.refresh(SOURCE)
    landing.refresh(SOURCE)
    assert landed(landing) == expected
    assert not landing.refresh(SOURCE).is_changed


def test_sends_of_a_vanished_day_are_gone(sandbox: Sandbox, landing: Landing, expected: Rows) -> None:
    landing.refresh(SOURCE)
    day = expected["reports"][-1][0]
    sandbox.faults.add("mailchimp", "vanished_day", day=day)
    landing.refresh(SOURCE)
    for table in ("campaigns", "reports", "recipients"):
        left = landed(landing)[table]
        assert left == [row for row in expected[table] if row[0] != day]
        assert len(left) < len(expected[table])


def test_faults_along_the_way_end_in_the_same_rows(
    sandbox: Sandbox, landing: Landing, expected: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "PAGE_SIZE", 20)  # several pages of a small world
    monkeypatch.setattr(api, "OVERLAP", 5)
    for place, kind in enumerate(FAULTS, start=1):
        sandbox.faults.add("mailchimp", kind, after=2 * place)
    sandbox.faults.add("mailchimp", "moving_row", path="/members")
    sandbox.faults.add("mailchimp", "duplicate_page", path="/sent-to")
    landing.refresh(SOURCE)
    assert landed(landing) == expected
    assert all(fault.times == 0 for fault in sandbox.faults._faults)


def test_rows_that_leave_their_place_while_pages_are_read_are_not_missed(
    sandbox: Sandbox, landing: Landing, expected: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A member changes between any two pages: it goes to the end, and all that follow come forward."""
    monkeypatch.setattr(api, "PAGE_SIZE", 100)
    asked: dict[str, int] = {}
    members = Bodies.members

    def moving(self: Bodies, list_id: str, query: dict[str, str]) -> Listed:
        listed = members(self, list_id, query)
        turn = asked[list_id] = asked.get(list_id, -1) + 1
        listed._order = [*listed._order[turn:], *listed._order[:turn]]
        return listed

    monkeypatch.setattr(Bodies, "members", moving)
    landing.refresh(SOURCE)
    assert landed(landing)["members"] == expected["members"]
    assert max(asked.values()) > 2


def test_a_refused_key_and_a_changed_type_end_in_one_clear_error(sandbox: Sandbox, landing: Landing) -> None:
    sandbox.faults.add("mailchimp", "expired_token", after=3)
    with pytest.raises(CredentialsRejectedError, match=r"api_key.*SOURCES__MAILCHIMP__API_KEY") as error:
        landing.refresh(SOURCE)
    assert Mailchimp.key not in str(error.value)
    sandbox.faults.clear()
    sandbox.faults.add("mailchimp", "changed_type", path="/reports")
    with pytest.raises(UnexpectedAnswerError, match="has changed its shape"):
        landing.refresh(SOURCE)


def test_no_address_lands_in_clear(fresh: Landing, small_world: World) -> None:
    content = fresh.path.read_bytes()
    for email in small_world.tables["mail_members"]["email"].head(50):
        assert email.encode() not in content
        assert email.lower().encode() not in content
    assert Mailchimp.key.encode() not in content
