"""The compiled-SQL runner on a small dbt project of its own."""

from datetime import UTC, date, datetime

import duckdb
import pyarrow as pa
import pytest

from tests.runner import Project, compiled, run
from tests.runner.compile import AS_OF_SENTINEL

AS_OF = datetime(2026, 3, 18, 5, 30, tzinfo=UTC)
FILES = {
    "dbt_project.yml": """
name: small
version: 1.0.0
profile: small
model-paths: [models]
seed-paths: [seeds]
seeds: {small: {+column_types: {weight: "decimal(9,4)"}}}
vars: {as_of: null}
""",
    "seeds/weights.csv": "country,weight\nSE,1\nNO,\n",
    "models/sources.yml": """
sources:
  - name: raw_files
    database: files_landing
    schema: raw_files
    tables: [{name: survey_answers}, {name: fx_rates}]
""",
    "models/answers.sql": """
select answer_id, country, timestamptz '{{ var("as_of") }}' as as_of from {{ source('raw_files', 'survey_answers') }}
""",
    "models/weighted.sql": """
{{ config(materialized='incremental', unique_key='answer_id') }}
select a.answer_id, w.weight, a.as_of, (select count(*) from {{ source('raw_files', 'fx_rates') }}) as rates
from {{ ref('answers') }} as a
join {{ ref('weights') }} as w on w.country = a.country
{% if is_incremental() %} where false {% endif %}
""",
    "models/broken.sql": "select no_such_column from {{ ref('answers') }}",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("small_project")
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    return compiled(folder, ("files_landing",))


def _answers(*countries: str) -> dict[str, dict[str, pa.Table]]:
    rows = pa.table({"answer_id": [f"{i}" for i in range(len(countries))], "country": list(countries)})
    return {"files": {"survey_answers": rows}}


def test_models_run_in_order_over_landed_rows_seeds_and_empty_tables(project: Project) -> None:
    connection = run(_answers("SE", "NO", "DE"), AS_OF, ["weighted"], project)
    rows = connection.execute("select answer_id, weight, rates from main.weighted order by 1").fetchall()
    assert [(key, None if weight is None else float(weight), rates) for key, weight, rates in rows] == [
        ("0", 1.0, 0),
        ("1", None, 0),
    ]


def test_the_as_of_instant_is_put_in_without_compiling_again(project: Project) -> None:
    for as_of in (AS_OF, datetime(2025, 1, 2, tzinfo=UTC)):
        connection = run(_answers("SE"), as_of, ["answers"], project)
        assert connection.execute("select as_of from main.answers").fetchall() == [(as_of,)]
    assert AS_OF_SENTINEL in next(node["compiled_code"] for node in project.nodes.values() if node["name"] == "answers")


def test_only_the_named_models_and_what_they_read_are_built(project: Project) -> None:
    connection = run(_answers("SE"), AS_OF, ["answers"], project)
    with pytest.raises(duckdb.CatalogException):
        connection.execute("select * from main.weighted")


def test_a_failing_model_is_named(project: Project) -> None:
    with pytest.raises(RuntimeError, match=r"model broken: .*no_such_column"):
        run(_answers("SE"), AS_OF, ["broken"], project)
    with pytest.raises(ValueError, match="no such models"):
        run({}, AS_OF, ["nothing"], project)


def test_landed_types_are_kept(project: Project) -> None:
    landing = {"files": {"fx_rates": pa.table({"date": pa.array([date(2026, 1, 1)], pa.date32())})}}
    connection = run(landing, AS_OF, ["weighted"], project)
    assert connection.execute("select date from files_landing.raw_files.fx_rates").fetchall() == [(date(2026, 1, 1),)]
