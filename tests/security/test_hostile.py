"""Hostile names are stored as they are and do no harm: through every connector, every model, the board and JSON."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from connectors import source
from connectors.common.sql import quoted
from dashboards.pages import build_pages
from orchestration.cli import app
from orchestration.cli.output import visible
from orchestration.home import Home
from sandbox.world import World, build_world
from tests.connectors.conftest import AS_OF, Landing, hasher, landing, no_waiting, serve
from tests.landing import land
from tests.runner import run
from tests.runner.execution import landed_project
from tests.security.hostile import HOSTILE, hostile_world

__all__ = ["hasher", "landing", "no_waiting"]

ACTING = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def world() -> World:
    return hostile_world(build_world("small", 3, 7, AS_OF))


@pytest.fixture(scope="module")
def landed(world: World) -> dict[str, dict[str, pa.Table]]:
    return land(world, AS_OF)


def texts(table: pa.Table, column: str) -> set[str]:
    return {value for value in table[column].unique().to_pylist() if value is not None}


def test_there_are_enough_of_them() -> None:
    assert len(HOSTILE) >= 200
    assert len(set(HOSTILE)) == len(HOSTILE)


def test_every_connector_stores_them_verbatim(landed: dict[str, dict[str, pa.Table]], world: World) -> None:
    """Every text column of every source: what was put into the vendor's answers is there, sign by sign."""
    given = {
        name: set(world.tables[name][column].astype(str))
        for name, column in (("campaigns", "name"), ("mail_campaigns", "name"), ("sessions", "campaign"))
    }
    found = {
        source: {value for table in tables.values() for column in _texts(table) for value in texts(table, column)}
        for source, tables in landed.items()
    }
    ads = world.tables["campaigns"]
    for platform in ("google_ads", "meta_ads"):
        assert set(ads[ads["platform"] == platform]["name"]) <= found[platform]
    assert given["mail_campaigns"] <= found["mailchimp"]
    assert set(HOSTILE) <= found["google_analytics"]
    assert {value for value in world.tables["orders"]["last_campaign"].astype(str) if value} <= found["shopify"]
    contacts = world.tables["contacts"]
    live = contacts[contacts["deleted_at"].isna() & (contacts["merged_into"] == "")]
    assert {value for value in live["original_campaign"].astype(str) if value} <= found["hubspot"]
    # Answers of the last months of a small company are fewer than the texts.
    assert len(set(HOSTILE) & texts(landed["typeform"]["answers"], "touchpoint")) >= 150
    # Of posts nothing lands that somebody could have written.
    organic = {column for table in landed["meta_organic"].values() for column in _texts(table)}
    assert organic == {"page_id", "ig_user_id", "post_id", "account_id", "platform", "post_type"}


def _texts(table: pa.Table) -> list[str]:
    return [field.name for field in table.schema if field.type == pa.string()]


@pytest.mark.parametrize("name", ["google_ads", "shopify"])
def test_loaded_through_dlt_they_are_the_same(
    name: str,
    world: World,
    landed: dict[str, dict[str, pa.Table]],
    landing: Landing,
    monkeypatch: pytest.MonkeyPatch,
    no_waiting: None,
) -> None:
    serve(world, monkeypatch)
    landing.refresh(source(name))
    for table, rows in landed[name].items():
        for column in set(_texts(rows)) - {"email_hash", "phone_hash"}:  # of another key
            stored = {row[0] for row in landing.rows(f"select distinct {column} from raw_{name}.{table}")} - {None}
            assert stored == texts(rows, column), f"{table}.{column}"


@pytest.fixture(scope="module")
def marts(landed: dict[str, dict[str, pa.Table]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose marts were built from all of it."""
    home = tmp_path_factory.mktemp("hostile")
    file = home / "serving" / "marts.duckdb"
    file.parent.mkdir()
    with run(landed, AS_OF) as connection:
        connection.execute(f"attach '{quoted(file)}' as out")
        for node in landed_project().nodes.values():
            if node["schema"] == "marts":
                connection.execute(f"create table out.main.{node['alias']} as select * from marts.{node['alias']}")
        connection.execute(
            "create table out.main.publish_info as select 'r' as run_id, timestamp '2026-03-18' as as_of, "
            "date '2026-03-17' as data_until, 'passed' as validation_status"
        )
        connection.execute("detach out")
    return home


@pytest.mark.slow
def test_every_model_takes_them_and_publishes_them(marts: Path) -> None:
    with duckdb.connect(str(marts / "serving" / "marts.duckdb"), read_only=True) as connection:
        campaigns = {row[0] for row in connection.execute("select distinct campaign from kpi_values").fetchall()}
    known = {text for text in HOSTILE if text in campaigns}
    assert len(known) >= 150, sorted(set(HOSTILE) - known)[:20]


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        ("board",),
        ("kpi", "web_sessions", "--by", "campaign"),
        ("kpi", "spend", "--by", "campaign"),
        ("kpi", "orders", "--by", "campaign"),
        ("goals",),
        ("sources",),
    ],
)
def test_the_terminal_is_told_nothing_and_json_says_the_same(
    marts: Path, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NYCKELTAL_HOME", str(marts))
    monkeypatch.setenv("NYCKELTAL_CONFIG", str(marts / "config"))

    def printed(*arguments: str) -> str:
        with pytest.raises(SystemExit) as ended:
            app([*command, *arguments])
        answer = capfd.readouterr()
        assert ended.value.code == 0, answer.err
        return answer.out

    assert ACTING.search(printed()) is None
    raw = printed("--json")
    assert ACTING.search(raw) is None
    assert json.loads(raw) is not None


def test_what_is_visible_is_one_sign_each() -> None:
    for text in HOSTILE:
        shown = visible(text)
        assert len(shown) == len(text)
        assert ACTING.search(shown) is None
    assert visible("\x1b[2Jåäö\n") == "␛[2Jåäö\n"


class _Page(HTMLParser):
    """Tags and attributes of a page as a browser would build it, and what its scripts hold."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.scripts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        if self.scripts and self.cdata_elem == "script":
            self.scripts[-1] += data


@pytest.mark.slow
def test_pages_hold_them_as_data_alone(marts: Path) -> None:
    written = build_pages(Home(marts))
    shown = ""
    for page in written:
        parsed = _Page(page.file.read_text("utf-8"))
        assert not {"iframe", "base", "object", "embed"} & set(parsed.tags)
        assert [name for name, _ in parsed.attributes if name.startswith("on")] == []
        assert [value for _, value in parsed.attributes if value.strip().lower().startswith("javascript:")] == []
        held = [script for script in parsed.scripts if script.lstrip().startswith("{")]
        shown += "".join(json.dumps(json.loads(script), ensure_ascii=False) for script in held)
    assert sum(json.dumps(text, ensure_ascii=False)[1:-1] in shown for text in HOSTILE if len(text) > 3) >= 20
