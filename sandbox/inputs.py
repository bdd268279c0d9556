"""What the demo company enters by hand: fees, tools and salaries, and exchange rates, as CSV files."""

import re
import shutil
from decimal import Decimal
from pathlib import Path

import pandas as pd

from sandbox.world.model import World

CONFIG = Path(__file__).with_name("config")
MICROS = Decimal(1_000_000)


def write_config(world: World, folder: Path) -> None:
    """The company's configuration in `folder`: `sandbox/config`, from the world's first day on, with its inputs."""
    shutil.copytree(CONFIG, folder, dirs_exist_ok=True)
    company = folder / "company.yml"
    text = re.sub(r"(?m)^history_start: .*$", f"history_start: {world.history_start}", company.read_text("utf-8"))
    company.write_text(text, "utf-8")
    write_inputs(world, folder / "inputs")


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
