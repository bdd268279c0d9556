"""A KPI's series against one that pandas made from the file."""

import pandas as pd


def assert_same(found: pd.Series, expected: pd.Series) -> None:
    """The same values for the same keys, to 1e-9; what pandas has no rows for is 0 or has no value."""
    wanted = expected.astype(float)
    assert len(wanted) > 0
    pd.testing.assert_series_equal(
        found.reindex(wanted.index), wanted, check_names=False, check_index_type=False, rtol=1e-9, atol=1e-9
    )
    others = found.drop(found.index.intersection(wanted.index))
    assert (others == 0).all(), others[others != 0]


def months(instants: pd.Series) -> pd.Series:
    """First day of the month of local instants."""
    return instants.dt.to_period("M").dt.to_timestamp().rename("month")
