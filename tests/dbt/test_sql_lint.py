"""SQL that DuckDB and Spark read alike: what differs between them, often silently, is not written in models."""

import re
from pathlib import Path

import pytest

DBT_PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
# The one place where the engines' own forms stand.
DIALECT = DBT_PROJECT / "macros" / "dialect.sql"
FILES = sorted(
    path
    for folder in ("models", "macros", "tests")
    for path in (DBT_PROJECT / folder).rglob("*.sql")
    if path != DIALECT
)
FORBIDDEN = {
    "qualify": r"\bqualify\b",
    "the machine's clock": r"\b(current_date|current_timestamp|now\(|today\(|get_current_time)",
    "a double-quoted name": r'"',
    "a division without ratio()": r"/",
    "an order without nulls first or last": r"\border by\b(?![^)]*\bnulls (first|last)\b)",
    "days counted from Sunday": r"\b(dayofweek|extract\(dow)\b",
    "a date format": r"\b(strftime|strptime|date_format)\b",
    "a DuckDB-only word": r"\b(arg_max|arg_min|quantile_cont|strpos|isodow|asof|pivot|any_value|epoch|list_[a-z]+\()",
    "columns left out by name": r"\bexclude\b",
    "concat, which treats null differently": r"\bconcat\(",
    "a backslash": r"\\",
    "a comma before from": r",\s*from\b",
}


def plain(text: str) -> str:
    """The SQL alone: without comments, Jinja and text literals."""
    text = re.sub(r"\{#.*?#\}", " ", text, flags=re.DOTALL)
    text = re.sub(r"--[^\n]*", " ", text)
    text = re.sub(r"\{%.*?%\}", " ", text, flags=re.DOTALL)
    text = re.sub(r"\{\{.*?\}\}", " x ", text, flags=re.DOTALL)
    return re.sub(r"'[^']*'", "''", text).lower()


def broken_rules(text: str) -> list[str]:
    """Names of the rules that a file's SQL breaks."""
    sql = plain(text)
    return [name for name, pattern in FORBIDDEN.items() if re.search(pattern, sql)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(DBT_PROJECT)))
def test_models_read_the_same_on_both_engines(path: Path) -> None:
    assert broken_rules(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ("select a from b qualify row_number() over (order by a nulls last) = 1", "qualify"),
        ("select current_date", "the machine's clock"),
        ('select a as "A"', "a double-quoted name"),
        ("select a / b", "a division without ratio()"),
        ("select max(a) over (partition by b order by c desc)", "an order without nulls first or last"),
        ("select extract(dow from a)", "days counted from Sunday"),
        ("select strftime(a, '%Y')", "a date format"),
        ("select any_value(a)", "a DuckDB-only word"),
        ("select * exclude (a) from b", "columns left out by name"),
        ("select concat(a, b)", "concat, which treats null differently"),
        ("select a\\b", "a backslash"),
        ("select a, from b", "a comma before from"),
    ],
)
def test_each_rule_sees_what_it_forbids(sql: str, rule: str) -> None:
    assert broken_rules(sql) == [rule]


def test_comments_jinja_and_text_are_no_sql() -> None:
    assert broken_rules("-- a / b\nselect {{ ratio('a', \"b\") }}, 'google / cpc' {# qualify #} from t") == []
