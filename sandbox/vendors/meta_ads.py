"""Meta's Marketing API over the truth: one ad account, insights asked for synchronously and as report runs."""

from collections import OrderedDict
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from sandbox.vendors.graph_api import GraphVendor, Params, RefusedError
from sandbox.vendors.meta_insights import Insights, months_before, question_of
from sandbox.world.model import World

ACCOUNT = "333333333"
HISTORY_MONTHS = 37
FIRST_RUN = 6_023_920_149_000
KEPT_REPORTS = 8  # rendered reports whose further pages are still to be asked for
_PAGING = ("limit", "after", "before")


class MetaAds(GraphVendor):
    """One ad account; a report run is done as soon as it is looked at."""

    name = "meta_ads"
    token = "EAAGsandboxads"  # noqa: S105 - opens nothing but the sandbox
    credentials: ClassVar[dict[str, str]] = {"account_ids": ACCOUNT, "access_token": token}

    def __init__(self, world: World, as_of: datetime, base_url: str) -> None:
        super().__init__(world, as_of, base_url)
        self._runs: list[Params] = []
        self._rendered: OrderedDict[tuple[tuple[str, str], ...], list[str]] = OrderedDict()

    @cached_property
    def _insights(self) -> Insights:
        return Insights(self._world, ACCOUNT, self._as_of, self.today, self._vanished)

    def _forget(self) -> None:
        self.__dict__.pop("_insights", None)
        self._rendered.clear()

    def _answer(self, method: str, path: str, params: Params, token: str) -> Any:
        if token != self.token:
            raise RefusedError(190, f"Malformed access token {token}")
        head, _, edge = path.partition("/")
        if head == f"act_{ACCOUNT}":
            if edge == "insights" and method == "POST":
                self._question(params)
                self._runs.append({name: value for name, value in params.items() if name not in _PAGING})
                return {"report_run_id": str(FIRST_RUN + len(self._runs) - 1)}
            return self._page(self._rows(params), path, params) if edge == "insights" else self._account()
        place = int(head) - FIRST_RUN if head.isdigit() else -1
        if not 0 <= place < len(self._runs):
            words = f"Unsupported get request. Object with ID '{head}' does not exist"
            raise RefusedError(100, words, 33)
        if edge == "insights":
            return self._page(self._rows(self._runs[place]), path, params)
        question = self._question(self._runs[place])
        return {
            "id": head,
            "account_id": ACCOUNT,
            "time_ref": int(self._as_of.timestamp()),
            "time_completed": int(self._as_of.timestamp()) + 1,
            "async_status": "Job Completed",
            "async_percent_completion": 100,
            "date_start": question.since.isoformat(),
            "date_stop": question.until.isoformat(),
        }

    def _account(self) -> dict[str, Any]:
        account = self._world.tables["accounts"].set_index("account_id").loc[ACCOUNT]
        return {
            "id": f"act_{ACCOUNT}",
            "account_id": ACCOUNT,
            "currency": str(account["currency"]),
            "timezone_name": str(account["time_zone"]),
        }

    def _question(self, params: Params) -> Any:
        try:
            question = question_of(params)
        except ValueError as error:
            raise RefusedError(100, str(error)) from None
        if question.since < months_before(self.today, HISTORY_MONTHS):
            raise RefusedError(100, "(#3018) The start date of the time range cannot be beyond 37 months", 3018)
        return question

    def _rows(self, params: Params) -> list[str]:
        asked = tuple(sorted((name, value) for name, value in params.items() if name not in _PAGING))
        if asked not in self._rendered:
            self._rendered[asked] = self._insights.rows(self._question(params))
            while len(self._rendered) > KEPT_REPORTS:
                self._rendered.popitem(last=False)
        return self._rendered[asked]


VENDOR = MetaAds
