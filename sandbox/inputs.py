"""What the demo company enters by hand: fees, tools and salaries, exchange rates, KPIs of its books; and its files."""

import re
import shutil
from datetime import datetime
from pathlib import Path

import pandas as pd

from sandbox.files import SHEET, decimals, figures_known, write_files
from sandbox.world.model import World

CONFIG = Path(__file__).with_name("config")
FILES = "files"  # the folder of input files, in the configuration


def write_config(world: World, folder: Path, as_of: datetime | None = None) -> None:
    """The company's configuration in `folder`: `sandbox/config` from the world's first day on, with inputs and files.

    They hold what is known at `as_of`; None = all.
    """
    shutil.copytree(CONFIG, folder, dirs_exist_ok=True)
    company = folder / "company.yml"
    own = f"history_start: {world.history_start}\nfiscal_year_start_month: {world.company.fiscal_year_start_month}"
    company.write_text(re.sub(r"(?m)^history_start: .*$", own, company.read_text("utf-8")), "utf-8")
    write_inputs(world, folder / "inputs", as_of)
    write_files(world, folder / FILES, as_of or world.as_of)


def write_inputs(world: World, folder: Path, as_of: datetime | None = None) -> None:
    """`costs.csv`, `budgets.csv` and the other files of `inputs/` in `folder`; decimals as text."""
    folder.mkdir(parents=True, exist_ok=True)
    costs = world.tables["costs"]
    pd.DataFrame(
        {
            "cost_id": costs["cost_id"],
            "date_from": costs["date_from"].dt.strftime("%Y-%m-%d"),
            "date_to": costs["date_to"].dt.strftime("%Y-%m-%d"),
            "cost_type": costs["cost_type"],
            "channel": costs["channel"].where(costs["channel"] != "", "(all)"),
            "amount": decimals(costs["amount_micros"]),
            "currency": costs["currency"],
        }
    ).to_csv(folder / "costs.csv", index=False)
    _write_plans(world, folder)
    rates = world.tables["fx_rates"]
    pd.DataFrame(
        {
            "date": rates["date"].dt.strftime("%Y-%m-%d"),
            "currency": rates["currency"],
            "to_currency": world.company.currency,
            "rate": decimals(rates["rate_micros"]),
        }
    ).to_csv(folder / "fx.csv", index=False)
    segment = world.tables["target_segment"]
    segment.assign(valid_from=segment["valid_from"].dt.strftime("%Y-%m-%d")).to_csv(
        folder / "target_segment.csv", index=False
    )
    figures = figures_known(world, as_of or world.as_of)
    figures = figures[~figures["kpi_id"].isin(SHEET)]
    pd.DataFrame(
        {
            "kpi_id": figures["kpi_id"],
            "period_grain": "month",
            "period_start": figures["month"].dt.strftime("%Y-%m-%d"),
            "numerator": decimals(figures["numerator_micros"]),
            "denominator": decimals(figures["denominator_micros"]),
            "source_note": "the month's books",
            "entered_by_role": "controller",
        }
    ).to_csv(folder / "manual_kpis.csv", index=False)


def _write_plans(world: World, folder: Path) -> None:
    """`budgets.csv`, and `budget_days.csv` with the weights of the days."""
    budgets, curve = world.tables["budgets"], world.tables["budget_days"]
    pd.DataFrame(
        {
            "budget_id": budgets["budget_id"],
            "date_from": budgets["date_from"].dt.strftime("%Y-%m-%d"),
            "date_to": budgets["date_to"].dt.strftime("%Y-%m-%d"),
            "channel": budgets["channel"].where(budgets["channel"] != "", "(all)"),
            "amount": decimals(budgets["amount_micros"]),
            "currency": budgets["currency"],
        }
    ).to_csv(folder / "budgets.csv", index=False)
    pd.DataFrame({"date": curve["date"].dt.strftime("%Y-%m-%d"), "weight": curve["weight_thousandths"] / 1000}).to_csv(
        folder / "budget_days.csv", index=False
    )
