"""`python -m orchestration.dev` in a process of its own, asked over HTTP what Dagster's UI asks it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import requests

ROOT = Path(__file__).resolve().parents[2]
T = TypeVar("T")
ENDED = ("SUCCESS", "FAILURE", "CANCELED")

LOCATIONS = """{ workspaceOrError { ... on Workspace { locationEntries {
  loadStatus locationOrLoadError { __typename ... on PythonError { message }
    ... on RepositoryLocation { name repositories { name } } } } } } }"""
DAEMONS = "{ instance { daemonHealth { allDaemonStatuses { daemonType required healthy } } } }"
ASSETS = "query($group: AssetGroupSelector!) { assetNodes(group: $group) { assetKey { path } } }"
LAUNCH = """mutation($params: ExecutionParams!) { launchRun(executionParams: $params) { __typename
  ... on LaunchRunSuccess { run { runId } } ... on PythonError { message }
  ... on RunConfigValidationInvalid { errors { message } } } }"""
RUN = "query($id: ID!) { runOrError(runId: $id) { ... on Run { runId status jobName tags { key value } } } }"
RUNS = "query($filter: RunsFilter!) { runsOrError(filter: $filter) { ... on Runs { results { runId status } } } }"
FAILED_STEPS = """query($id: ID!) { logsForRun(runId: $id) { ... on EventConnection { events {
  ... on ExecutionStepFailureEvent { stepKey error { message } failureMetadata { description } } } } } }"""
CHECK = """query($key: AssetKeyInput!) { assetNodeOrError(assetKey: $key) { ... on AssetNode {
  assetChecksOrError { ... on AssetChecks { checks { name executionForLatestMaterialization { status runId
    evaluation { success severity description } } } } } } } }"""
START_SCHEDULE = """mutation($schedule: ScheduleSelector!) { startSchedule(scheduleSelector: $schedule) {
  ... on ScheduleStateResult { scheduleState { status } } ... on PythonError { message } } }"""
DRY_RUN = """mutation($schedule: ScheduleSelector!, $timestamp: Float) {
  scheduleDryRun(selectorData: $schedule, timestamp: $timestamp) { ... on DryRunInstigationTick {
    evaluationResult { runRequests { jobName runConfigYaml } error { message } } } ... on PythonError { message } } }"""
TICKS = """query($schedule: ScheduleSelector!) { scheduleOrError(scheduleSelector: $schedule) { ... on Schedule {
  scheduleState { status ticks { status timestamp runIds error { message } } } } } }"""


@dataclass
class Served:
    """A webserver with its daemon. Every wait ends at a deadline with what was last seen and the end of the log."""

    url: str
    log: Path
    process: "subprocess.Popen[bytes]"
    repository: str = ""
    location: str = ""

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        answer = requests.post(f"{self.url}/graphql", json={"query": query, "variables": variables}, timeout=30)
        body = answer.json()
        assert "errors" not in body, body["errors"]
        return dict(body["data"])

    def wait(self, what: str, seconds: float, until: Callable[[], T | None]) -> T:
        """What `until` gives as soon as it gives something."""
        deadline = time.monotonic() + seconds
        while (found := until()) is None:
            assert self.process.poll() is None, f"dagster dev ended while waiting for {what}:\n{self.tail()}"
            assert time.monotonic() < deadline, f"{what}: not within {seconds:.0f} s:\n{self.tail()}"
            time.sleep(0.5)
        return found

    def tail(self) -> str:
        return self.log.read_text("utf-8", errors="replace")[-3000:]

    def open(self) -> None:
        """Waits for the webserver, the code location and the daemon."""

        def location() -> dict[str, Any] | None:
            try:
                entries = self.ask(LOCATIONS)["workspaceOrError"]["locationEntries"]
            except requests.ConnectionError:
                return None
            return entries[0]["locationOrLoadError"] if entries and entries[0]["loadStatus"] == "LOADED" else None

        loaded = self.wait("the code location", 180, location)
        assert loaded["__typename"] == "RepositoryLocation", loaded
        self.location, self.repository = loaded["name"], loaded["repositories"][0]["name"]
        self.wait("the daemon's heartbeats", 120, lambda: all(self.daemons().values()) or None)

    def daemons(self) -> dict[str, bool]:
        """Whether each daemon that this instance needs has a heartbeat."""
        found = self.ask(DAEMONS)["instance"]["daemonHealth"]["allDaemonStatuses"]
        return {daemon["daemonType"]: bool(daemon["healthy"]) for daemon in found if daemon["required"]}

    @property
    def _place(self) -> dict[str, str]:
        return {"repositoryName": self.repository, "repositoryLocationName": self.location}

    def group(self, name: str) -> list[list[str]]:
        """Asset keys of a group."""
        nodes = self.ask(ASSETS, group={"groupName": name, **self._place})["assetNodes"]
        return [node["assetKey"]["path"] for node in nodes]

    def materialize(self, keys: list[list[str]]) -> str:
        """The button “Materialize selected”; the run's id."""
        return self._launch("__ASSET_JOB", {}, assetSelection=[{"path": key} for key in keys])

    def launch(self, job: str, **settings: object) -> str:
        """The launchpad of a job, with run settings; the run's id."""
        return self._launch(job, {"resources": {"run_settings": {"config": settings}}})

    def _launch(self, job: str, config: dict[str, Any], **selector: Any) -> str:
        chosen = {**self._place, "jobName": job, **selector}
        launched = self.ask(LAUNCH, params={"selector": chosen, "runConfigData": config})["launchRun"]
        assert launched["__typename"] == "LaunchRunSuccess", launched
        return str(launched["run"]["runId"])

    def ended(self, run_id: str, seconds: float = 300) -> dict[str, Any]:
        """The run once it has ended: `status`, `jobName`, `tags`."""

        def run() -> dict[str, Any] | None:
            found = self.ask(RUN, id=run_id)["runOrError"]
            return found if found["status"] in ENDED else None

        found = self.wait(f"the end of run {run_id}", seconds, run)
        return {**found, "tags": {tag["key"]: tag["value"] for tag in found["tags"]}}

    def runs_of(self, job: str) -> list[str]:
        """Ids of all runs of a job."""
        return [run["runId"] for run in self.ask(RUNS, filter={"pipelineName": job})["runsOrError"]["results"]]

    def failure(self, run_id: str, step: str) -> str:
        """What a step of a run failed with."""
        events = self.ask(FAILED_STEPS, id=run_id)["logsForRun"]["events"]
        event = next(event for event in events if event.get("stepKey") == step)
        return str((event["failureMetadata"] or {}).get("description") or event["error"]["message"])

    def check(self, key: list[str]) -> dict[str, Any]:
        """The last result of an asset's only check: `status`, `runId`, `evaluation`."""
        (found,) = self.ask(CHECK, key={"path": key})["assetNodeOrError"]["assetChecksOrError"]["checks"]
        return dict(found["executionForLatestMaterialization"])

    def schedule(self, query: str, name: str, **variables: Any) -> dict[str, Any]:
        (found,) = self.ask(query, schedule={"scheduleName": name, **self._place}, **variables).values()
        return dict(found)


@contextmanager
def served(folder: Path, environment: Mapping[str, str], *arguments: str) -> Iterator[Served]:
    """Starts it in a folder on a free port; stops it by its process id and holds it to leaving no child behind."""
    port = free_port()
    log = folder / "dagster.log"
    command = [sys.executable, "-m", "orchestration.dev", "--port", str(port), *arguments]
    with log.open("ab") as file:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    dev = Served(f"http://127.0.0.1:{port}", log, process)
    try:
        dev.open()
        yield dev
    finally:
        left = stop(process)
    assert not left, f"dagster dev left processes behind:\n{dev.tail()}"


def stop(process: "subprocess.Popen[bytes]") -> bool:
    """Politely, then not; whether any process of its group had to be killed."""
    process.send_signal(signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(30)
    # The code server outlives it by seconds: it ends when nobody has asked it for a while.
    deadline = time.monotonic() + 90
    while is_left := has_members(process.pid):
        if time.monotonic() > deadline:
            os.killpg(process.pid, signal.SIGKILL)
            break
        time.sleep(0.1)
    process.wait(5)
    return is_left


def has_members(group: int) -> bool:
    """Whether any process of a group is alive."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])
