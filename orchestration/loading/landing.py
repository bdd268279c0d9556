"""One Dagster step per source: loads, gates and promotes."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from connectors.common.source import Source
from orchestration.loading.load import land
from orchestration.records import GateRecord, LoadRecord
from orchestration.run import Run, RunSettings

GATE = "landing_gate"
# Such a source yields its assets all the same: what is not yielded, or a blocking check, would stop all models.
RED = ("held", "failed")


def asset_key(source: str, table: str) -> dg.AssetKey:
    """`shopify/orders`: the same key as dbt's source table, so that the lineage joins."""
    return dg.AssetKey([source, table])


def first_key(source: Source) -> dg.AssetKey:
    """The asset that carries what is said about the source as a whole."""
    return asset_key(source.name, source.tables[0].name)


def landing_assets(source: Source) -> dg.AssetsDefinition:
    """The assets of one source, one per landed table; a failed gate keeps the last promoted file."""

    @dg.multi_asset(
        name=f"load_{source.name}",
        specs=[
            dg.AssetSpec(
                asset_key(source.name, table.name),
                group_name=source.name,
                description=table.description or None,
                kinds={"dlt", "duckdb"},
            )
            for table in source.tables
        ],
        check_specs=[
            dg.AssetCheckSpec(GATE, asset=first_key(source), description=f"What {source.title} sent is plausible.")
        ],
    )
    def load(
        context: dg.AssetExecutionContext, run_settings: RunSettings
    ) -> Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]:
        record, gate = land(Run.of(context.run_id, run_settings), source)
        if record.error:
            context.log.error(record.error)
        yield from _events(source, record, gate)

    return load


def _events(
    source: Source, record: LoadRecord, gate: GateRecord | None
) -> Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]:
    is_red = record.status in RED
    for table in source.tables:
        yield dg.MaterializeResult(
            asset_key=asset_key(source.name, table.name),
            metadata={
                "status": record.status,
                "promoted": record.status == "loaded",
                "dagster/row_count": record.rows.get(table.name, 0),
                "window": f"{record.date_from} to {record.date_to}" if record.date_from else "none",
            },
        )
    yield dg.AssetCheckResult(
        asset_key=first_key(source),
        check_name=GATE,
        passed=not is_red,
        severity=dg.AssetCheckSeverity.ERROR,
        description=record.error or record.status.replace("_", " "),
        metadata={
            "status": record.status,
            "notes": list(record.notes),
            "checks": len(gate.checks) if gate else 0,
            "failed": [f"{check.table}: {check.name}: {check.message}" for check in gate.failed] if gate else [],
        },
    )
