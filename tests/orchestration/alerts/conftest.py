"""A company with alerts: records of runs, marts written by hand, a mail server and a webhook."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.config import read_company
from connectors.config.alerts import read_alerts
from orchestration.alerts.deliver import Message, deliver
from orchestration.home import Home
from orchestration.records import Check, GateRecord, LoadRecord, Outcome, Records, write_json
from tests.orchestration.alerts.sinks import HttpSink, SmtpSink, serving
from tests.orchestration.test_goals_cli import COMPANY, GOAL, KPI, VALUE, publish

NOON = datetime(2026, 3, 18, 11, 0, tzinfo=UTC)  # 12:00 in Stockholm
OFF_TRACK = {**GOAL, "status": "off_track", "current_until": date(2026, 3, 17), "status_reason": "worse than the line"}
UNUSUAL = {
    **{**VALUE, "kpi_id": "web_sessions", "is_anomaly": True, "anomaly_reason": "40 instead of the expected 90"},
    "recommended_action": "Hold decisions on this KPI.",
}
ACTION = {**{name: UNUSUAL[name] for name in UNUSUAL if name not in ("value",)}, "proposed_on": date(2026, 3, 16)}
TABLES: dict[str, list[dict[str, Any]]] = {
    "kpi_goals": [OFF_TRACK],
    "kpi_boards": [
        {"persona": "manager", "position": 1, "kpi_id": "orders", "period_grain": "week"},
        {"persona": "executive", "position": 1, "kpi_id": "web_sessions", "period_grain": "week"},
    ],
    "kpi_values": [UNUSUAL],
    "kpi_actions": [ACTION],
    "kpi_catalog": [
        {**KPI, "direction": "higher_better"},
        {**KPI, "direction": "higher_better", "kpi_id": "web_sessions", "label": "Sessions"},
    ],
    "publish_info": [{"run_id": "r1", "as_of": datetime(2026, 3, 18), "data_until": date(2026, 3, 17)}],
}


@dataclass
class Alerted:
    """What happens is written by the methods; `tell` delivers as the sensor does."""

    home: Home
    config: Path
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {name: [*TABLES[name]] for name in TABLES})

    def settle(self, text: str) -> None:
        (self.config / "alerts.yml").write_text(text, "utf-8")

    def publish(self) -> None:
        publish(self.home.root, self.tables)

    def ran(self, run_id: str, *reasons: str, started: str = "2026-03-18T05:30:00+00:00") -> Records:
        records = Records(self.home.runs, run_id)
        write_json(records.folder / "run.json", {"run_id": run_id, "as_of": started, "started_at": started})
        records.write_outcome(Outcome("failed" if reasons else "success", reasons))
        return records

    def load(self, records: Records, source: str, status: str, error: str | None = None) -> None:
        records.write_load(LoadRecord(source, status, "2026-03-18T05:30:00+00:00", error=error))

    def gate(self, records: Records, name: str, is_passed: bool = False) -> None:
        records.write_gate(GateRecord(name, (Check("grain_is", "kpi_values", is_passed, message="2 rows"),)))

    def tell(self, now: datetime = NOON, is_dry: bool = False) -> list[Message]:
        return deliver(self.home, read_company(self.config), read_alerts(self.config), now, is_dry)


@pytest.fixture
def alerted(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Alerted:
    """Nothing has run yet; one target `team`, without an address until `webhook` or `mailbox` sets it."""
    config = tmp_path / "config"
    config.mkdir()
    (config / "company.yml").write_text(COMPANY, "utf-8")
    monkeypatch.setenv("NYCKELTAL_CONFIG", str(config))
    monkeypatch.setenv("NYCKELTAL_AS_OF", NOON.isoformat())
    monkeypatch.chdir(tmp_path)
    company = Alerted(Home(home), config)
    company.settle("targets: {team: {}}\n")
    return company


@pytest.fixture
def webhook(monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpSink]:
    with serving(HttpSink()) as sink:
        monkeypatch.setenv("ALERTS__TEAM__URL", f"json://{sink.url.removeprefix('http://')}/hook-4f1c")
        yield sink


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[SmtpSink]:
    with serving(SmtpSink()) as sink:
        monkeypatch.setenv("ALERTS__TEAM__URL", sink.url)
        yield sink
