"""Runs a gate with Great Expectations pushed down into DuckDB, over files opened read-only."""

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import great_expectations as gx
from duckdb_engine import ConnectionWrapper
from great_expectations.core.expectation_validation_result import ExpectationValidationResult
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.expectations.core.expect_column_values_to_be_unique import ExpectColumnValuesToBeUnique
from great_expectations.expectations.core.expect_compound_columns_to_be_unique import ExpectCompoundColumnsToBeUnique
from great_expectations.expectations.core.expect_table_row_count_to_be_between import ExpectTableRowCountToBeBetween
from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy
from sqlalchemy.pool import NullPool

from connectors.common.sql import quoted
from orchestration.quality.suite import GateBrokenError, Rule, Unique, Volume
from orchestration.records import Check

_LISTENING = threading.Lock()


def validate(
    files: Mapping[str, Path], expectations: Sequence[Unique | Volume], rules: Sequence[Rule]
) -> tuple[Check, ...]:
    """All checks with what they found. `files`: DuckDB files by the name under which SQL reads them; the first is the
    one in which plain `schema.table` is looked up. Raises GateBrokenError when a check cannot run.
    """
    _listen()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    add: Any = context.data_sources.add_or_update_sql  # its stub knows no `kwargs`
    source = add(
        "gate",
        connection_string="duckdb:///:memory:",
        create_temp_table=False,
        kwargs={"creator": lambda: _open(files), "poolclass": NullPool},
    )

    def ask(name: str, query: str, expectation: Any, result_format: str) -> ExpectationValidationResult:
        # A query asset: with a table asset a metric drops the schema.
        asset = source.add_query_asset(name, query=query)
        result = (
            asset.add_batch_definition_whole_table("all").get_batch().validate(expectation, result_format=result_format)
        )
        _require_answer(name, result)
        return result

    checks = [_ask_one(ask, number, item) for number, item in enumerate(expectations)]
    return (*checks, *(_ask_rules(ask, rules) if rules else ()))


def _ask_one(ask: Any, number: int, item: Unique | Volume) -> Check:
    if isinstance(item, Unique):
        expectation = (
            ExpectColumnValuesToBeUnique(column=item.key[0])
            if len(item.key) == 1
            else ExpectCompoundColumnsToBeUnique(column_list=list(item.key))
        )
        result = ask(f"{item.table} unique {number}", item.query, expectation, "SUMMARY")
        failed = int(result.result.get("unexpected_count") or 0)
        sample = (result.result.get("partial_unexpected_list") or [""])[0]
        return Check(
            "the grain is unique",
            item.table,
            bool(result.success),
            failed,
            f"one row per {', '.join(item.key)}",
            ", ".join(map(str, sample.values())) if isinstance(sample, dict) else str(sample),
            "" if result.success else f"{failed:,} rows share their key ({', '.join(item.key)}) with another",
        )
    result = ask(
        f"{item.table} volume {number}",
        item.query,
        ExpectTableRowCountToBeBetween(min_value=item.least, max_value=item.most),
        "SUMMARY",
    )
    found = int(result.result.get("observed_value") or 0)
    return Check(
        "the volume is as usual",
        item.table,
        bool(result.success),
        None if result.success else found,
        f"{item.least:,} to {item.most:,} rows",
        message="" if result.success else f"{found:,} rows, where {item.least:,} to {item.most:,} are usual",
    )


def _ask_rules(ask: Any, rules: Sequence[Rule]) -> list[Check]:
    """All rules in one query: a row per broken rule."""
    query = " union all ".join(_counted(number, rule) for number, rule in enumerate(rules))
    expectation = UnexpectedRowsExpectation(unexpected_rows_query="select * from {batch} where failed_rows > 0")
    result = ask("rules", query, expectation, "COMPLETE")
    broken = {int(row["rule"]): row for row in result.result.get("details", {}).get("unexpected_rows", [])}
    return [
        Check(
            rule.name,
            rule.table,
            number not in broken,
            int(broken[number]["failed_rows"]) if number in broken else 0,
            rule.threshold,
            str(broken[number]["sample_key"] or "") if number in broken else "",
            f"{int(broken[number]['failed_rows']):,} rows, for example {broken[number]['sample_key']}"
            if number in broken
            else "",
        )
        for number, rule in enumerate(rules)
    ]


def _counted(number: int, rule: Rule) -> str:
    """A rule as one row: how many rows break it, and the key of one."""
    return (
        f"select {number} as rule, count(*) as failed_rows, min(cast(sample_key as varchar)) as sample_key "
        f"from ({rule.sql}) as broken(sample_key)"
    )


def _open(files: Mapping[str, Path]) -> ConnectionWrapper:
    connection = duckdb.connect(":memory:")
    connection.execute("set timezone = 'UTC'")
    for name, path in files.items():
        connection.execute(f"attach '{quoted(path)}' as {name} (read_only)")
    connection.execute(f"use {next(iter(files))}")
    return ConnectionWrapper(connection)


def _require_answer(name: str, result: ExpectationValidationResult) -> None:
    """A check that could not run looks like one that failed; only `exception_info` tells, in one of two shapes."""
    info: Any = result.exception_info or {}
    if info.get("raised_exception") is False:
        return
    inner = info if "exception_message" in info else next(iter(info.values()), {})
    words = str(inner.get("exception_message") or "no answer").strip().splitlines()[0]
    raise GateBrokenError(f"the check “{name}” could not run: {words[:300]}")


def _listen() -> None:
    """Great Expectations fetches after closing, which DuckDB refuses: rows are fetched as soon as they are there.

    Registered once; twice would fetch everything away from the first.
    """
    with _LISTENING:
        if not event.contains(Engine, "after_cursor_execute", _buffer):
            event.listen(Engine, "after_cursor_execute", _buffer)


def _buffer(connection: Any, cursor: Any, _statement: str, _parameters: Any, context: Any, _many: bool) -> None:
    if connection.dialect.name == "duckdb" and cursor.description:
        context.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(cursor, cursor.description, cursor.fetchall())
