"""HubSpot's own Python client reads the sandbox: code that we did not write holds it to the real format."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from sandbox.server import SandboxServer
from sandbox.vendors.hubspot import HubSpot
from sandbox.world import World
from tests.sandbox.conftest import AS_OF

pytestmark = pytest.mark.slow
hubspot = pytest.importorskip("hubspot", reason="`make test-clients` installs the vendors' clients")


@pytest.fixture
def client(world: World) -> Iterator[Any]:
    with SandboxServer(world, AS_OF, {"hubspot": HubSpot}) as server:
        yield hubspot.HubSpot(access_token=HubSpot.credentials["access_token"], host=server.url("hubspot"))


def test_it_lists_all_live_contacts_with_their_past(client: Any, truth: dict[str, pd.DataFrame]) -> None:
    contacts = truth["contacts"]
    gone = contacts["deleted_at"].notna() | contacts["archived_at"].notna() | (contacts["merged_into"] != "")
    found, after = {}, None
    while True:
        page = client.crm.contacts.basic_api.get_page(
            limit=50, after=after, properties=["email"], properties_with_history=["lifecyclestage"]
        )
        found |= {record.id: record for record in page.results}
        if page.paging is None:
            break
        after = page.paging.next.after
    assert set(found) == set(contacts["contact_id"][~gone])
    assert all(record.created_at.tzinfo and not record.archived for record in found.values())
    stages = truth["contact_stages"]
    merged = set(contacts["merged_into"])
    for contact_id, entries in list(stages.groupby("contact_id", observed=True)):
        if contact_id in found and contact_id not in merged:
            past = found[str(contact_id)].properties_with_history["lifecyclestage"]
            assert [entry.value for entry in past][::-1] == entries["stage"].astype(str).tolist()


def test_it_searches_and_reads_deals(client: Any, truth: dict[str, pd.DataFrame]) -> None:
    answer = client.crm.deals.search_api.do_search(
        {
            "filterGroups": [{"filters": [{"propertyName": "hs_object_id", "operator": "GTE", "value": "0"}]}],
            "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
            "properties": ["amount", "hs_is_closed_won"],
            "limit": 100,
        }
    )
    deals = truth["deals"].set_index("deal_id")
    assert answer.total == len(deals)
    for record in answer.results:
        assert round(float(record.properties["amount"]) * 1_000_000) == deals.loc[record.id, "amount_micros"]
    ids = [{"id": record.id} for record in answer.results[:20]]
    read = client.crm.deals.batch_api.read(
        {"inputs": ids, "properties": ["dealstage"], "propertiesWithHistory": ["dealstage"]}
    )
    assert {record.id for record in read.results} == {item["id"] for item in ids}
    linked = client.crm.associations.v4.batch_api.get_page("deals", "contacts", {"inputs": ids})
    assert {row._from.id: str(row.to[0].to_object_id) for row in linked.results} == {
        item["id"]: deals.loc[item["id"], "contact_id"] for item in ids
    }
    stages = {
        stage.id
        for pipeline in client.crm.pipelines.pipelines_api.get_all("deals").results
        for stage in pipeline.stages
    }
    assert set(truth["deal_stages"]["stage"].astype(str)) <= stages


def test_it_understands_refusals(client: Any) -> None:
    client.config["access_token"] = "wrong"
    with pytest.raises(hubspot.crm.contacts.exceptions.UnauthorizedException, match="INVALID_AUTHENTICATION"):
        client.crm.contacts.basic_api.get_page()
