"""The detector on series that others labelled: mentions per 5 minutes, taxi passengers per half hour.

It is the model of the product, compiled, with the settings that are shipped, over these series instead of those of
KPIs; a series only says how many steps a day has and that its days repeat each week. What it detects is where a
departure begins.
"""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from tests.realdata.nab import Flags, LabelledSeries, best_score, profiles, read_series, score, windowed_gaussian
from tests.runner import run_over

STEPS_PER_DAY = {"realTweets": 288, "realKnownCause": 48}


@pytest.fixture(scope="module")
def folder(shared: Path) -> Path:
    found = shared / "realdata" / "nab_tweets"
    if not found.is_dir():
        pytest.skip("the folder ../shared/realdata/nab_tweets is not here")
    return found


def detected(series: list[LabelledSeries], steps_per_day: int) -> list[Flags]:
    """The steps at which the shipped model sees a departure begin."""
    lengths = [len(one.values) for one in series]
    values = np.concatenate([one.values for one in series])
    number = np.repeat(np.arange(len(series)), lengths)
    step = np.concatenate([np.arange(length) for length in lengths])
    rows = pa.table(
        {
            "kpi_no": number,
            "cell_no": np.zeros_like(number),
            "period_no": step,
            "series_no": number,
            "step_no": step,
            "steps_per_cycle": np.full_like(step, steps_per_day),
            "cycles_per_season": np.full_like(step, 7),
            "shown_from": np.zeros_like(step),
            "scale": ["count"] * len(step),
            "value": values,
            "level": np.log1p(values),
            "n": values,
            "is_ratio": np.zeros(len(step), dtype=bool),
            "standard_error": pa.nulls(len(step), pa.float64()),
        }
    )
    models = ["kpi_series_judged", "kpi_expectations"]
    with run_over({"kpi_series": rows}, models, datetime(2026, 3, 18, tzinfo=UTC)) as connection:
        found = connection.execute("select kpi_no, period_no from kpi.kpi_expectations where is_first").fetchnumpy()
    flags = [np.zeros(length, dtype=bool) for length in lengths]
    for one, position in zip(found["kpi_no"], found["period_no"], strict=True):
        flags[one][position] = True
    return flags


@pytest.mark.parametrize("group", STEPS_PER_DAY)
def test_the_detector_scores_above_a_windowed_gaussian(folder: Path, group: str) -> None:
    series = read_series(folder, group)
    detections = detected(series, STEPS_PER_DAY[group])
    improbable = [windowed_gaussian(one.values) for one in series]
    for profile, weights in profiles(folder).items():
        ours, theirs = score(series, detections, weights), best_score(series, improbable, weights)
        print(f"{group}, {profile}: detector {ours:.1f}, windowed Gaussian at its best threshold {theirs:.1f}")
        assert ours > theirs


def test_a_detection_rests_on_the_past_alone(folder: Path) -> None:
    whole = read_series(folder, "realKnownCause")
    cut = 6_000
    past = [LabelledSeries(one.name, one.values[:cut], one.windows) for one in whole]
    [of_whole], [of_past] = detected(whole, 48), detected(past, 48)
    assert of_past.any()
    assert (of_whole[:cut] == of_past).all()
