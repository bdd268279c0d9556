"""Charts as Superset imports them, each with the query that it asks."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from orchestration.superset.stages import FUNNEL, STAGES, Stage

Filter = tuple[str, str, Any]
# The month that has ended last, of the whole company.
LATEST: tuple[Filter, ...] = (("is_latest", "==", 1),)


@dataclass(frozen=True)
class Chart:
    """`dataset`: a dataset's name. `columns` and `metrics` of it; `metrics` empty: rows as they are."""

    name: str
    dataset: str
    kind: str
    columns: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    time: tuple[str, str] | None = None  # the column of the axis and its grain
    order: tuple[str, bool] | None = None  # by what, and whether the least comes first
    width: int = 4

    def params(self) -> dict[str, Any]:
        """What Superset's editor shows."""
        shared: dict[str, Any] = {
            "viz_type": self.kind,
            "adhoc_filters": [
                {
                    "clause": "WHERE",
                    "expressionType": "SIMPLE",
                    "subject": column,
                    "operator": sign,
                    "comparator": value,
                }
                for column, sign, value in self.filters
            ],
            "row_limit": 1000,
        }
        axis = {"x_axis": self.time[0], "time_grain_sqla": self.time[1]} if self.time else {}
        if self.kind == "big_number":
            return {**shared, **axis, "metric": self.metrics[0], "y_axis_format": "SMART_NUMBER"}
        if self.kind == "table":
            how = {"query_mode": "aggregate", "groupby": list(self.columns), "metrics": list(self.metrics)}
            rows = {"query_mode": "raw", "all_columns": list(self.columns)}
            return {**shared, **(how if self.metrics else rows)}
        return {**shared, **axis, "metrics": list(self.metrics), "groupby": list(self.columns)}

    def query_context(self) -> dict[str, Any]:
        """The query, with which the chart's data can be asked without opening it."""
        columns: list[Any] = list(self.columns)
        if self.time:
            axis = {"sqlExpression": self.time[0], "label": self.time[0], "expressionType": "SQL"}
            columns = [{**axis, "columnType": "BASE_AXIS", "timeGrain": self.time[1]}, *columns]
        query: dict[str, Any] = {
            "columns": columns,
            "filters": [{"col": column, "op": sign, "val": value} for column, sign, value in self.filters],
            "orderby": [[self.order[0], self.order[1]]] if self.order else [],
            "row_limit": 1000,
            "extras": {"time_grain_sqla": self.time[1]} if self.time else {},
        }
        if self.metrics:
            query["metrics"] = list(self.metrics)
        return {
            "datasource": {"id": 0, "type": "table"},  # the import puts the dataset's in
            "force": False,
            "queries": [query],
            "form_data": self.params(),
            "result_format": "json",
            "result_type": "full",
        }

    def as_yaml(self, uuid: str, dataset_uuid: str) -> dict[str, Any]:
        return {
            "slice_name": self.name,
            "viz_type": self.kind,
            "params": self.params(),
            "query_context": json.dumps(self.query_context()),
            "uuid": uuid,
            "version": "1.0.0",
            "dataset_uuid": dataset_uuid,
        }


def charts(labels: dict[str, str]) -> dict[str, list[Chart]]:
    """By stage; `labels` are those of the catalogue, of the KPIs by their ids."""
    found = {name: _of_stage(name, stage, labels) for name, stage in STAGES.items()}
    steps = (*LATEST, ("kpi_id", "IN", list(FUNNEL)))
    columns = ("label", "numerator", "denominator", "value")
    found["conversion"].append(
        Chart(
            "Conversion: from visit to sale", "kpi_months", "table", columns, (), steps, None, ("numerator", False), 6
        )
    )
    return found


def _of_stage(name: str, stage: Stage, labels: dict[str, str]) -> list[Chart]:
    title = name.capitalize()
    return [
        *(
            Chart(
                f"{title}: {labels[kpi_id]}",
                "kpi_months",
                "big_number",
                metrics=("value_of_month",),
                filters=(("kpi_id", "==", kpi_id),),
                time=("period_start", "P1M"),
                order=("period_start", True),
            )
            for kpi_id in stage.headlines
        ),
        Chart(
            f"{title}: last month against targets",
            "kpi_months",
            "table",
            columns=("label", "value", "unit", "target_value", "status", "previous_value", "previous_year_value"),
            filters=(*LATEST, ("stage", "==", name)),
            order=("label", True),
            width=12,
        ),
        Chart(
            f"{title}: {stage.trend.replace('_', ' ')}",
            stage.table,
            "echarts_timeseries_line",
            metrics=(f"sum_{stage.trend}",),
            time=(stage.day, stage.grain),
            order=(stage.day, True),
            width=6,
        ),
        Chart(
            f"{title}: by channel",
            stage.table,
            "table",
            columns=("channel",),
            metrics=(*(f"sum_{measure}" for measure in stage.split), *stage.ratios),
            order=("channel", True),
            width=6,
        ),
    ]


def uuid_of(kind: str, name: str) -> str:
    """By which an import knows a thing again."""
    return str(uuid5(NAMESPACE_URL, f"nyckeltal/superset/{kind}/{name}"))
