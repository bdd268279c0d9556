"""What the company enters by hand says the same as the truth."""

import csv
from decimal import Decimal
from pathlib import Path

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
