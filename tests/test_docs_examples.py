"""The examples of the documentation run as they stand."""

import re
from pathlib import Path

from connectors.common.privacy import Hasher
from connectors.config import read_config
from connectors.files import preview

DOCS = Path(__file__).parents[1] / "docs"
BLOCK = re.compile(r"^```(?:csv|yaml) (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: str) -> list[tuple[str, str]]:
    """Label and text of each example."""
    return BLOCK.findall((DOCS / page).read_text("utf-8"))


def written(found: list[tuple[str, str]], folder: Path) -> Path:
    """The examples as files of a folder."""
    for name, text in found:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def test_mapping_files(tmp_path: Path) -> None:
    found = blocks("mapping_files.md")
    written([(name, text) for name, text in found if name != "mapping"], tmp_path)
    mappings = [text for name, text in found if name == "mapping"]
    assert len(mappings) == 5
    counts: dict[str, int] = {}
    for text in mappings:
        mapping = tmp_path / "mapping.yml"
        mapping.write_text(text, "utf-8")
        shaped = preview(tmp_path / "inputs", mapping, Hasher(b"docs"))
        assert shaped.bad == []
        for entity, tables in shaped.tables.items():
            counts[entity] = counts.get(entity, 0) + sum(table.num_rows for table in tables)
    assert counts == {
        "ad_performance_daily": 2,
        "orders": 4,
        "customers": 3,
        "measure_periods": 3,
        "survey_answers": 2,
    }


def test_configuration(tmp_path: Path) -> None:
    landed = read_config(written(blocks("configuration.md"), tmp_path))
    assert {name: table.num_rows for name, table in landed.items()} == {
        "company": 1,
        "key_actions": 3,
        "platform_actions": 2,
        "channel_overrides": 5,
        "vat_rates": 2,
        "settle_days": 1,
        "goals": 1,
        "holidays": 4,
        "costs": 3,
        "fx_rates": 2,
        "manual_kpis": 3,
    }
