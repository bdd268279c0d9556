"""Compares two tables of changes row by row and says in words where they differ."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

TOLERANCE = 1e-9
SHOWN = 5


def change_report(found: pd.DataFrame, expected: pd.DataFrame, key: Sequence[str], values: Sequence[str]) -> str:
    """The rows that only one side has and those whose values differ, as text; empty if there are none.

    Numbers are equal within 1e-9 (relative above 1, absolute below), all else exactly.
    """
    both = _text(found, key).merge(_text(expected, key), on=list(key), how="outer", suffixes=("_found", "_expected"))
    both["wrong"] = ""
    for name in values:
        left, right = both[f"{name}_found"], both[f"{name}_expected"]
        both.loc[~_equal(left, right, name == "share_of_change"), "wrong"] += f" {name}"
    wrong = both[both["wrong"] != ""]
    lines = [f"{len(wrong)} rows differ"] if len(wrong) else []
    for reason, rows in wrong.groupby("wrong"):
        lines.append(f"{len(rows)} ×{reason}")
        lines += [_row(row, key, str(reason).split()) for _, row in rows.head(SHOWN).iterrows()]
    return "\n".join(lines)


def _text(frame: pd.DataFrame, key: Sequence[str]) -> pd.DataFrame:
    """Days and texts of both sides in one type; a key that is there twice raises ValueError."""
    kept = frame.copy()
    for name in kept.columns:
        if name.endswith("_start"):
            kept[name] = pd.to_datetime(kept[name]).astype("datetime64[s]").astype(str)
        elif not pd.api.types.is_numeric_dtype(kept[name]):
            kept[name] = kept[name].astype(object)
    if kept.duplicated(list(key)).any():
        raise ValueError(f"rows share a key: {kept[kept.duplicated(list(key))].head(SHOWN)[list(key)]}")
    return kept


def _equal(left: pd.Series, right: pd.Series, is_share: bool) -> pd.Series:
    both_null = left.isna() & right.isna()
    if not (pd.api.types.is_numeric_dtype(left) and pd.api.types.is_numeric_dtype(right)):
        return (left == right) | both_null
    one, other = left.astype(float), right.astype(float)
    scale = np.maximum(1.0, np.maximum(one.abs(), other.abs()))
    # A share of a change that is next to nothing carries what the values may differ by, as often as it is large.
    allowed = TOLERANCE * scale * (scale if is_share else 1)
    return ((one - other).abs() <= allowed) | both_null


def _row(row: pd.Series, key: Sequence[str], wrong: Sequence[str]) -> str:
    where = " ".join(str(row[name]) for name in key if row[name] not in ("(all)", "none"))
    what = ", ".join(f"{name} {row[f'{name}_found']} instead of {row[f'{name}_expected']}" for name in wrong)
    return f"  {where}: {what}"
