"""Five days of one company's life, each step taken when a test first asks for what came of it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import pandas as pd

from tests.everything.commands import Ran
from tests.everything.company import Company
from tests.everything.published import table
from tests.oracle import kpi_values, published

# A month and a quarter end on the day after FIRST. Summer time began two days before it in both account zones of
# Europe, three weeks before in America.
FIRST = datetime(2026, 3, 31, 5, 30, tzinfo=UTC)
NEXT = datetime(2026, 4, 1, 5, 30, tzinfo=UTC)
MONTHS, SEED = 5, 7
# The days that a load of FIRST and of NEXT reach.
LAST_DAY, NEXT_DAY = "2026-03-30", "2026-03-31"


@dataclass(frozen=True)
class Step:
    """A refresh, and a copy of what was published after it."""

    ran: Ran
    marts: Path

    def table(self, name: str) -> pd.DataFrame:
        return table(self.marts, name)


class Story:
    """The steps in their order; each makes those before it happen."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.ran: list[Ran] = []

    def run(self, *arguments: str) -> Ran:
        """A command whose output is kept."""
        ran = self.company.run(*arguments)
        self.ran.append(ran)
        return ran

    def _refresh(self, name: str, as_of: datetime, cadence: str = "full") -> Step:
        ran = self.company.refresh(as_of, cadence)
        self.ran.append(ran)
        print(f"{name}: {ran.seconds:.1f} s\n{ran.err}")
        return Step(ran, self.company.keep_marts(name))

    @cached_property
    def first(self) -> Step:
        """Everything from the first day on."""
        return self._refresh("first", FIRST)

    @cached_property
    def again(self) -> Step:
        """The same once more; nothing has happened meanwhile."""
        assert self.first
        return self._refresh("again", FIRST)

    @cached_property
    def disturbed(self) -> Step:
        """The daily refresh a day later: Mailchimp is down, HubSpot knows the token no more, Typeform's quota is gone.

        Meta mislays the organic days of half a week."""
        assert self.again
        faults = self.company.server.faults
        for source, kind in {
            "mailchimp": "down",
            "hubspot": "bad_credentials",
            "typeform": "throttle_retry_after",
        }.items():
            faults.add(source, kind, times=1000)
        for day in ("2026-03-28", "2026-03-29", "2026-03-30", "2026-03-31"):
            faults.add("meta_organic", "vanished_day", day=day)
        try:
            return self._refresh("disturbed", NEXT, "daily")
        finally:
            faults.clear()

    @cached_property
    def board(self) -> Ran:
        """The board after the disturbed day, as data; nothing is refreshed between."""
        assert self.disturbed
        return self.run("board", "--json")

    @cached_property
    def mended(self) -> Step:
        """Everything of the same day, with all vendors well."""
        assert self.board
        return self._refresh("mended", NEXT)

    @cached_property
    def truth_first(self) -> pd.DataFrame:
        """The oracle's `kpi_values` as of FIRST."""
        return kpi_values(self.company.world, FIRST)

    @cached_property
    def truth_next(self) -> dict[str, pd.DataFrame]:
        """The oracle's tables as of NEXT."""
        return published(self.company.world, NEXT)
