"""KPIs as data, from landed rows to `kpi_values`: versions, KPIs entered by hand, KPIs that nobody feeds."""

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from connectors import source
from connectors.common.ops import SOURCE_STATUS
from tests.runner import Landing, Project, run
from tests.runner.compile import DBT_PROJECT
from tests.runner.execution import landed_project

AS_OF = datetime(2026, 3, 18, 5, 30, tzinfo=UTC)
Row = dict[str, Any]


def landing(**entities: list[Row]) -> Landing:
    """A company that has only files: two months of two sessions a day, one of them engaged, and the given rows.

    `config_…` names a table of the configuration.
    """
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(76)]
    dims = dict.fromkeys(("channel_group", "source_name", "medium", "campaign", "country", "device"), "unknown")
    rows: dict[str, list[Row]] = {
        "web_sessions_daily": [
            {"date": day, "property_id": "p", **dims, "sessions": 2, "engaged_sessions": 1, "page_views": 5}
            for day in days
        ],
    }
    rows |= {name: found for name, found in entities.items() if not name.startswith("config_")}
    company = {"company_name": "Shop", "time_zone": "Europe/Stockholm", "reporting_currency": "SEK"}
    settings: dict[str, list[Row]] = {"company": [company]}
    settings |= {name.removeprefix("config_"): found for name, found in entities.items() if name.startswith("config_")}
    return {
        "files": {name: source("files").table(name).rows(found) for name, found in rows.items()},
        "config": {name: source("config").table(name).rows(found) for name, found in settings.items()},
    }


def values(given: Landing, project: Project | None = None) -> pd.DataFrame:
    with run(given, AS_OF, ["kpi_values"], project) as connection:
        return connection.sql("select * from marts.kpi_values").df()


def totals(found: pd.DataFrame, kpi_id: str, grain: str = "month") -> pd.DataFrame:
    """Rows of a KPI in the total, by first day."""
    chosen = found[(found["kpi_id"] == kpi_id) & (found["period_grain"] == grain) & (found["segment_set"] == "total")]
    return (
        chosen.assign(period_start=chosen["period_start"].astype(str).str[:10]).set_index("period_start").sort_index()
    )


@pytest.fixture(scope="module")
def plain() -> pd.DataFrame:
    """The company as it is."""
    return values(landing())


@pytest.fixture
def with_rows(tmp_path: Path) -> Callable[..., Project]:
    """The project with more rows in its seeds, and nothing else changed."""

    def make(**more: list[str]) -> Project:
        shutil.copytree(DBT_PROJECT / "seeds", tmp_path / "seeds")
        for seed, rows in more.items():
            with (tmp_path / "seeds" / f"{seed}.csv").open("a", encoding="utf-8") as file:
                file.writelines(f"{row}\n" for row in rows)
        return Project(tmp_path, landed_project().manifest)

    return make


def definition(like: str, /, **changed: str) -> str:
    """The row of a KPI in `kpi_definitions`, with other values in some columns."""
    lines = (DBT_PROJECT / "seeds" / "kpi_definitions.csv").read_text("utf-8").splitlines()
    cells = dict(zip(lines[0].split(","), next(x for x in lines if x.startswith(f"{like},")).split(","), strict=True))
    return ",".join((cells | changed).values())


def test_a_second_version_begins_a_series_and_leaves_the_first_as_it_was(
    plain: pd.DataFrame, with_rows: Callable[..., Project]
) -> None:
    project = with_rows(
        kpi_definitions=[definition("web_sessions", kpi_version="2", valid_from="2026-02-01")],
        kpi_terms=["web_sessions,2,none,num,engaged_sessions,none,1"],
    )
    found = values(landing(), project)
    old, new = (found[(found["kpi_id"] == "web_sessions") & (found["kpi_version"] == number)] for number in (1, 2))
    before = plain[plain["kpi_id"] == "web_sessions"]
    first_day = pd.Timestamp("2026-02-01")
    kept = before[before["period_start"] < first_day]
    columns = [name for name in kept if name != "loaded_at"]
    key = ["period_grain", "period_start", "segment_set", "channel", "source_medium", "campaign", "country", "device"]
    pd.testing.assert_frame_equal(
        old.sort_values(key)[columns].reset_index(drop=True), kept.sort_values(key)[columns].reset_index(drop=True)
    )
    assert new["period_start"].min() == first_day
    assert len(new) == len(before) - len(kept)
    months = totals(new, "web_sessions")
    assert months["value"].to_dict() == {"2026-02-01": 28, "2026-03-01": 17}
    # A quarter belongs to the version that held when it began; no version is compared with another.
    assert totals(found, "web_sessions", "quarter")["kpi_version"].tolist() == [1]
    assert months["previous_value"].isna().all()
    others = (found["kpi_id"] != "web_sessions").sum()
    assert others == (plain["kpi_id"] != "web_sessions").sum()


def test_what_no_source_feeds_is_there_and_missing(plain: pd.DataFrame) -> None:
    for kpi_id in (
        "email_delivered",
        "complaint_rate",
        "spend",
        "cac_blended",
        "nps",
        "brand_recall",
        "input_headcount",
    ):
        rows = totals(plain, kpi_id)
        assert rows.index.tolist() == ["2026-01-01", "2026-02-01", "2026-03-01"], kpi_id
        assert rows["is_missing"].all(), kpi_id
        assert rows[["numerator", "denominator", "value"]].isna().all(axis=None), kpi_id
    assert not plain[plain["kpi_id"] == "web_sessions"]["is_missing"].any()


def test_a_configured_source_that_told_nothing_is_not_missing() -> None:
    status = SOURCE_STATUS.rows([{"source": "mailchimp", "is_configured": True}])
    found = values({**landing(), "ops": {"source_status": status}})
    assert totals(found, "email_delivered").empty
    assert totals(found, "spend")["is_missing"].all()


def test_kpis_entered_by_hand() -> None:
    def entered(kpi_id: str, start: date, above: int, below: int | None, grain: str = "month") -> Row:
        return {
            "kpi_id": kpi_id,
            "period_grain": grain,
            "period_start": start,
            "numerator": above,
            "denominator": below,
        }

    january, february = date(2026, 1, 1), date(2026, 2, 1)
    sheet = {"period_grain": "month", "platform": "(all)", "country": "(all)", "period_start": january}
    found = values(
        landing(
            config_manual_kpis=[
                entered("staff_turnover", january, 2, 40),
                entered("staff_turnover", february, 1, 50),
                entered("rework_rate", january, 30, 200),
                entered("cpl", january, 1, 1),
            ],
            measure_periods=[
                {**sheet, "measure_id": measure, "channel": channel, "value": value}
                for measure, value in (("rework_hours", 4), ("worked_hours", 100))
                for channel in ("email", "paid_social")
            ],
        )
    )
    turnover = totals(found, "staff_turnover")
    assert turnover["value"].iloc[:2].tolist() == [0.05, 0.02]
    assert turnover["is_missing"].tolist() == [False, False, True]
    quarter = totals(found, "staff_turnover", "quarter").iloc[0]
    assert (quarter["numerator"], quarter["denominator"]) == (3, 45)
    assert quarter["value"] == pytest.approx(3 / 45)
    # What was entered stands instead of the files' total; by channel there are only files.
    rework = found[(found["kpi_id"] == "rework_rate") & (found["period_start"] == "2026-01-01")]
    rework = rework[rework["period_grain"] == "month"].set_index("channel")["value"]
    assert rework.to_dict() == {"(all)": 0.15, "email": 0.04, "paid_social": 0.04}
    assert totals(found, "cpl")["is_missing"].all()
