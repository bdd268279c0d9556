"""The personas' reports as an asset after the pages: mailed at the cadence of their boards."""

from typing import Any

import dagster as dg

from connectors.config.alerts import read_alerts
from orchestration.alerts.reports import send_reports
from orchestration.home import config_folder
from orchestration.loading.load import step
from orchestration.run import Run, RunSettings
from orchestration.schedules import CADENCES, job_name


def reports_asset(pages: dg.AssetKey) -> dg.AssetsDefinition:
    """`serving/reports`: mails what `reports` of alerts.yml asks for. Green also when a mail server refuses."""

    @dg.asset(
        key=["serving", "reports"],
        group_name="serving",
        description="Mails each persona its page and five sentences, once a period of its board.",
        deps=[pages],
    )
    def reports(context: dg.AssetExecutionContext, run_settings: RunSettings) -> dg.MaterializeResult[Any]:
        run = Run.of(context.run_id, run_settings)
        try:
            told = send_reports(run.home, read_alerts(config_folder()), cadences_of(context.run.job_name), run.as_of)
        except (ValueError, OSError) as error:  # a ConfigError is a ValueError
            step("Reports", f"none was sent: {error}", "bad")
            return dg.MaterializeResult(metadata={"error": str(error)})
        for one in told:
            name = f"{one.persona} to {one.target}"
            step("Reports", f"{name}: {one.error or 'sent'}", "bad" if one.error else "good")
        return dg.MaterializeResult(metadata={f"{one.persona}/{one.target}": one.error or "sent" for one in told})

    return reports


def cadences_of(job: str) -> tuple[str, ...]:
    """Whose turn it is after a job; a backfill is nobody's."""
    names = {job_name(cadence): (cadence,) for cadence in CADENCES}
    everybody = tuple(cadence for cadence in CADENCES if cadence != "full")
    return (names | {job_name("full"): everybody}).get(job, ())
