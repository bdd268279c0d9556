"""The simulated CRM through server, connector and staging: what lands is the truth, whatever the vendor does."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from connectors.common.errors import CredentialsRejectedError, UnexpectedAnswerError
from connectors.common.privacy import Hasher
from connectors.hubspot import SOURCE
from connectors.hubspot import api as api_module
from sandbox.server import Sandbox
from sandbox.vendors.hubspot import HubSpot
from sandbox.world import World
from tests.connectors.conftest import AS_OF, Landing, serve
from tests.connectors.staging import staged

TABLES = tuple(table.name for table in SOURCE.tables)
NOW = pd.Timestamp(AS_OF).tz_localize(None)
STAGES = {"marketingqualifiedlead": "mql", "salesqualifiedlead": "sql"}
Rows = dict[str, list[tuple[Any, ...]]]


def landed(landing: Landing) -> Rows:
    return {table: landing.rows(f"select * from raw_hubspot.{table} order by all") for table in TABLES}


def models(landing: Landing, folder: Path) -> dict[str, pd.DataFrame]:
    """Staging by entity, in one order."""
    found = staged(SOURCE, landing.path, AS_OF, folder)
    return {name: frame.sort_values(list(frame.columns)).reset_index(drop=True) for name, frame in found.items()}


@pytest.fixture(scope="module")
def undisturbed(small_world: World, tmp_path_factory: pytest.TempPathFactory) -> Landing:
    """One undisturbed load."""
    landing = Landing(tmp_path_factory.mktemp("fresh") / "source.duckdb", Hasher(b"test-key"))
    with pytest.MonkeyPatch.context() as patch:
        serve(small_world, patch)
        landing.refresh(SOURCE)
    return landing


def test_staging_gives_the_truth(undisturbed: Landing, small_world: World, tmp_path: Path) -> None:
    got = models(undisturbed, tmp_path)
    truth = small_world.tables["contacts"].astype({"contact_id": str, "merged_into": str}).set_index("contact_id")
    losers = truth[truth["merged_into"] != ""]
    gone = truth[truth["deleted_at"].notna()]
    archived = truth[truth["archived_at"].notna()]
    assert len(losers)
    assert len(gone)
    assert len(archived)

    contacts = got["contacts"].set_index("contact_id")
    assert set(contacts.index) == set(truth.index) - set(gone.index)
    assert contacts.loc[losers.index, "merged_into_id"].to_dict() == losers["merged_into"].to_dict()
    winners = truth.drop(losers.index).drop(gone.index)
    mine = contacts.loc[winners.index]
    assert mine["merged_into_id"].isna().all()
    hasher = undisturbed.hasher
    assert mine["email_hash"].fillna("").tolist() == [hasher.email(email) or "" for email in winners["email"]]
    assert mine["is_test"].tolist() == winners["is_test"].tolist()
    assert mine["country"].tolist() == winners["country"].astype(str).tolist()
    assert mine["latest_source"].tolist() == winners["latest_source"].astype(str).tolist()
    assert mine["latest_source_at"].tolist() == winners["latest_source_at"].tolist()
    for name in ("latest_campaign", "original_campaign"):
        named = winners.drop(losers["merged_into"].unique())
        expected = named[name].astype(str).replace("", "unknown")
        assert mine.loc[named.index, name].tolist() == expected.tolist()

    # Of a merged pair the earlier one gives day and source.
    everyone = truth.assign(winner=truth["merged_into"].where(truth["merged_into"] != "", truth.index.to_series()))
    earliest = (
        everyone.drop(gone.index).sort_values("created_at", kind="stable").groupby("winner").first().loc[mine.index]
    )
    assert mine["created_at"].tolist() == earliest["created_at"].tolist()
    assert mine["original_source"].tolist() == earliest["original_source"].astype(str).tolist()

    entries = small_world.tables["contact_stages"][["contact_id", "stage", "entered_at"]]
    entries = entries.astype({"contact_id": str, "stage": str})
    owner = everyone["winner"].to_dict()
    expected_entries = {
        (owner[contact], STAGES.get(stage, stage), entered_at)
        for contact, stage, entered_at in zip(*(entries[name] for name in entries), strict=True)
        if contact not in gone.index
    }
    assert {tuple(row) for row in got["contact_stages"].itertuples(index=False)} == expected_entries

    deals = small_world.tables["deals"].astype({"deal_id": str}).set_index("deal_id")
    mine = got["deals"].set_index("deal_id").loc[deals.index]
    assert len(got["deals"]) == len(deals)
    assert mine["contact_id"].tolist() == deals["contact_id"].tolist()
    assert mine["company_id"].fillna("").tolist() == deals["company_id"].tolist()
    assert [int(amount * 1_000_000) for amount in mine["amount"]] == deals["amount_micros"].tolist()
    assert mine["currency"].tolist() == deals["currency"].astype(str).tolist()
    assert mine["is_won"].tolist() == deals["is_won"].tolist()
    assert mine["closed_at"].fillna(NOW).tolist() == deals["closed_at"].fillna(NOW).tolist()


def test_two_loads_and_a_third_equal_one(
    sandbox: Sandbox, small_world: World, landing: Landing, undisturbed: Landing, tmp_path: Path
) -> None:
    contacts = small_world.tables["contacts"]
    # A merge, an archiving and a deletion lie in between.
    last = min(contacts[happened].max() for happened in ("merged_at", "archived_at", "deleted_at"))
    earlier = last.tz_localize("UTC").to_pydatetime() - timedelta(hours=1)
    sandbox.as_of = earlier
    landing.refresh(SOURCE, earlier)
    sandbox.as_of = AS_OF
    landing.refresh(SOURCE)
    got, expected = models(landing, tmp_path / "got"), models(undisturbed, tmp_path / "expected")
    for name, frame in expected.items():
        pd.testing.assert_frame_equal(got[name], frame)
    before = landed(landing)
    landing.refresh(SOURCE)
    assert landed(landing) == before
    assert not landing.refresh(SOURCE).is_changed


def test_the_search_goes_on_beyond_its_largest_result(
    sandbox: Sandbox, landing: Landing, monkeypatch: pytest.MonkeyPatch, undisturbed: Landing, tmp_path: Path
) -> None:
    earlier = AS_OF - timedelta(days=60)
    sandbox.as_of = earlier
    landing.refresh(SOURCE, earlier)
    monkeypatch.setattr("sandbox.vendors.hubspot.LARGEST_SEARCH", 40)
    monkeypatch.setattr(api_module, "SEARCH_LIMIT", 30)
    sandbox.as_of = AS_OF
    landing.refresh(SOURCE)
    pages = [call for call in sandbox.requests if call[2].endswith("contacts/search")]
    assert len(pages) > 3
    got, expected = models(landing, tmp_path / "got"), models(undisturbed, tmp_path / "expected")
    pd.testing.assert_frame_equal(got["contacts"], expected["contacts"])


def test_faults_along_the_way_end_in_the_same_rows(sandbox: Sandbox, landing: Landing, undisturbed: Landing) -> None:
    kinds = ("throttle", "throttle_retry_after", "expired_token", "server_error", "truncated", "not_json", "down")
    for place, kind in enumerate(kinds):
        sandbox.faults.add("hubspot", kind, path="/crm/", after=place)
    for kind in ("duplicate_page", "moving_row", "unknown_column"):
        sandbox.faults.add("hubspot", kind, path="objects/contacts")
    landing.refresh(SOURCE)
    assert landed(landing) == landed(undisturbed)
    assert all(fault.times == 0 for fault in sandbox.faults._faults)


def test_refused_credentials_and_a_changed_type_end_in_one_clear_error(sandbox: Sandbox, landing: Landing) -> None:
    sandbox.faults.add("hubspot", "bad_credentials", times=9)
    with pytest.raises(CredentialsRejectedError, match=r"access_token.*SOURCES__HUBSPOT__ACCESS_TOKEN"):
        landing.refresh(SOURCE)
    sandbox.faults.clear()
    sandbox.faults.add("hubspot", "changed_type", path="objects/contacts")
    with pytest.raises(UnexpectedAnswerError, match="has changed its shape"):
        landing.refresh(SOURCE)


def test_no_address_number_or_secret_lands_in_clear(undisturbed: Landing, small_world: World) -> None:
    content = undisturbed.path.read_bytes()
    contacts = small_world.tables["contacts"]
    planted = [value for column in ("email", "phone") for value in contacts[column] if value]
    assert len(planted) > 100
    for value in (*planted, *(HubSpot.credentials[name] for name in ("access_token", "refresh_token"))):
        assert value.encode() not in content
