"""Copies as steps of a refresh, and as a command."""

import json

import dagster as dg
import pytest

from orchestration import home
from orchestration.assemble import assemble
from orchestration.cli import FAILED, WRONG_USAGE
from orchestration.cli.publish import publish
from orchestration.copies.postgres_trouble import URL
from tests.orchestration.conftest import Toy
from tests.orchestration.toy import SOURCES, TINY


def keys(definitions: dg.Definitions) -> set[str]:
    return {key.to_user_string() for key in definitions.resolve_asset_graph().get_all_asset_keys()}


def test_a_database_that_is_down_makes_its_step_red_and_nothing_else(
    toy: Toy,
    toy_definitions: dg.Definitions,
    database: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert not {"serving/postgres", "serving/parquet"} & keys(toy_definitions), "unset is no asset"
    (toy.folder / "config" / "bi.yml").write_text("copies:\n  postgres:\n  parquet:\n", "utf-8")
    toy.definitions = assemble(SOURCES, TINY)
    assert {"serving/postgres", "serving/parquet"} <= keys(toy.definitions)
    monkeypatch.setenv(URL, "postgresql://anna:s3cret@127.0.0.1:1/marts")

    refreshed = toy.refresh()

    assert not refreshed.success
    failed = {event.step_key for event in refreshed.result.all_events if event.is_step_failure}
    assert failed == {"serving__postgres"}
    assert "cannot be reached" in refreshed.failure("serving__postgres")
    assert "s3cret" not in str(refreshed.result.all_events)
    assert toy.marts("select run_id from publish_info") == [(refreshed.run_id,)]
    assert (toy.home.parquet / "latest" / "kpi_values.parquet").exists()

    monkeypatch.setattr(home, "DBT_PROJECT", TINY)
    capfd.readouterr()
    assert publish("postgres", False) == FAILED
    said = capfd.readouterr()
    assert said.out == ""
    assert "cannot be reached" in said.err
    assert "s3cret" not in said.err
    monkeypatch.setenv(URL, database)
    assert publish("postgres", True) == 0
    told = json.loads(capfd.readouterr().out)
    assert told["run_id"] == refreshed.run_id
    assert told["rows"]["kpi_values"] == toy.marts("select count(*) from kpi_values")[0][0]
    assert publish("parquet", False) == 0
    assert "it holds what is published already" in capfd.readouterr().out


def test_the_command_says_what_is_missing(
    toy: Toy, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(home, "DBT_PROJECT", TINY)
    assert publish("parquet", False) == WRONG_USAGE
    assert "name it in bi.yml" in capfd.readouterr().err
    (toy.folder / "config" / "bi.yml").write_text("copies:\n  parquet: {file: x}\n", "utf-8")
    assert publish("parquet", False) == WRONG_USAGE
    assert "config/bi.yml line 2: `copies.parquet.file` is not known" in capfd.readouterr().err
    (toy.folder / "config" / "bi.yml").write_text("copies:\n  parquet:\n", "utf-8")
    assert publish("parquet", False) == FAILED
    assert "nothing is published" in capfd.readouterr().err
