"""Labelled series and the rules by which detectors on them are scored (realdata/nab_tweets/README.md)."""

import json
from dataclasses import dataclass
from math import erfc, floor, sqrt
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
UNSCORED_SHARE, UNSCORED_MOST = 0.15, 750


@dataclass(frozen=True)
class LabelledSeries:
    """A regular series with the windows (first and last position) of its anomalies."""

    name: str
    values: Floats
    windows: tuple[tuple[int, int], ...]

    @property
    def first_scored(self) -> int:
        return min(floor(UNSCORED_SHARE * len(self.values)), UNSCORED_MOST)


def read_series(folder: Path, group: str) -> list[LabelledSeries]:
    """The series of one group (`realTweets`, `realKnownCause`)."""
    found = []
    for name, spans in json.loads((folder / "windows.json").read_text("utf-8")).items():
        if name.startswith(f"{group}/"):
            rows = pd.read_csv(folder / f"{name}.gz", parse_dates=["timestamp"])
            at = rows["timestamp"].to_numpy()
            windows = [
                (
                    int(np.searchsorted(at, np.datetime64(first))),
                    int(np.searchsorted(at, np.datetime64(last), "right")) - 1,
                )
                for first, last in spans
            ]
            found.append(LabelledSeries(name, rows["value"].to_numpy(float), tuple(windows)))
    return found


def profiles(folder: Path) -> dict[str, dict[str, float]]:
    """Weights of hits, misses and false alarms by profile."""
    read = json.loads((folder / "scoring_profiles.json").read_text("utf-8"))
    return {name: profile["CostMatrix"] for name, profile in read.items()}


def score(series: list[LabelledSeries], detections: list[Flags], weights: dict[str, float]) -> float:
    """100 = perfect, 0 = a detector that never fires."""
    points = sum(_points(one, flags, weights) for one, flags in zip(series, detections, strict=True))
    windows = sum(len(one.windows) for one in series)
    nothing, perfect = -weights["fnWeight"] * windows, weights["tpWeight"] * windows
    return 100 * (points - nothing) / (perfect - nothing)


def _points(series: LabelledSeries, flags: Flags, weights: dict[str, float]) -> float:
    at = np.flatnonzero(flags)
    at = at[at >= series.first_scored]
    points = 0.0
    outside = np.ones(len(at), dtype=bool)
    for first, last in series.windows:
        inside = (at >= first) & (at <= last)
        outside &= ~inside
        if inside.any():
            earliness = -(last - int(at[inside][0]) + 1) / (last - first + 1)
            points += weights["tpWeight"] * float(_worth(earliness) / _worth(-1))
        else:
            points -= weights["fnWeight"]
    # A false alarm soon after a window costs less than one out of nowhere.
    firsts, lasts = np.array(series.windows).T
    window = np.searchsorted(lasts, at[outside]) - 1
    lateness = np.where(window < 0, np.inf, (at[outside] - lasts[window]) / (lasts[window] - firsts[window]))
    return points + weights["fpWeight"] * float(_worth(lateness).sum())


def _worth(position: float | Floats) -> Floats:
    """Near 1 at the start of a window (−1), 0 at its end, −1 from three window lengths behind it."""
    return np.where(np.asarray(position) > 3, -1.0, 2 / (1 + np.exp(5 * np.minimum(position, 3))) - 1)


def windowed_gaussian(values: Floats, window: int = 6400, step: int = 100) -> Floats:
    """Per point how improbable it is (0 to 1) for a normal distribution over the points before, the usual baseline.

    The window grows to its size, then moves by whole steps.
    """
    sums, squares = (np.concatenate([[0.0], np.cumsum(part)]) for part in (values, values * values))
    found = np.zeros(len(values))
    for position in range(1, len(values)):
        moved = max(0, position - window) // step * step
        first, last = moved, min(position, moved + window)
        count = last - first
        mean = (sums[last] - sums[first]) / count
        deviation = sqrt(max((squares[last] - squares[first]) / count - mean * mean, 0.0)) or 1e-6
        found[position] = 1 - erfc(abs(values[position] - mean) / (deviation * sqrt(2))) / 2
    return found


def best_score(series: list[LabelledSeries], scores: list[Floats], weights: dict[str, float]) -> float:
    """The score at the threshold that, in hindsight, suits these series best."""
    tails = 10 ** -np.concatenate([np.linspace(1, 4, 151), np.linspace(4, 16, 49)])
    return max(score(series, [one >= threshold for one in scores], weights) for threshold in (*(1 - tails), 1.0))
