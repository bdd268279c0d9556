"""The dashboard: a heading per stage, its charts side by side below."""

from collections.abc import Iterator
from typing import Any

from orchestration.superset.charts import Chart, uuid_of

TITLE = "Nyckeltal"
ROW_WIDTH = 12


def dashboard(by_stage: dict[str, list[Chart]]) -> dict[str, Any]:
    place: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "GRID_ID": {"type": "GRID", "id": "GRID_ID", "children": [], "parents": ["ROOT_ID"]},
        "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": TITLE}},
    }
    number = 0
    for stage, found in by_stage.items():
        head = f"HEADER-{stage}"
        place[head] = _placed(head, "HEADER", {"text": stage.capitalize(), "background": "BACKGROUND_TRANSPARENT"})
        place["GRID_ID"]["children"].append(head)
        for row_number, row in enumerate(_rows(found)):
            key = f"ROW-{stage}-{row_number}"
            place[key] = _placed(key, "ROW", {"background": "BACKGROUND_TRANSPARENT"})
            place["GRID_ID"]["children"].append(key)
            for chart in row:
                number += 1
                child = f"CHART-{number}"
                meta = {"uuid": uuid_of("chart", chart.name), "chartId": number, "width": chart.width, "height": 50}
                place[child] = {**_placed(child, "CHART", meta), "parents": ["ROOT_ID", "GRID_ID", key]}
                place[key]["children"].append(child)
    return {
        "dashboard_title": TITLE,
        "description": "The funnel, stage by stage. Written by `nyckeltal bi superset`.",
        "slug": None,
        "position": place,
        "metadata": {},
        "uuid": uuid_of("dashboard", TITLE),
        "version": "1.0.0",
    }


def _placed(key: str, kind: str, meta: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "id": key, "children": [], "parents": ["ROOT_ID", "GRID_ID"], "meta": meta}


def _rows(found: list[Chart]) -> Iterator[list[Chart]]:
    """Charts side by side as far as they fit."""
    row: list[Chart] = []
    for chart in found:
        if sum(other.width for other in row) + chart.width > ROW_WIDTH:
            yield row
            row = []
        row.append(chart)
    yield row
