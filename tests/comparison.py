"""Compares two `kpi_values` frames row by row and says in words where they differ."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tests.oracle import KEY

RATIO_TOLERANCE = 1e-9
HALF_A_CENT = 0.005
PARTS = ("numerator", "denominator")
# In the KPI's unit, as exact as the value is.
COMPARISONS = ("previous_value", "previous_year_value", "change", "year_change", "acceleration")
# Numbers of their own, whatever the KPI's unit.
DERIVED = ("n", "lower", "upper", "change_ratio", "year_change_ratio")
FLAGS = ("is_open_period", "is_missing", "is_unreliable", "is_comparable", "is_year_comparable")
SHOWN = 3


@dataclass(frozen=True)
class Difference:
    """What is wrong with one KPI: rows that only one side has, and columns that differ in rows of both."""

    kpi_id: str
    rows: int
    example: str

    def __str__(self) -> str:
        return f"{self.kpi_id}: {self.rows} rows differ\n{self.example}"


def differences(found: pd.DataFrame, expected: pd.DataFrame) -> list[Difference]:
    """KPIs whose rows are not equal, worst first; empty if the frames agree.

    Rows are matched on `KEY` (both sides in full). Counts and flags must be equal, money within half a cent, ratios
    within 1e-9 (relative above 1, absolute below). Raises ValueError when a frame has a key twice.
    """
    both = _matched(_keyed(found), _keyed(expected))
    both["wrong"] = _wrong_columns(both)
    wrong = both[both["wrong"] != ""]
    result = [_difference(str(kpi), part) for kpi, part in wrong.groupby("kpi_id", sort=True)]
    return sorted(result, key=lambda item: -item.rows)


def report(found: pd.DataFrame, expected: pd.DataFrame) -> str:
    """The differences as text; empty if there are none."""
    return "\n".join(str(item) for item in differences(found, expected))


def _keyed(frame: pd.DataFrame) -> pd.DataFrame:
    kept = frame[[*KEY, *PARTS, "value", *COMPARISONS, *DERIVED, *FLAGS]].copy()
    kept["is_provisional"] = frame.get("is_provisional", False)
    kept["period_start"] = pd.to_datetime(kept["period_start"]).astype("datetime64[s]")
    text = [name for name in KEY if name != "period_start"]
    numbers = (*PARTS, "value", *COMPARISONS, *DERIVED)
    return kept.astype(dict.fromkeys(text, object) | dict.fromkeys(numbers, float))


def _matched(found: pd.DataFrame, expected: pd.DataFrame) -> pd.DataFrame:
    """A full outer join on the key: `KEY`, the other columns with a suffix per side, `side`.

    Keys are numbered first: joining on fifteen texts took four times as long.
    """
    keys = pd.concat([found[list(KEY)], expected[list(KEY)]], ignore_index=True)
    number = keys.groupby(list(KEY), sort=False).ngroup().to_numpy()
    joined = keys[~pd.Series(number).duplicated()].reset_index(drop=True)
    parts, present = [joined], {}
    for name, frame, own in (("found", found, number[: len(found)]), ("expected", expected, number[len(found) :])):
        times = np.bincount(own, minlength=len(joined))
        if (times > 1).any():
            raise ValueError(f"{name}: {times.max()} rows share a key, such as {_where(joined.iloc[times.argmax()])}")
        present[name] = times == 1
        values = frame.drop(columns=list(KEY)).set_axis(own)
        parts.append(values.reindex(range(len(joined))).add_suffix(f"_{name}"))
    side = np.where(present["found"], np.where(present["expected"], "both", "left_only"), "right_only")
    return pd.concat(parts, axis=1).assign(side=side)


def _wrong_columns(both: pd.DataFrame) -> pd.Series:
    """Names of the columns that differ per row; `only found` or `only expected` for rows of one side."""
    is_both = (both["side"] == "both").to_numpy()
    is_ratio = (both["denominator_expected"].notna() | both["denominator_found"].notna()).to_numpy()
    is_money = (both["currency"] != "none").to_numpy()
    wrong = np.where(is_both, "", np.where(both["side"] == "left_only", "only found", "only expected")).astype(object)
    for name in (*PARTS, "value", *COMPARISONS, *DERIVED):
        left, right = both[f"{name}_found"].to_numpy(float), both[f"{name}_expected"].to_numpy(float)
        is_part = name in PARTS
        # A part may be money even if the ratio is not (ROAS): parts with cents are compared as money.
        cents = is_part & (is_money | (is_ratio & (_has_fraction(left) | _has_fraction(right))))
        counts_equal = left == right
        money_equal = np.abs(left - right) <= HALF_A_CENT
        scale = np.maximum(1.0, np.maximum(np.abs(left), np.abs(right)))
        ratios_equal = np.abs(left - right) <= RATIO_TOLERANCE * scale
        is_own = name in DERIVED
        exact = ~cents if is_part else ~is_ratio & ~is_money & (not is_own)
        as_money = cents if is_part else ~is_ratio & is_money & (not is_own)
        equal = np.where(exact, counts_equal, np.where(as_money, money_equal, ratios_equal))
        equal |= np.isnan(left) & np.isnan(right)
        wrong[is_both & ~equal] += f" {name}"
    # The oracle knows no loads: what a source may still change is comparable with nothing, and only the marts know.
    is_settled = ~both["is_provisional_found"].isin([True]).to_numpy()
    for name in FLAGS:
        found, expected = (both[f"{name}_{side}"].isin([True]).to_numpy() for side in ("found", "expected"))
        if name.endswith("comparable"):
            expected = expected & is_settled
        wrong[is_both & (found != expected)] += f" {name}"
    return pd.Series([str(text).strip() for text in wrong], index=both.index)


def _has_fraction(values: np.ndarray) -> np.ndarray:
    return np.nan_to_num(values) % 1 != 0


def _difference(kpi_id: str, rows: pd.DataFrame) -> Difference:
    """Counts per grain, set and kind, then the first rows of each kind."""
    lines = []
    kinds = rows.groupby(["wrong", "segment_set", "period_grain"], sort=False)
    for (wrong, segment_set, grain), part in sorted(kinds, key=lambda item: -len(item[1]))[:SHOWN]:
        lines.append(f"  {len(part)} × {segment_set} by {grain}: {wrong}")
        lines += [f"    {_where(row)}: {_values(row)}" for _, row in part.head(SHOWN).iterrows()]
    return Difference(kpi_id, len(rows), "\n".join(lines))


def _is_told(value: Any) -> bool:
    """Anything but null and a flag that is not set."""
    return bool(pd.notna(value)) and value is not False and value is not np.False_


def _where(row: pd.Series) -> str:
    named = [f"{name}={row[name]}" for name in KEY[4:] if row[name] not in ("(all)", "none")]
    return f"{row['kpi_id']} {row['period_grain']} {pd.Timestamp(row['period_start']).date()} {' '.join(named)}".strip()


def _values(row: pd.Series) -> str:
    sides = {"both": ("found", "expected"), "left_only": ("found",), "right_only": ("expected",)}[str(row["side"])]
    texts = []
    for side in sides:
        shown = {name: row[f"{name}_{side}"] for name in (*PARTS, "value", *COMPARISONS, *DERIVED, *FLAGS)}
        texts.append(f"{side} " + ", ".join(f"{name}={value:.12g}" for name, value in shown.items() if _is_told(value)))
    return " | ".join(texts)
