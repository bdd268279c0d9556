"""The published rows that a page is compared with, read once: SQL on the marts, sharing nothing with the pages."""

from dataclasses import dataclass
from typing import Any

from orchestration.home import Home
from tests.dashboards.seen import query

GRAINS = {"executive": "month", "manager": "week", "specialist": "day"}
EXPLAINING = {"executive": "month", "manager": "week", "specialist": "week"}
PERIODS = {"month": 36, "week": 156, "day": 120}
CHOICES = {"month": 24, "week": 26, "day": 31}
SEGMENT = """case segment_set when 'total' then '' when 'channel' then channel when 'country' then country
    when 'device' then device else platform end"""
Row = dict[str, Any]


@dataclass(frozen=True)
class Rows:
    """`values`: (grain, period, set, segment, KPI) → row; `changes`: (period, KPI, set, segment) → row."""

    persona: str
    board: list[str]
    catalog: dict[str, Row]
    values: dict[tuple[str, str, str, str, str], Row]
    changes: dict[tuple[str, str, str, str], Row]
    goals: dict[str, Row]
    actions: list[Row]
    priorities: dict[str, int]

    @property
    def grain(self) -> str:
        return GRAINS[self.persona]

    def value(self, grain: str, start: str, view: str, kpi_id: str) -> Row | None:
        segment_set, _, segment = view.partition("|")
        return self.values.get((grain, start, segment_set, segment, kpi_id))

    def series(self, view: str, kpi_id: str) -> dict[str, Row]:
        """Period → row, over the page's axis."""
        segment_set, _, segment = view.partition("|")
        return {
            key[1]: row
            for key, row in self.values.items()
            if key[0] == self.grain and key[2:] == (segment_set, segment, kpi_id)
        }

    def views(self) -> list[str]:
        """`total|`, then each segment of a KPI of the board that has a value, the unknown last."""
        found = {
            key[2:4]
            for key, row in self.values.items()
            if key[0] == self.grain
            and key[4] in self.board
            and key[2] in ("channel", "country", "device")
            and row["value"] is not None
        }
        order = ("channel", "country", "device")
        return [
            "total|",
            *(
                "|".join(pair)
                for pair in sorted(found, key=lambda pair: (order.index(pair[0]), pair[1] == "unknown", pair[1]))
            ),
        ]


def read_rows(home: Home, persona: str) -> Rows:
    board = [
        row["kpi_id"]
        for row in query(home, "select kpi_id from kpi_boards where persona = ? order by position", [persona])
    ]
    grains = {GRAINS[persona], EXPLAINING[persona]}
    values: dict[tuple[str, str, str, str, str], Row] = {}
    for grain in grains:
        starts = query(
            home,
            "select period_start from kpi_values where period_grain = ? and not is_open_period "
            f"group by 1 order by 1 desc limit {PERIODS[grain]}",
            [grain],
        )
        rows = query(
            home,
            f"select *, {SEGMENT} as segment from kpi_values where period_grain = ? and period_start >= ? "
            "and segment_set in ('total', 'platform', 'channel', 'country', 'device') "
            "and (kpi_id, kpi_version) in (select (kpi_id, max(kpi_version)) from kpi_values group by kpi_id)",
            [grain, starts[-1]["period_start"]],
        )
        values |= {
            (grain, str(row["period_start"]), row["segment_set"], row["segment"], row["kpi_id"]): row for row in rows
        }
    changes = query(
        home,
        f"select *, case segment_set when 'campaign' then campaign when 'source_medium' then source_medium "
        f"when 'landing_page' then landing_page when 'customer_type' then customer_type else {SEGMENT} end as segment "
        "from kpi_changes where comparison = 'previous' and period_grain = ? "
        "and (kpi_id, kpi_version) in (select (kpi_id, max(kpi_version)) from kpi_catalog group by kpi_id)",
        [EXPLAINING[persona]],
    )
    scope = query(home, "select distinct goal_scope from kpi_boards where persona = ?", [persona])[0]["goal_scope"]
    goals = [
        row
        for row in query(home, "select * from kpi_goals where is_active")
        if scope == "all" or row["kpi_id"] in board
    ]
    named = {*board, *(goal["kpi_id"] for goal in goals)}
    actions = [
        row
        for row in query(home, "select * from kpi_actions")
        if row["owner_role"] == persona or row["kpi_id"] in named
    ]
    acted_on = {row["kpi_id"] for row in actions if row["status"] == "open"}
    goals += [
        row
        for row in query(home, "select * from kpi_goals where is_active")
        if row["kpi_id"] in acted_on and row["goal_id"] not in {goal["goal_id"] for goal in goals}
    ]
    return Rows(
        persona,
        board,
        {row["kpi_id"]: row for row in query(home, "select * from kpi_catalog")},
        values,
        {(str(row["period_start"]), row["kpi_id"], row["segment_set"], row["segment"]): row for row in changes},
        {row["goal_id"]: row for row in goals},
        actions,
        {row["action_id"]: row["priority"] for row in query(home, "select * from kpi_actions") if row["priority"]},
    )
