"""Typeform: the vendor's sample bodies, scales, faults, and the whole way over a simulated company."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.common import http
from connectors.common.errors import CredentialsRejectedError, SourceError, UnexpectedAnswerError
from connectors.common.privacy import Hasher
from connectors.typeform import SOURCE
from sandbox.adapter import BASE_URL, SandboxAdapter
from sandbox.server import Sandbox
from sandbox.world import World, build_world
from tests.connectors.conftest import AS_OF, Answer, Call, FakeApi, Landing

FIELDS = """
forms:
  VWO7mLtl:
    kind: {kind}
    scores: [{ref}]
    touchpoint: purchase
    email: mail
"""


@pytest.fixture
def fields_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "typeform_fields.yml"
    file.write_text(FIELDS.format(kind="nps", ref="nps_main"))
    monkeypatch.setenv("SOURCES__TYPEFORM__FIELDS_FILE", str(file))
    monkeypatch.setenv("SOURCES__TYPEFORM__ACCESS_TOKEN", "tfp_secret")
    return file


@pytest.fixture
def samples(shared: Path, fake_api: FakeApi, fields_file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The vendor's sample bodies behind `fake_api`, in pages of two."""
    folder = shared / "vendors" / "samples" / "typeform"
    monkeypatch.setenv("SOURCES__TYPEFORM__BASE_URL", fake_api.url)
    monkeypatch.setattr("connectors.typeform.source.PAGE_SIZE", 2)

    def answer(call: Call) -> Answer:
        if call.path.endswith("/responses"):
            page = "responses_last_page.json" if "before" in call.query else "responses_first_page.json"
            return Answer((folder / page).read_bytes())
        return Answer((folder / "form_definition.json").read_bytes())

    fake_api.handler = answer
    return folder


def test_sample_pages_land_as_the_vendor_page_says(samples: Path, fake_api: FakeApi, landing: Landing) -> None:
    landing.refresh(SOURCE)
    rows = landing.rows("select score, touchpoint, submitted_at from raw_typeform.answers order by submitted_at")
    assert (len(rows), rows[0][0], rows[-1][0]) == (3, 3, 10)
    assert rows[0][2] == datetime(2026, 3, 13, 22, 0, 24, tzinfo=UTC)
    assert {row[1] for row in rows} == {"purchase"}
    assert fake_api.calls[-1].query["before"] == ["r4epuzzxlonggr4epp07wenb3a58sm6h"]


def test_addresses_and_free_text_are_not_kept(samples: Path, landing: Landing) -> None:
    landing.refresh(SOURCE)
    assert landing.rows("select email_hash from raw_typeform.answers where score = 10") == [
        (Hasher(b"test-key").email("person1@example.com"),)
    ]
    stored = landing.path.read_bytes()
    assert b"person1@example.com" not in stored
    assert b"Fast delivery" not in stored


def test_an_empty_form_is_an_empty_table(samples: Path, fake_api: FakeApi, landing: Landing) -> None:
    definition = (samples / "form_definition.json").read_bytes()
    empty = (samples / "responses_empty.json").read_bytes()
    fake_api.handler = lambda call: Answer(empty if call.path.endswith("/responses") else definition)
    landing.refresh(SOURCE)
    assert landing.rows("select count(*) from raw_typeform.answers") == [(0,)]


@pytest.mark.parametrize(
    ("file", "error", "words"),
    [
        ("error_401", CredentialsRejectedError, "SOURCES__TYPEFORM__ACCESS_TOKEN"),
        ("error_404", SourceError, "FORM_NOT_FOUND"),
        ("error_429", SourceError, "limit is used up"),
    ],
)
def test_sample_errors_end_in_one_clear_sentence(
    file: str, error: type[Exception], words: str, samples: Path, fake_api: FakeApi, landing: Landing
) -> None:
    body = (samples / f"{file}.json").read_bytes()
    fake_api.handler = lambda _: Answer(body, int(file[-3:]))
    with pytest.raises(error, match=words) as raised:
        landing.refresh(SOURCE)
    assert "tfp_secret" not in str(raised.value)


