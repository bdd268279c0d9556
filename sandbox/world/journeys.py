"""Looking back from an instant over a person's visits."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sandbox.world.clock import DAY, SECOND, Ints
from sandbox.world.traffic import NONE, Visits

LOOK_BACK = 30 * DAY  # the shop's own limit


@dataclass(frozen=True)
class Journeys:
    """Visits by person and time. Positions given out are those of the visits as they came.

    `key` is person and second in one number, so that a look-back is one search in a sorted array.
    """

    order: Ints
    key: Ints
    first_start: int
    span: int

    @staticmethod
    def over(visits: Visits) -> "Journeys":
        """Of visits that come by time."""
        first = int(visits.start.min()) if len(visits) else 0
        seconds = (visits.start - first) // SECOND
        span = int(seconds.max(initial=0)) + 2
        order = np.argsort(visits.person, kind="stable")
        return Journeys(order, visits.person[order].astype(np.int64) * span + seconds[order], first, span)

    def _position(self, person: Ints, instant: Ints, side: str) -> Ints:
        offset = np.clip((instant - self.first_start) // SECOND, -1, self.span - 1)
        return np.searchsorted(self.key, person.astype(np.int64) * self.span + offset, side=side)  # type: ignore[call-overload]

    def last(self, person: Ints, until: Ints) -> Ints:
        """Each person's last visit that began at `until` or before; NONE if there is none."""
        return self._guarded(self._position(person, until, "right") - 1, person)

    def first(self, person: Ints, since: Ints) -> Ints:
        """Each person's first visit that began at `since` or later; NONE if there is none."""
        return self._guarded(self._position(person, since, "left"), person)

    def last_of(self, chosen: npt.NDArray[np.bool_], person: Ints, until: Ints) -> Ints:
        """As `last`, among the chosen visits only."""
        before = np.maximum.accumulate(np.where(chosen[self.order], np.arange(len(self.order)), NONE))
        position = self._position(person, until, "right") - 1
        return self._guarded(np.where(position >= 0, before[np.maximum(position, 0)], NONE), person)

    def _guarded(self, position: Ints, person: Ints) -> Ints:
        inside = (position >= 0) & (position < len(self.order))
        safe = np.where(inside, position, 0)
        is_own = inside & (self.key[safe] // self.span == person)
        return np.where(is_own, self.order[safe], NONE)
