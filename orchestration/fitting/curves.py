"""Lag curves from the vintages that a home keeps."""

from datetime import date

import duckdb
import pyarrow as pa

from connectors.common.sql import quoted
from modelling.lag_curves import Given, learn
from orchestration.building.seeds import SEEDS
from orchestration.home import Home
from orchestration.serving.vintages import MEASURES, SOURCES, folder_of, rows_of, sound_vintages


def curves_before(home: Home, day: date) -> pa.Table | None:
    """What is learnt from the vintages before a day; None if the home has none at all."""
    with duckdb.connect(":memory:") as connection:
        folders = (folder_of(home.history, kind) for kind in (MEASURES, SOURCES))
        measures, sources = (sound_vintages(connection, folder) for folder in folders)
    if not measures or not sources:
        return None
    given = Given(
        measures=f"select * from {rows_of(measures)} where known_on < date '{day}'",
        sources=f"select * from {rows_of(sources)} where known_on < date '{day}'",
        fed=(
            "select distinct measures.measure_id, fed.source, fed.platform, later.settle_days "
            f"from read_csv('{quoted(SEEDS / 'measures.csv')}') as measures "
            f"inner join read_csv('{quoted(SEEDS / 'fact_sources.csv')}') as fed using (fact) "
            f"left join read_csv('{quoted(SEEDS / 'measure_settling.csv')}') as later using (measure_id, source) "
            "where measures.maturity_days = 0"
        ),
    )
    with duckdb.connect(":memory:") as connection:
        connection.execute("set timezone = 'UTC'")
        return learn(connection, given)
