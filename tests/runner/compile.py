"""Compiles the dbt project once per content of its files, with a stand-in for the as-of instant."""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import duckdb
import yaml

ROOT = Path(__file__).resolve().parents[2]
DBT_PROJECT = ROOT / "dbt_project"
# Stands in the compiled SQL where the as-of instant belongs; no real run is as of then.
AS_OF_SENTINEL = "2001-02-03T04:05:06Z"
IGNORED_FOLDERS = {"target", "logs", "dbt_packages"}


@dataclass(frozen=True)
class Project:
    """dbt's manifest of a compile, and the folder it was compiled from."""

    folder: Path
    manifest: dict[str, Any]

    @cached_property
    def nodes(self) -> dict[str, dict[str, Any]]:
        """Models and seeds by unique id, each after everything it reads."""
        wanted = {
            key: node for key, node in self.manifest["nodes"].items() if node["resource_type"] in ("model", "seed")
        }
        ordered: dict[str, dict[str, Any]] = {}

        def visit(key: str) -> None:
            if key in wanted and key not in ordered:
                for parent in wanted[key].get("depends_on", {}).get("nodes", []):
                    visit(parent)
                ordered[key] = wanted[key]

        for key in sorted(wanted):
            visit(key)
        return ordered

    def with_ancestors(self, names: Sequence[str]) -> set[str]:
        """Unique ids of the named models and of all they read; ValueError for an unknown name."""
        by_name = {node["name"]: key for key, node in self.nodes.items()}
        unknown = set(names) - set(by_name)
        if unknown:
            raise ValueError(f"no such models: {sorted(unknown)}")
        found: set[str] = set()
        waiting = [by_name[name] for name in names]
        while waiting:
            key = waiting.pop()
            if key in self.nodes and key not in found:
                found.add(key)
                waiting += self.nodes[key].get("depends_on", {}).get("nodes", [])
        return found


@cache
def compiled(folder: Path = DBT_PROJECT, databases: tuple[str, ...] = (), standing: str | None = None) -> Project:
    """The compiled project; the work of about 8 s is kept under the system's temporary folder by content.

    `databases`: names of the attached databases that sources live in. `standing`: `<schema>.<model>` that an earlier
    build has left, so that a kept table reads itself. RuntimeError with dbt's own words if it fails.
    """
    kept = Path(tempfile.gettempdir()) / "nyckeltal-compiled" / _fingerprint(folder, databases, standing)
    manifest = kept / "manifest.json"
    if not manifest.exists():
        kept.mkdir(parents=True, exist_ok=True)
        _compile(folder, databases, standing, kept)
    return Project(folder, json.loads(manifest.read_text("utf-8")))


def _fingerprint(folder: Path, databases: tuple[str, ...], standing: str | None) -> str:
    digest = hashlib.blake2b(repr((databases, standing)).encode(), digest_size=16)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not IGNORED_FOLDERS & set(path.relative_to(folder).parts):
            digest.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return digest.hexdigest()


def _compile(folder: Path, databases: tuple[str, ...], standing: str | None, kept: Path) -> None:
    """dbt compile in a process of its own (its connections would stay open in ours) against empty databases."""
    with tempfile.TemporaryDirectory(dir=kept) as scratch:
        work = Path(scratch)
        # The file's name is the database's, and the SQL is to run in memory.
        path = work / "memory.duckdb"
        with duckdb.connect(str(path)) as connection:
            if standing:
                connection.execute(
                    f"create schema {standing.partition('.')[0]}; create table {standing} (nothing integer)"
                )
        name = yaml.safe_load((folder / "dbt_project.yml").read_text("utf-8"))["profile"]
        target = {
            "type": "duckdb",
            "path": str(path),
            "threads": 1,
            "attach": [{"path": ":memory:", "alias": database} for database in databases],
        }
        profiles = {name: {"target": "runner", "outputs": {"runner": target}}}
        (work / "profiles.yml").write_text(yaml.safe_dump(profiles), "utf-8")
        paths = {"--project-dir": folder, "--profiles-dir": work, "--target-path": work / "target"}
        command = [
            sys.executable,
            "-c",
            "from dbt.cli.main import cli; cli()",
            "--quiet",
            "compile",
            "--log-path",
            str(work / "logs"),
        ]
        command += [part for option, path in paths.items() for part in (option, str(path))]
        command += ["--vars", json.dumps({"as_of": AS_OF_SENTINEL}), "--select", "resource_type:model"]
        # dbt's own settings of the caller would lead it elsewhere.
        plain = {key: value for key, value in os.environ.items() if not key.startswith("DBT_")}
        result = subprocess.run(
            command,
            cwd=folder,
            env=plain | {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode:
            raise RuntimeError(f"dbt compile failed ({result.returncode}):\n{result.stdout}\n{result.stderr}")
        (work / "target" / "manifest.json").replace(kept / "manifest.json")
