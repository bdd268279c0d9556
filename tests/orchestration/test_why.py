"""`nyckeltal why` over marts written by hand."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.cli.marts import DIMENSIONS
from orchestration.cli.why import why

CHANGE = {"kpi_version": 1, "period_grain": "month", "comparison": "previous", "period_start": "2026-02-01"}
SENTENCE = (
    "Conversion rate rose by 3.90 points to 7.50 % in 2026-02 (3.60 % the month before): mostly the mix by device."
)
Run = Callable[..., tuple[int, str, str]]


def _segment(kpi_id: str, segment_set: str, segment: str, rank: int, **numbers: float | None) -> dict[str, Any]:
    dimensions = dict.fromkeys(DIMENSIONS, "(all)") | ({} if segment_set == "total" else {segment_set: segment})
    return {**CHANGE, "kpi_id": kpi_id, "segment_set": segment_set, **dimensions, "currency": "none"} | {
        "effect_rank": rank,
        "total0": 0.036,
        "total1": 0.075,
        **numbers,
    }


def _device(device: str, rank: int, value0: float, value1: float, *effects: float) -> dict[str, Any]:
    kinds = dict(zip(("rate_effect", "mix_effect", "interaction_effect", "effect"), effects, strict=True))
    return _segment("cvr", "device", device, rank, value0=value0, value1=value1, share_of_change=None, **kinds)


def _factor(kpi_id: str, segment_set: str, segment: str, position: int, label: str, **more: Any) -> dict[str, Any]:
    row = _segment(kpi_id, segment_set, segment, 0, value0=100.0, value1=108.0, share_of_change=0.5)
    plain = {"factor_position": position, "factor": label, "factor_label": label, "factor_unit": "count"}
    values = {"factor_exponent": 1, "factor0": 10.0, "factor1": 12.0, "effect": 4.0, "no_split_reason": None}
    return {**row, **plain, **values, "currency": "SEK", **more}


CATALOG = [
    {"kpi_id": kpi_id, "kpi_version": 1, "label": label, "stage": "conversion", "class": "tactical", "unit": unit}
    | {"formula": "a ÷ b"}
    for kpi_id, label, unit in (
        ("cvr", "Conversion rate", "ratio"),
        ("revenue", "Net revenue", "money"),
        ("claims", "Claimed value", "money"),
        ("reach", "Reach", "people"),
    )
]
TABLES: dict[str, list[dict[str, Any]]] = {
    "kpi_catalog": CATALOG,
    "publish_info": [{"run_id": "0123456789ab", "data_until": "2026-03-17"}],
    "kpi_changes": [
        _device("desktop", 1, 0.10, 0.09, -0.002, 0.0384, -0.006, 0.0304),
        _device("mobile", 2, 0.02, 0.015, -0.004, 0.0096, 0.003, 0.0086),
        _segment(
            *("revenue", "total", "", 1),
            **{"total0": 100.0, "total1": 108.0, "value0": 100.0, "value1": 108.0, "effect": 8.0},
            **dict.fromkeys(("rate_effect", "mix_effect", "interaction_effect"), None),
            share_of_change=1.0,
        ),
    ],
    "kpi_change_factors": [
        _factor("revenue", "total", "", 1, "sessions", effect=6.5, share_of_change=0.8125),
        _factor("revenue", "total", "", 2, "orders per session", effect=1.5, factor_exponent=-1),
        _factor("claims", "platform", "google_ads", 1, "CPC", effect=None, no_split_reason="zero"),
    ],
    "kpi_change_reasons": [
        {**CHANGE, "kpi_id": "cvr", "leading_set": "device", "sentence": SENTENCE},
        {**CHANGE, "kpi_id": "revenue", "leading_set": None, "sentence": "Net revenue rose by 8.0 %."},
    ],
}


@pytest.fixture
def run(home: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """Exit code, output and errors of the command."""
    (home / "serving").mkdir()
    with duckdb.connect(str(home / "serving" / "marts.duckdb")) as connection:
        for name, rows in TABLES.items():
            text = home / f"{name}.json"
            text.write_text(json.dumps(rows), "utf-8")
            connection.execute(f"create table {name} as from read_json('{text}')")

    def command(
        kpi_id: str,
        grain: str = "month",
        period: str | None = None,
        by: str | None = None,
        against: str = "previous",
        as_json: bool = False,
    ) -> tuple[int, str, str]:
        code = why(kpi_id, grain, period, by, against, as_json)
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return command


def test_a_ratio_shows_its_sentence_and_the_leading_set(run: Run) -> None:
    code, out, _ = run("cvr")
    assert code == 0
    lines = out.splitlines()
    assert max(map(len, lines)) <= 80
    assert "February 2026 against the month before" in out
    assert SENTENCE in " ".join(out.split())
    cells = [line.split() for line in lines]
    assert ["device", "before", "now", "values", "mix", "both", "points"] in cells
    assert ["desktop", "10.0", "%", "9.00", "%", "-0.20", "+3.84", "-0.60", "+3.04"] in cells
    assert ["all", "3.60", "%", "7.50", "%", "-0.60", "+4.80", "-0.30", "+3.90"] in cells
    assert "data until 17 Mar 2026, run 01234567" in out


def test_a_product_shows_its_factors(run: Run) -> None:
    cells = [line.split() for line in run("revenue")[1].splitlines()]
    assert ["factor", "before", "now", "SEK", "share"] in cells
    assert ["sessions", "10", "12", "+6.50", "81.2", "%"] in cells
    assert ["÷", "orders", "per", "session", "10", "12", "+1.50", "50.0", "%"] in cells


def test_a_kpi_without_total_shows_its_platforms(run: Run) -> None:
    code, out, _ = run("claims")
    assert code == 0
    assert ["google_ads", "–"] in [line.split() for line in out.splitlines()]


def test_json_has_the_rows(run: Run) -> None:
    content = json.loads(run("cvr", period="2026-02-17", as_json=True)[1])
    assert content["period_start"] == "2026-02-01"
    assert content["reason"]["sentence"] == SENTENCE
    assert [row["device"] for row in content["segments"]] == ["desktop", "mobile"]
    assert content["factors"] == []


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ({"kpi_id": "cvrs"}, "there is no KPI 'cvrs'; did you mean cvr"),
        ({"kpi_id": "cvr", "by": "colour"}, "there is no dimension 'colour'"),
        ({"kpi_id": "cvr", "by": "channel"}, "changes of cvr are not split by channel, but by device"),
        ({"kpi_id": "cvr", "period": "2025-12-24"}, "no change for the month of 2025-12-01"),
        ({"kpi_id": "cvr", "grain": "week"}, "cvr has no change by week"),
        ({"kpi_id": "reach"}, "`nyckeltal kpi reach` shows its values"),
        ({"kpi_id": "cvr", "period": "February"}, "'February' is no day; write it like 2026-02-01"),
    ],
)
def test_a_wrong_question_is_answered_by_what_there_is(run: Run, question: dict[str, str], words: str) -> None:
    code, out, errors = run(**question)
    assert (code, out) == (2, "")
    assert words in errors


def test_nothing_published_yet(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert why("cvr", "month", None, None, "previous", False) == 1
    assert "run `nyckeltal refresh` first" in capfd.readouterr().err
