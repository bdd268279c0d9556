"""Columns of truth as JSON texts, a whole column at a time."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pandas as pd

CENT = 10_000  # micros


def plain_instant(as_of: datetime) -> np.datetime64:
    """An aware instant as the truth keeps them: UTC without a zone."""
    return np.datetime64(as_of.astimezone(UTC).replace(tzinfo=None), "us")


def instants(column: Any) -> npt.NDArray[np.datetime64]:
    """A column of truth as plain UTC instants."""
    values = pd.Series(column)
    if getattr(values.dtype, "tz", None) is not None:
        values = values.dt.tz_convert("UTC").dt.tz_localize(None)
    return values.to_numpy(dtype="datetime64[us]")


def known(values: npt.NDArray[np.datetime64], as_of: np.datetime64) -> npt.NDArray[np.datetime64]:
    """Instants that had come by `as_of`; the others become null."""
    return np.where(values <= as_of, values, np.datetime64("NaT", "us"))


def json_instants(values: npt.NDArray[np.datetime64], unit: str = "s") -> list[str]:
    """`"2026-03-02T09:00:00Z"`, null for none; `unit` `ms` gives milliseconds."""
    texts = np.datetime_as_string(values.astype(f"datetime64[{unit}]")).tolist()
    return ["null" if text == "NaT" else f'"{text}Z"' for text in texts]


def json_texts(values: Any, null: str | None = None) -> list[str]:
    """Quoted texts; the value `null` becomes null."""
    codes, uniques = pd.factorize(pd.Series(values).astype(object))
    encoded = np.array(
        ["null" if value == null else msgspec.json.encode(value).decode() for value in uniques] + ["null"],
        dtype=object,
    )
    return encoded[codes].tolist()


def json_ids(prefix: str, values: Any) -> list[str]:
    """`"<prefix><id>"`: ids are plain digits and need no escaping."""
    return [f'"{prefix}{value}"' for value in values]


def json_amounts(micros: npt.ArrayLike) -> list[str]:
    """Decimal texts without padding, as `"44.9"` and `"0.0"`; whole cents."""
    codes, uniques = pd.factorize(np.asarray(micros, dtype=np.int64))
    encoded = np.array([f'"{_amount(int(value))}"' for value in uniques], dtype=object)
    return encoded[codes].tolist() if len(uniques) else []


def _amount(micros: int) -> str:
    sign, (whole, cents) = "-" * (micros < 0), divmod(abs(micros) // CENT, 100)
    text = f"{sign}{whole}.{cents:02d}"
    return text[:-1] if text.endswith("0") else text


def json_flags(values: Any) -> list[str]:
    return ["true" if value else "false" for value in values]


def json_numbers(values: Any) -> list[str]:
    return [str(value) for value in np.asarray(values).tolist()]


def positions(keys: Any, wanted: Any) -> npt.NDArray[np.int64]:
    """Place of each wanted key among `keys`; -1 where it is not there."""
    return pd.Index(pd.Series(keys).astype(str)).get_indexer(pd.Index(pd.Series(wanted).astype(str))).astype(np.int64)


def spans(owners: npt.NDArray[np.int64], count: int) -> tuple[Sequence[int], Sequence[int]]:
    """First and past-the-last row of each owner's rows, which lie together in owner order."""
    places = np.arange(count)
    return np.searchsorted(owners, places).tolist(), np.searchsorted(owners, places, side="right").tolist()
