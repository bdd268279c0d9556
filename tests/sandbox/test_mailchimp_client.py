"""Mailchimp's own Python client reads the sandbox: code that we did not write holds it to the real format."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from sandbox.server import SandboxServer
from sandbox.vendors.mailchimp import Mailchimp
from sandbox.world import World
from tests.sandbox.conftest import AS_OF

pytestmark = pytest.mark.slow
marketing = pytest.importorskip("mailchimp_marketing", reason="`make test-clients` installs the vendors' clients")


@pytest.fixture
def client(world: World) -> Iterator[Any]:
    with SandboxServer(world, AS_OF, {"mailchimp": Mailchimp}) as server:
        made = marketing.Client({"api_key": Mailchimp.key})
        made.api_client.host = f"{server.url('mailchimp')}/3.0"
        yield made


def test_it_lists_sends_and_their_reports(client: Any, truth: dict[str, pd.DataFrame]) -> None:
    sends = truth["mail_campaigns"].set_index("campaign_id")
    found: dict[str, Any] = {}
    for offset in range(0, len(sends), 50):
        page = client.reports.get_all_campaign_reports(count=50, offset=offset)
        assert page["total_items"] == len(sends)
        found |= {report["id"]: report for report in page["reports"]}
    assert set(found) == set(sends.index)
    sizes = truth["mail_recipients"].groupby("campaign_id", observed=True).size()
    assert {key: report["emails_sent"] for key, report in found.items()} == {
        str(key): int(size) for key, size in sizes.items()
    }
    early = {key for key, report in found.items() if "proxy_excluded_unique_opens" not in report["opens"]}
    assert early == set(sends.index[sends["sent_at"] < "2024-06-22"])
    some = client.campaigns.list(
        count=10, fields=["campaigns.id", "total_items"], since_send_time="2026-03-01T00:00:00+00:00"
    )
    assert some["total_items"] == (sends["sent_at"] > "2026-03-01").sum()
    assert {tuple(campaign) for campaign in some["campaigns"]} == {("id",)}


def test_it_reads_members_by_their_last_change(client: Any, truth: dict[str, pd.DataFrame]) -> None:
    (first, *_) = client.lists.get_all_lists()["lists"]
    members = truth["mail_members"]
    mine = members[members["list_id"] == first["id"]]
    page = client.lists.get_list_members_info(first["id"], count=1000, sort_field="last_changed", sort_dir="ASC")
    assert page["total_items"] == len(mine)
    changed = [member["last_changed"] for member in page["members"]]
    assert changed == sorted(changed)
    assert {member["email_address"] for member in page["members"]} <= set(mine["email"])


def test_it_understands_refusals(client: Any) -> None:
    client.api_client.api_key = "wrong-us1"
    with pytest.raises(marketing.api_client.ApiClientError) as refused:
        client.lists.get_all_lists()
    assert refused.value.status_code == 401
    assert "API Key Invalid" in refused.value.text
