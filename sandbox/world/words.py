"""Columns of text, made by Arrow a million at a time."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from sandbox.world.clock import Ints

_TEXT = pa.large_string()


def _column(part: Any) -> Any:
    return pa.scalar(part, _TEXT) if isinstance(part, str) else part


def text(values: pa.Array) -> Any:
    """Arrow text as a pandas column."""
    return pd.array(values.cast(_TEXT), dtype="str")


def digits(numbers: npt.ArrayLike, width: int = 0) -> pa.Array:
    """Whole numbers as text, with zeros in front up to `width`."""
    column = pa.array(np.asarray(numbers, dtype=np.int64)).cast(_TEXT)
    return pc.call_function("utf8_lpad", [column], pc.PadOptions(width, "0")) if width else column


def joined(*parts: str | pa.Array) -> pa.Array:
    """Text put together row by row."""
    return pc.call_function("binary_join_element_wise", [*(_column(part) for part in parts), _column("")])


def either(chosen: npt.NDArray[np.bool_], yes: str | pa.Array, no: str | pa.Array) -> pa.Array:
    """`yes` where chosen, else `no`."""
    return pc.call_function("if_else", [pa.array(chosen), _column(yes), _column(no)])


def capitalised(values: pa.Array, chosen: npt.NDArray[np.bool_]) -> pa.Array:
    """With a capital letter in front where chosen."""
    return either(chosen, pc.call_function("utf8_capitalize", [values]), values)


def word(words: tuple[str, ...], positions: Ints) -> pa.Array:
    return pa.array(words, _TEXT).take(pa.array(positions))


def ids(numbers: npt.ArrayLike, missing: npt.NDArray[np.bool_] | None = None) -> Any:
    """Whole numbers as a pandas column of text; empty text where missing."""
    return text(digits(numbers) if missing is None else either(missing, "", digits(numbers)))
