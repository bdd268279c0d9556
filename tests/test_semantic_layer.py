"""MetricFlow gives the published values: the generated page is current, and its queries answer as the marts do."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import yaml

from orchestration.semantic_layer import PAGE, semantic_layer
from sandbox.world import build_world
from tests.landing import land
from tests.runner import run
from tests.runner.compile import DBT_PROJECT, IGNORED_FOLDERS

AS_OF = datetime(2026, 3, 18, 5, 30, tzinfo=UTC)
MF = shutil.which("mf")
PROFILE = {
    "type": "duckdb",
    "schema": "main",
    "threads": 1,
    "attach": [{"path": ":memory:", "alias": "config_landing"}],
}
Query = Callable[[Sequence[str], str, str | None], pd.DataFrame]


def test_the_page_is_that_of_the_catalogue() -> None:
    assert PAGE.read_text("utf-8") == semantic_layer(), "run `make docs`"


def test_only_what_any_query_may_add_up_is_a_metric() -> None:
    page = yaml.safe_load(semantic_layer())
    metrics = {metric["name"] for metric in page["metrics"]}
    assert {"cvr_session", "revenue_net", "cpl", "roas_net", "nps"} <= metrics
    # People counted once, a stock, a share, platform claims, cohorts that must mature.
    assert not metrics & {"web_users", "reach", "followers", "channel_share", "roas_platform", "ltv_hist_90", "arppu"}
    entities = {model["name"]: {item["name"] for item in model["entities"]} for model in page["semantic_models"]}
    assert entities["semantic_surveys"] == {"platform"}  # country and customer type are personal there
    assert {"channel", "campaign", "country"} <= entities["semantic_leads"]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small company's measures and published values as a file, as dbt would name them."""
    file = tmp_path_factory.mktemp("semantic") / "warehouse.duckdb"
    world = build_world(size="small", months=24, seed=7, as_of=AS_OF)
    measures = [path.stem for path in (DBT_PROJECT / "models" / "measures" / "additive").glob("*.sql")]
    with run(land(world, AS_OF), AS_OF, ["kpi_values", "int_dates", *measures]) as connection:
        connection.execute(f"attach '{file}' as warehouse")
        wanted = [("measures", name) for name in measures] + [("canonical", "int_dates"), ("marts", "kpi_values")]
        for schema, name in wanted:
            connection.execute(f"create schema if not exists warehouse.{schema}")
            connection.execute(f"create table warehouse.{schema}.{name} as from memory.{schema}.{name}")
    return file


@pytest.fixture(scope="module")
def query(warehouse: Path) -> Query:
    """`mf query` of metrics by grain and dimension."""
    project = warehouse.parent / "project"
    shutil.copytree(DBT_PROJECT, project, ignore=shutil.ignore_patterns(*IGNORED_FOLDERS))
    profile = {"nyckeltal": {"target": "mf", "outputs": {"mf": {**PROFILE, "path": str(warehouse)}}}}
    (project / "profiles.yml").write_text(yaml.safe_dump(profile), "utf-8")
    environment = {**os.environ, "DBT_PROFILES_DIR": str(project)}
    dbt = [sys.executable, "-c", "from dbt.cli.main import cli; cli()", "--quiet", "parse"]
    subprocess.run(dbt, cwd=project, env=environment, check=True)

    def answer(metrics: Sequence[str], grain: str, dimension: str | None) -> pd.DataFrame:
        groups = [f"metric_time__{grain}", *([dimension] if dimension else [])]
        command = [str(MF), "query", "--metrics", ",".join(metrics), "--group-by", ",".join(groups)]
        done = subprocess.run(
            [*command, "--csv", "answer.csv"], cwd=project, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return pd.read_csv(project / "answer.csv", parse_dates=[groups[0]]).rename(columns={groups[0]: "period_start"})

    return answer


@pytest.mark.slow
@pytest.mark.skipif(MF is None, reason="MetricFlow is not installed: pip install 'nyckeltal[semantic]'")
@pytest.mark.parametrize(
    ("metrics", "grain", "dimension"),
    [
        (("cvr_session", "cpl", "aov_net", "roas_net", "mer", "cac_blended", "nps", "revenue_net"), "month", None),
        (("cpl", "ctr", "engagement_rate", "cpa_form"), "week", "channel"),
        (("open_rate", "unsubscribe_rate"), "quarter", "platform"),
    ],
)
def test_metricflow_gives_the_published_values(
    query: Query, warehouse: Path, metrics: Sequence[str], grain: str, dimension: str | None
) -> None:
    answer = query(metrics, grain, dimension)
    keys = ["period_start", *([dimension] if dimension else [])]
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for metric in metrics:
            published = connection.execute(
                f"select {', '.join(keys)}, value from marts.kpi_values where kpi_id = ? and period_grain = ? "
                "and segment_set = ? and not is_open_period",
                [metric, grain, dimension or "total"],
            ).df()
            both = published.merge(answer[[*keys, metric]], on=keys, how="left")
            assert both["value"].notna().sum() > 5
            assert both[metric].to_numpy() == pytest.approx(both["value"].to_numpy(), rel=1e-9, nan_ok=True), metric
