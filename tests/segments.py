"""What must hold between the segments of a set and its total, whatever the figures are."""

import pandas as pd

PERIOD = ["kpi_id", "period_grain", "period_start"]
CENT = 0.01


def not_adding_up(values: pd.DataFrame, catalog: pd.DataFrame) -> list[str]:
    """Additive KPIs, sets and periods whose segments, `unknown` and `(other)` among them, are not the total."""
    adds_up = values["kpi_id"].isin(catalog.loc[catalog["additivity"] == "A", "kpi_id"]) & ~values["is_missing"]
    totals = values[adds_up & values["segment_set"].eq("total")].set_index(PERIOD)["numerator"].rename("total")
    parts = values[adds_up & values["segment_set"].ne("total")].groupby([*PERIOD, "segment_set"])["numerator"].sum()
    both = parts.reset_index().merge(totals.reset_index(), on=PERIOD)
    assert len(both), "no additive KPI has segments and a total"
    wrong = both[(both["numerator"] - both["total"]).abs() > CENT]
    return [f"{row.kpi_id} {row.segment_set} {row.period_grain} {row.period_start}" for row in wrong.itertuples()]


def small_groups_told(values: pd.DataFrame, catalog: pd.DataFrame, floor: int) -> list[str]:
    """Cells of personal sets with fewer people than the floor, unless they are all that there are: rule G13.

    `(other)` is one of them: with a published total, it is what the other cells leave.
    """
    personal = {
        (kpi, name)
        for kpi, sets in catalog[["kpi_id", "personal_sets"]].itertuples(index=False)
        for name in sets.split()
    }
    is_personal = [pair in personal for pair in zip(values["kpi_id"], values["segment_set"], strict=True)]
    cells = values[is_personal]
    assert len(cells), "no KPI has a personal set"
    people = values[values["segment_set"] == "total"].set_index(PERIOD)["denominator"].rename("all")
    both = cells.merge(people.reset_index(), on=PERIOD, how="left")
    told = both[(both["denominator"] < floor) & (both["denominator"] != both["all"])]
    return [f"{row.kpi_id} {row.segment_set} {row.period_grain} {row.period_start}" for row in told.itertuples()]
