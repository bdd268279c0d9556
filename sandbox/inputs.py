"""What the demo company enters by hand: fees, tools and salaries, and exchange rates, as CSV files."""

from decimal import Decimal
from pathlib import Path

import pandas as pd

from sandbox.world.model import World

MICROS = Decimal(1_000_000)


def write_inputs(world: World, folder: Path) -> None:
    """`costs.csv` and `fx.csv` in `folder`, in the columns of the entities `costs` and `fx_rates`; decimals as text."""
    folder.mkdir(parents=True, exist_ok=True)
    costs = world.tables["costs"]
    pd.DataFrame(
        {
            "cost_id": costs["cost_id"],
            "date_from": costs["date_from"].dt.strftime("%Y-%m-%d"),
            "date_to": costs["date_to"].dt.strftime("%Y-%m-%d"),
            "cost_type": costs["cost_type"],
            "channel": costs["channel"].where(costs["channel"] != "", "(all)"),
            "amount": _decimals(costs["amount_micros"]),
            "currency": costs["currency"],
        }
    ).to_csv(folder / "costs.csv", index=False)
    rates = world.tables["fx_rates"]
    pd.DataFrame(
        {
            "date": rates["date"].dt.strftime("%Y-%m-%d"),
            "currency": rates["currency"],
            "to_currency": world.company.currency,
            "rate": _decimals(rates["rate_micros"]),
        }
    ).to_csv(folder / "fx.csv", index=False)


def _decimals(micros: pd.Series) -> list[str]:
    return [f"{Decimal(value) / MICROS:f}" for value in micros.tolist()]
