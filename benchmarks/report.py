"""Figures beside their targets, as tables for people and as JSON for machines."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import machine
from benchmarks.part import Part


@dataclass(frozen=True)
class Figure:
    """A measured number; `target` with `is_least` true is a floor, else a ceiling. None: told, not judged."""

    section: str
    name: str
    value: float
    unit: str  # x (a ratio), s, GiB, or something a second
    target: float | None = None
    is_least: bool = False

    @property
    def is_met(self) -> bool | None:
        if self.target is None:
            return None
        return self.value >= self.target if self.is_least else self.value <= self.target


@dataclass
class Report:
    """What has been measured so far."""

    console: Console
    settings: dict[str, Any]
    parts: list[Part] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    machine: dict[str, Any] = field(default_factory=machine.describe)

    def measured(self, part: Part) -> Part:
        """Keeps a part and shows it on a line."""
        self.parts.append(part)
        rows = part.counts.get("rows") or part.counts.get("orders")
        rate = f"{rows:>11,} rows {rows / part.seconds:>11,.0f}/s" if rows else ""
        words = f"  {part.name:<44} {part.seconds:7.2f} s {part.peak_bytes / 2**30:6.2f} GiB {rate}"
        self.console.print(words, highlight=False, soft_wrap=True)
        return part

    def add(self, *figures: Figure) -> None:
        self.figures.extend(figures)

    def show(self) -> None:
        """The table of figures, targets beside them."""
        view = Table("section", "figure", "measured", "target", "", title="Benchmarks")
        for figure in self.figures:
            sign = "≥" if figure.is_least else "≤"
            target = "" if figure.target is None else f"{sign} {_number(figure.target, figure.unit)}"
            verdict = {True: "[green]met[/green]", False: "[red]missed[/red]", None: ""}[figure.is_met]
            view.add_row(figure.section, figure.name, _number(figure.value, figure.unit), target, verdict)
        self.console.print(view)
        told, load = self.machine, median(part.load_average for part in self.parts) if self.parts else 0.0
        self.console.print(
            f"{told['processor']}, {told['cores']} cores, {told['memory_bytes'] / 2**30:.0f} GiB; Python "
            f"{told['python']}, DuckDB {told['versions']['duckdb']}, dlt {told['versions']['dlt']}, dbt "
            f"{told['versions']['dbt-core']}; load average while measuring {load:.1f}",
            style="dim",
        )

    def write(self, path: Path) -> None:
        """All of it as JSON."""
        content = {
            "machine": self.machine,
            "settings": self.settings,
            "figures": [{**asdict(figure), "is_met": figure.is_met} for figure in self.figures],
            "parts": [asdict(part) for part in self.parts],
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, indent=1), "utf-8")


def fastest(parts: Sequence[Part]) -> Part:
    """The least disturbed of the repetitions: other work on the machine only ever adds."""
    return min(parts, key=lambda part: part.seconds)


def _number(value: float, unit: str) -> str:
    if unit.endswith("/s"):
        return f"{value:,.0f} {unit}"
    return f"{value:.2f} {unit}" if unit in ("x", "GiB") else f"{value:.1f} {unit}"
