"""The command line: exit codes, JSON, 80 columns."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.orchestration.conftest import AS_OF, Toy

ROOT = Path(__file__).resolve().parents[2]
Nyckeltal = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def nyckeltal(toy: Toy) -> Nyckeltal:
    """Runs a command in a process of its own, as a user does."""

    def run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        (toy.folder / "vendors.json").write_text(json.dumps(toy.held), "utf-8")
        return subprocess.run(
            [sys.executable, "-m", "tests.orchestration.toy", *arguments],
            cwd=toy.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), "NYCKELTAL_AS_OF": AS_OF, **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_refresh_prints_a_line_per_source_and_shows_in_the_instance(toy: Toy, nyckeltal: Nyckeltal) -> None:
    toy.held["faults"] = {"web": "down"}
    result = nyckeltal("refresh", "--cadence", "full")
    assert result.returncode == 1
    assert "✓ Toy shop" in result.stderr
    assert "✗ Toy web analytics" in result.stderr
    assert "● web: /rows failed 5 times (HTTP 503). The next run tries again." in result.stderr
    assert result.stdout == ""
    assert list((toy.home.dagster / "history" / "runs").glob("*.db")), "the run is not in Dagster's instance"
    for secret in ("shop-key-1f3870be", "web-key-6b1b36cb"):
        assert secret not in result.stderr
        assert holding(toy.folder, secret) == []


def holding(folder: Path, text: str) -> list[Path]:
    """Every file below a folder in which a text stands, whatever its format."""
    return [path for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


def test_wrong_usage_is_said_in_one_sentence_with_exit_code_2(toy: Toy, nyckeltal: Nyckeltal) -> None:
    for arguments, words in {
        ("refresh", "--source", "nope"): "no source is called nope; there are shop, web, mail",
        ("refresh", "--from", "2026-03-02", "--to", "2026-03-01"): "swap them",
        ("refresh", "--as-of", "yesterday"): "'yesterday' is no instant",
    }.items():
        result = nyckeltal(*arguments)
        assert result.returncode == 2, arguments
        assert words in result.stderr
    (toy.folder / "config" / "company.yml").write_text("name: Toy\ntime_zone: Mars\n", "utf-8")
    result = nyckeltal("refresh")
    assert result.returncode == 2
    assert "company.yml" in result.stderr
    assert nyckeltal("nothing").returncode == 2


def test_board_before_anything_is_published_says_what_to_do(nyckeltal: Nyckeltal) -> None:
    result = nyckeltal("board")
    assert result.returncode == 1
    assert "run `nyckeltal refresh` first" in result.stderr


def test_board_and_kpi_as_text_and_json(toy: Toy, nyckeltal: Nyckeltal) -> None:
    toy.held["faults"] = {"mail": "down"}
    toy.refresh()
    text = nyckeltal("board")
    assert text.returncode == 0
    lines = text.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert any(line.split()[:2] == ["Sessions", "8,092"] for line in lines)
    assert any("web" in line and "until 17 Mar 2026, settling since 16 Mar 2026" in line for line in lines)
    assert any("mail" in line and "not configured" in line for line in lines)

    board = json.loads(nyckeltal("board", "--grain", "week", "--json").stdout)
    assert (board["grain"], board["period_start"], board["data_until"]) == ("week", "2026-03-09", "2026-03-17")
    orders = next(row for row in board["kpis"] if row["kpi_id"] == "orders")
    assert (orders["value"], orders["stage"], orders["unit"]) == (7, "conversion", "count")

    values = json.loads(nyckeltal("kpi", "orders", "--from", "2026-01-01", "--to", "2026-02-28", "--json").stdout)
    assert [(row["period_start"], row["value"]) for row in values["values"]] == [("2026-02-01", 28), ("2026-01-01", 31)]
    assert nyckeltal("kpi", "order").returncode == 2
    assert "did you mean orders" in nyckeltal("kpi", "order").stderr
    assert "total by week" in nyckeltal("kpi", "orders", "--by", "channel").stderr


def test_sources_and_doctor_say_what_is_wrong_and_how_to_mend_it(toy: Toy, nyckeltal: Nyckeltal) -> None:
    toy.held["faults"] = {"web": "credentials"}
    toy.refresh()
    listed = {row["source"]: row for row in json.loads(nyckeltal("sources", "--json").stdout)}
    assert listed["shop"]["data_until"] == "2026-03-17"
    assert "refuses the credentials" in listed["web"]["last_error"]
    assert listed["mail"]["missing_settings"] == ["SOURCES__MAIL__API_KEY"]

    result = nyckeltal("doctor", "--json")
    assert result.returncode == 1
    bad = {row["what"]: row for row in json.loads(result.stdout) if row["state"] == "bad"}
    assert set(bad) == {"web"}

    secrets = toy.folder / ".dlt" / "secrets.toml"
    secrets.write_text('[privacy]\nhash_key = "another"\n', "utf-8")
    secrets.chmod(0o644)
    bad = {row["what"]: row for row in json.loads(nyckeltal("doctor", "--json").stdout) if row["state"] == "bad"}
    assert bad["secrets"]["mend"] == "chmod 600 .dlt/secrets.toml"
    assert "people no longer join" in bad["privacy key"]["says"]


def test_init_makes_a_home_and_repeats_quietly(toy: Toy, nyckeltal: Nyckeltal) -> None:
    assert nyckeltal("init").returncode == 0
    assert toy.home.landing("mail").exists()
    assert "Everything was there." in nyckeltal("init").stderr


def test_a_new_user_is_led_from_an_empty_folder_to_a_valid_configuration(toy: Toy, nyckeltal: Nyckeltal) -> None:
    place = {"NYCKELTAL_CONFIG": str(toy.folder / "mine"), "NYCKELTAL_HOME": str(toy.folder / "my-data")}

    def found() -> dict[str, dict[str, str]]:
        return {row["what"]: row for row in json.loads(nyckeltal("doctor", "--json", **place).stdout)}

    assert found()["configuration"]["mend"] == "run `nyckeltal init`"
    (toy.folder / "mine").mkdir()
    (toy.folder / "mine" / "channels.csv").write_text("match_kind,pattern,channel,priority\n", "utf-8")
    assert "Next: `nyckeltal doctor`" in nyckeltal("init", **place).stderr
    assert (toy.folder / "mine" / "channels.csv").read_text("utf-8").count("\n") == 1, "what is there stays"
    assert found()["configuration"]["state"] == "good"
    assert found()["marts"]["mend"] == "run `nyckeltal refresh --cadence full`"


def test_settings_may_stand_in_an_env_file_and_the_environment_wins(toy: Toy, nyckeltal: Nyckeltal) -> None:
    (toy.folder / ".env").write_text("SOURCES__MAIL__API_KEY=from-the-file\nSOURCES__WEB__API_KEY=\n", "utf-8")
    listed = {row["source"]: row for row in json.loads(nyckeltal("sources", "--json").stdout)}
    assert listed["mail"]["is_configured"]
    assert listed["web"]["is_configured"]
