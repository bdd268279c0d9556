"""What a vendor tells only once outlives the private file that it was loaded into."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dlt
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from dlt.extract import DltResource

from connectors.common.privacy import Hasher
from connectors.common.resource import resource
from connectors.common.run import load, plan_load
from connectors.common.source import LoadRequest, Source
from connectors.common.table import DAY, TEXT, WHOLE, Reload, Table
from orchestration.home import Home
from orchestration.loading.history import remember
from tests.orchestration.conftest import query

STOCKS = Table(
    "stocks",
    {"date": DAY, "account_id": TEXT, "followers": WHOLE},
    ("date", "account_id"),
    Reload.MERGE,
    is_unrepeatable=True,
)
POSTS = Table("posts", {"post_id": TEXT}, ("post_id",), Reload.MERGE)
FOLLOWERS = {"now": 100}


@dlt.source(name="social", section="social", max_table_nesting=0)
def social_source(request: LoadRequest) -> Iterable[DltResource]:
    """The stock of now, whatever day is asked for."""

    def stocks() -> Iterable[pa.Table]:
        yield STOCKS.rows([{"date": request.window.date_to, "account_id": "a", "followers": FOLLOWERS["now"]}])

    yield resource(STOCKS, stocks)
    yield resource(POSTS, lambda: [POSTS.rows([{"post_id": "p"}])])


SOURCE = Source("social", "Social", (STOCKS, POSTS), (), lambda request: social_source(request), 30, 2)


@pytest.fixture
def company(tmp_path: Path) -> Home:
    return Home(tmp_path)


def refresh(home: Home, day: int, followers: int) -> dict[str, int]:
    """A load on a day of March, and what history took of it."""
    FOLLOWERS["now"] = followers
    as_of = datetime(2026, 3, day, 5, 30, tzinfo=UTC)
    last_day = as_of.date() - timedelta(days=1)
    state = home.state(SOURCE.name)
    plan = plan_load(SOURCE, state, as_of, last_day, date(2026, 3, 1))
    load(SOURCE, state, plan, as_of, Hasher(b"key"))
    return remember(home, SOURCE)


def stocks(home: Home) -> list[tuple[object, ...]]:
    return query(home.state(SOURCE.name), "select date, followers from raw_social.stocks order by date")


def test_a_lost_private_file_gets_back_what_cannot_be_asked_for_again(company: Home) -> None:
    assert [refresh(company, day, followers) for day, followers in ((3, 100), (4, 110))] == [{"stocks": 1}] * 2
    company.state(SOURCE.name).unlink()

    assert refresh(company, 5, 130) == {"stocks": 1}

    expected = [(date(2026, 3, 2), 100), (date(2026, 3, 3), 110), (date(2026, 3, 4), 130)]
    assert stocks(company) == expected
    # The rows put back are rows like all others: the next load goes on from them.
    assert refresh(company, 6, 131) == {"stocks": 1}
    assert stocks(company) == [*expected, (date(2026, 3, 5), 131)]


def test_history_only_grows_and_its_last_word_holds(company: Home) -> None:
    refresh(company, 3, 100)
    folder = company.history / "social" / "stocks"
    first = (folder / "000001.parquet").read_bytes()
    assert refresh(company, 3, 100) == {"stocks": 0}
    assert refresh(company, 3, 105) == {"stocks": 1}  # counted again on the same day

    assert [path.name for path in sorted(folder.iterdir())] == ["000001.parquet", "000002.parquet"]
    assert (folder / "000001.parquet").read_bytes() == first
    assert pq.read_table(folder / "000002.parquet").column("followers").to_pylist() == [105]
    company.state(SOURCE.name).unlink()
    refresh(company, 4, 120)
    assert stocks(company) == [(date(2026, 3, 2), 105), (date(2026, 3, 3), 120)]
    assert not (company.history / "social" / "posts").exists()


def test_what_is_told_once_is_never_replaced() -> None:
    with pytest.raises(ValueError, match="merged by its key"):
        Table("stocks", {"date": DAY}, ("date",), Reload.REPLACE, is_unrepeatable=True)
