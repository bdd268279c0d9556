"""What the company enters by hand says the same as the truth."""

import csv
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pandas as pd

from sandbox.files import SHEET, write_files
from sandbox.inputs import write_inputs
from sandbox.world import World


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_costs_keep_every_cent_and_name_the_company_as_all(world: World, tmp_path: Path) -> None:
    write_inputs(world, tmp_path)
    rows, truth = read(tmp_path / "costs.csv"), world.tables["costs"]
    assert list(rows[0]) == ["cost_id", "date_from", "date_to", "cost_type", "channel", "amount", "currency"]
    assert [Decimal(row["amount"]) * 1_000_000 for row in rows] == truth["amount_micros"].tolist()
    assert [row["channel"].replace("(all)", "") for row in rows] == truth["channel"].tolist()
    assert (rows[0]["date_from"], rows[0]["date_to"]) == ("2024-03-01", "2024-03-31")


def test_rates_are_exact_and_against_the_companys_currency(world: World, tmp_path: Path) -> None:
    write_inputs(world, tmp_path)
    rows, truth = read(tmp_path / "fx.csv"), world.tables["fx_rates"]
    assert list(rows[0]) == ["date", "currency", "to_currency", "rate"]
    assert {row["to_currency"] for row in rows} == {"SEK"}
    assert [Decimal(row["rate"]) * 1_000_000 for row in rows] == truth["rate_micros"].tolist()


EARLIER = datetime(2025, 10, 26, 22, 30, tzinfo=UTC)


def test_books_and_sheet_hold_the_months_that_are_over(world: World, tmp_path: Path) -> None:
    write_inputs(world, tmp_path, EARLIER)
    write_files(world, tmp_path, EARLIER)
    entered, sheet = read(tmp_path / "manual_kpis.csv"), read(tmp_path / "operations.csv")
    truth = world.tables["book_figures"]
    assert {row["kpi_id"] for row in entered} == set(truth["kpi_id"]) - set(SHEET)
    last = {row["kpi_id"]: row["period_start"] for row in entered}
    assert (last["margin_gross"], last["input_budget"]) == ("2025-09-01", "2025-10-01")
    assert sheet[-1]["month"] == "2025-09-01"
    september = truth[(truth["kpi_id"] == "process_cost") & (truth["month"] == "2025-09-01")]
    found = sum(Decimal(row["production_cost"] or "0") for row in sheet if row["month"] == "2025-09-01")
    assert found * 1_000_000 == int(september["numerator_micros"].sum())
    assert not [row for row in sheet if row["month"] == "2024-07-01" and row["wait_seconds"]]


def test_files_hold_what_was_known(world: World, tmp_path: Path) -> None:
    write_files(world, tmp_path, EARLIER)
    social, reach = read(tmp_path / "social_history.csv"), read(tmp_path / "target_reach.csv")
    assert (social[0]["day"], social[-1]["day"]) == ("2024-06-09", "2025-10-24")
    posts = world.tables["social_posts"].set_index("post_id")
    grown = next(row for row in social if row["network"] == "instagram" and row["day"] == "2025-10-01")
    published = pd.Timestamp(str(posts.at[grown["post"], "published_at"]))
    share = min((pd.Timestamp("2025-10-02T07:00") - published).total_seconds() / 336 / 3600, 1)
    assert int(grown["likes"]) == int(float(str(posts.at[grown["post"], "likes"])) * share)
    assert [row["start"] for row in reach if row["grain"] == "quarter"][-1] == "2025-10-01"
    panel, search = read(tmp_path / "brand_panel.csv"), read(tmp_path / "search_console.csv")
    assert max(row["answered"] for row in panel) <= "2025-10-26T22:30:00Z"
    assert search[-1]["date"] == "2025-10-25"
    days = world.tables["search_days"]
    assert sum(int(row["impressions"]) for row in search) == days[days["date"] <= "2025-10-25"]["impressions"].sum()


def test_plans_keep_every_cent_and_weigh_the_days(world: World, tmp_path: Path) -> None:
    write_inputs(world, tmp_path)
    rows, truth = read(tmp_path / "budgets.csv"), world.tables["budgets"]
    assert [Decimal(row["amount"]) * 1_000_000 for row in rows] == truth["amount_micros"].tolist()
    assert [row["channel"].replace("(all)", "") for row in rows] == truth["channel"].tolist()
    weights = {row["date"]: row["weight"] for row in read(tmp_path / "budget_days.csv")}
    assert (weights["2025-11-28"], weights["2026-03-14"], weights.get("2026-03-13")) == ("1.8", "0.7", None)


def test_contracts_and_reviews_are_told_as_far_as_they_were_known(world: World, tmp_path: Path) -> None:
    write_files(world, tmp_path, EARLIER)
    contracts, reviews = read(tmp_path / "subscriptions.csv"), read(tmp_path / "reviews.csv")
    assert max(row["begins"] for row in contracts) <= "2025-10-26T22:30:00Z"
    assert max(row["ends"] for row in contracts) <= "2025-10-26T22:30:00Z"
    assert [row for row in contracts if not row["ends"]]
    assert max(row["written"] for row in reviews) <= "2025-10-26T22:30:00Z"
    assert {row["class"] for row in reviews} == {"positive", "negative", ""}
