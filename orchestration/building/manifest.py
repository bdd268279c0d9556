"""dbt's manifest: parsed once per content of the project, and what it says about models."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.home import ROOT

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

IGNORED = {"target", "logs", "dbt_packages", ".user.yml"}
CACHE = ROOT / ".cache" / "manifests"
# Folders with a group of their own. Measures read the first two: were they part of `kpi` and of the marts, groups would
# read each other, and the lineage would not go from left to right.
GROUPS: Mapping[tuple[str, ...], str] = {
    ("kpi", "catalogue"): "catalogue",
    ("marts", "core"): "facts",
    ("marts", "kpi"): "kpi_values",
}
CLASSES = ("operational", "tactical", "strategic")
Node = Mapping[str, Any]


class ProjectBrokenError(Exception):
    """dbt cannot parse its project; the text holds dbt's own words."""


@dataclass(frozen=True)
class Project:
    """A dbt project and its parsed manifest."""

    folder: Path
    fingerprint: str
    manifest_path: Path

    @classmethod
    def open(cls, folder: Path) -> "Project":
        """Parses the project unless this very content was parsed before (about 5 s); needs no environment."""
        fingerprint = content_fingerprint(folder)
        kept = CACHE / f"{fingerprint}.json"
        if not (kept.exists() and _parsed(kept).exists()):
            kept.parent.mkdir(parents=True, exist_ok=True)
            _parse(folder, kept)
        return cls(folder, fingerprint, kept)

    def parsed(self) -> "Manifest":
        """What dbt made of the project, for one run of dbt, which changes it.

        Left to itself dbt parses all of it again each day (5 s), because the as-of instant is another one.
        """
        from dbt.contracts.graph.manifest import Manifest
        from dbt.parser.manifest import extended_mashumuro_decoder

        # Typed for an encoder that gives text; dbt's own call is this one.
        return Manifest.from_msgpack(_parsed(self.manifest_path).read_bytes(), decoder=extended_mashumuro_decoder)  # type: ignore[arg-type]

    @cached_property
    def manifest(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.manifest_path.read_text("utf-8"))
        return found

    @property
    def models(self) -> list[Node]:
        return [node for node in self.manifest["nodes"].values() if node["resource_type"] == "model"]

    @cached_property
    def buildable(self) -> list[Node]:
        """Models and seeds that become relations, each after what it reads."""
        nodes = self.manifest["nodes"]
        ordered: dict[str, Node] = {}

        def visit(key: str) -> None:
            node = nodes.get(key)
            if key in ordered or node is None or node["resource_type"] not in ("model", "seed"):
                return
            for parent in node["depends_on"].get("nodes", ()):
                visit(parent)
            ordered[key] = node

        for key in sorted(nodes):
            visit(key)
        return [node for node in ordered.values() if node["config"]["materialized"] != "ephemeral"]

    @cached_property
    def lasting(self) -> dict[str, Node]:
        """Views and seeds by id: they hold no landed row, so they last as long as the project does."""
        kinds = ("view", "seed")
        return {node["unique_id"]: node for node in self.buildable if node["config"]["materialized"] in kinds}

    @property
    def tests(self) -> list[Node]:
        """Data tests."""
        return [node for node in self.manifest["nodes"].values() if node["resource_type"] == "test"]

    @property
    def published(self) -> list[Node]:
        """Models of the folder `marts`, by name."""
        return sorted((node for node in self.models if layer(node) == "marts"), key=lambda node: node["name"])

    def of_class(self, name: str) -> list[Node]:
        """Models that only one cadence refreshes: `kpi_values_<class>`."""
        return [node for node in self.models if model_class(node) == name]


def layer(node: Node) -> str:
    """The folder below `models` (or the kind, for a seed)."""
    folders = Path(node["path"]).parts[:-1]
    return folders[0] if folders else str(node["resource_type"])


def group_of(node: Node) -> str:
    """Dagster group: a staging model stands with its source, a mart with its stage, the rest with its layer."""
    if node["resource_type"] != "model":
        return "seeds"
    folders = Path(node["path"]).parts[:-1]
    if named := GROUPS.get(folders[:2]):
        return named
    return folders[1] if folders[0] in ("staging", "marts") and len(folders) > 1 else layer(node)


def model_class(node: Node) -> str | None:
    """operational, tactical or strategic, for a model that one cadence alone refreshes."""
    return next((name for name in CLASSES if str(node["name"]).endswith(f"kpi_values_{name}")), None)


def content_fingerprint(folder: Path) -> str:
    """Changes with any file of the project that matters."""
    digest = hashlib.blake2b(digest_size=12)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not IGNORED & set(path.relative_to(folder).parts):
            digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _parse(folder: Path, kept: Path) -> None:
    from dbt.cli.main import dbtRunner

    with tempfile.TemporaryDirectory(dir=kept.parent) as scratch:
        result = dbtRunner().invoke(
            [
                *(
                    "--quiet",
                    "parse",
                    "--no-partial-parse",
                    "--project-dir",
                    str(folder),
                    "--profiles-dir",
                    str(folder),
                ),
                *("--target-path", scratch, "--log-path", scratch),
            ]
        )
        if not result.success:
            raise ProjectBrokenError(f"the dbt project in {folder} does not parse: {result.exception}")
        # Another process may have done the same meanwhile: the content is equal, the last one stays.
        for name, to in (("partial_parse.msgpack", _parsed(kept)), ("manifest.json", kept)):
            shutil.copyfile(Path(scratch) / name, to.with_suffix(f".{os.getpid()}"))
            to.with_suffix(f".{os.getpid()}").replace(to)


def _parsed(manifest_path: Path) -> Path:
    """The manifest in dbt's own form, from which it goes on without parsing."""
    return manifest_path.with_suffix(".msgpack")
