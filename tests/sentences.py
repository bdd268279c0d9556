"""Checks that a sentence about a change says no number that its row does not have."""

import re

import pandas as pd

NUMBER = re.compile(r"[+-]?\d[\d,]*(?:\.\d+)?")
NUMBERS = (
    *("value0", "value1", "change", "leading_effect", "rate_effect", "mix_effect", "interaction_effect"),
    *("factor0", "factor1", "factor_effect", "relative_change"),
)
SHOWN = 5


def unsupported_numbers(reasons: pd.DataFrame, labels: dict[str, str]) -> list[str]:
    """The first sentences with a number that is none of the row's, rounded; `labels`: names of the KPIs."""
    wrong = []
    for row in reasons.to_dict("records"):
        text = str(row["sentence"]).removeprefix(labels[str(row["kpi_id"])])
        for name in (row["leading_segment"], row["factor_label"]):
            text = text.replace(str(name), "")
        text = text.replace(str(row["period_start"])[:10], "").replace(str(row["period_start"])[:7], "")
        known = [float(row[name]) for name in NUMBERS if pd.notna(row[name])]
        if any(not _is_among(said, known) for said in NUMBER.findall(text)):
            wrong.append(f"{row['kpi_id']}: {row['sentence']}")
    return wrong[:SHOWN]


def _is_among(said: str, known: list[float]) -> bool:
    """Whether a number, or its hundredth (per cent, points), is a known one up to its last digit and sign."""
    value, decimals = float(said.replace(",", "")), len(said.partition(".")[2])
    half = 0.5 * 10.0**-decimals * (1 + 1e-9)
    is_signed = said[0] in "+-"
    for number in known:
        for scaled in (number, number * 100):
            found = scaled if is_signed else abs(scaled)
            if abs(abs(value) - abs(found)) <= half and (not is_signed or value * scaled >= 0):
                return True
    return False