def test_a_scale_that_is_not_the_kinds_is_refused(
    samples: Path, fields_file: Path, fake_api: FakeApi, landing: Landing
) -> None:
    fields_file.write_text(FIELDS.format(kind="csat", ref="nps_main"))
    with pytest.raises(SourceError, match="runs from 0 to 10, but csat is defined on 1 to 5"):
        landing.refresh(SOURCE)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("forms: [", r"not valid YAML \(line 1\)"),
        ("forms: {a: {kind: nki, scores: [x]}}", "nki takes 3 scores, not 1"),
        ("forms: {a: {kind: nps, scores: [x], colour: red}}", "forms.a.colour"),
    ],
)
def test_a_wrong_fields_file_is_told(
    text: str, words: str, fields_file: Path, fake_api: FakeApi, landing: Landing
) -> None:
    fields_file.write_text(text)
    with pytest.raises(SourceError, match=words):
        landing.refresh(SOURCE)
    with pytest.raises(SourceError, match=words):
        SOURCE.check()


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(size="small", months=3, seed=7, as_of=AS_OF)


@pytest.fixture
def sandbox(world: World, no_waiting: None, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    box = Sandbox(world, AS_OF, BASE_URL)
    monkeypatch.setitem(http._ADAPTERS, BASE_URL, SandboxAdapter(box))
    for name, value in box.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("NYCKELTAL_CONFIG", str(Path(__file__).parents[2] / "sandbox" / "config"))
    monkeypatch.setattr("connectors.typeform.source.PAGE_SIZE", 50)
    return box


LANDED = """
select response_id, kind, touchpoint, submitted_at, country, score, nki_1, nki_2, nki_3
from raw_typeform.answers order by response_id
"""


def test_all_answers_of_the_company_land(sandbox: Sandbox, world: World, landing: Landing) -> None:
    landing.refresh(SOURCE)
    truth = world.tables["survey_answers"].sort_values("answer_id")
    rows = landing.rows(LANDED)
    assert len(rows) > 100
    assert [row[:3] for row in rows] == list(
        truth[["answer_id", "survey_id", "touchpoint"]].astype(str).itertuples(index=False, name=None)
    )
    expected = [
        [None if value != value else float(value) for value in truth[name].astype(float)] for name in ("score", "nki_3")
    ]
    assert [[row[5] for row in rows], [row[8] for row in rows]] == expected


def test_two_loads_equal_one(sandbox: Sandbox, landing: Landing, tmp_path: Path, hasher: Hasher) -> None:
    earlier = AS_OF - timedelta(days=20)
    sandbox.as_of = earlier
    landing.refresh(SOURCE, earlier)
    before = landing.rows("select count(*) from raw_typeform.answers")
    sandbox.as_of = AS_OF
    landing.refresh(SOURCE)
    fresh = Landing(tmp_path / "fresh" / "typeform.duckdb", hasher)
    fresh.refresh(SOURCE)
    assert landing.rows(LANDED) == fresh.rows(LANDED)
    assert landing.rows("select count(*) from raw_typeform.answers") > before


@pytest.mark.parametrize(
    "kind",
    [
        "throttle",
        "throttle_retry_after",
        "server_error",
        "truncated",
        "not_json",
        "down",
        "duplicate_page",
        "moving_row",
        "unknown_column",
    ],
)
def test_a_passing_fault_leaves_right_data(
    kind: str, sandbox: Sandbox, landing: Landing, tmp_path: Path, hasher: Hasher
) -> None:
    fresh = Landing(tmp_path / "fresh" / "typeform.duckdb", hasher)
    fresh.refresh(SOURCE)
    sandbox.faults.add("typeform", kind, path="responses")
    landing.refresh(SOURCE)
    assert landing.rows(LANDED) == fresh.rows(LANDED)


@pytest.mark.parametrize(
    ("kind", "error"), [("bad_credentials", CredentialsRejectedError), ("changed_type", UnexpectedAnswerError)]
)
def test_a_lasting_fault_keeps_what_was_loaded(
    kind: str, error: type[Exception], sandbox: Sandbox, landing: Landing
) -> None:
    landing.refresh(SOURCE)
    before = landing.rows(LANDED)
    sandbox.faults.add("typeform", kind, path="responses")
    with pytest.raises(error) as raised:
        landing.refresh(SOURCE, AS_OF + timedelta(hours=1))
    assert landing.rows(LANDED) == before
    assert "tfp_sandbox" not in str(raised.value)
