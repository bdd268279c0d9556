"""Readers that go on while something is published, and what they saw."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

# So that ten readers on two cores leave most of them to whoever publishes.
PAUSE_SECONDS = 0.1
Read = Callable[[], str]
"""One look at what is published: the run's id, after the reader has held all that it read to that run."""


@dataclass
class Seen:
    """Ids of runs in the order in which each reader saw them, and what went wrong."""

    of: list[list[str]] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)

    def hold(self, order: Sequence[str]) -> None:
        """No error, nobody backwards, and more than one run seen; `order`: runs as they were published."""
        assert self.errors == []
        for mine in self.of:
            places = [order.index(run_id) for run_id in mine]
            assert places, "a reader saw nothing"
            assert places == sorted(places), "a reader went backwards"
        assert len({run_id for mine in self.of for run_id in mine}) > 1


@contextmanager
def reading(makers: Sequence[Callable[[], Read]]) -> Iterator[Seen]:
    """A thread per maker reads again and again to the end of the block; each makes its `Read` in its own thread."""
    seen, stop = Seen(), threading.Event()

    def read(make: Callable[[], Read]) -> None:
        mine: list[str] = []
        try:
            look = make()
            while not stop.wait(PAUSE_SECONDS):
                mine.append(look())
            mine.append(look())
        except BaseException as error:  # noqa: BLE001  shown by `hold`
            seen.errors.append(error)
        seen.of.append(mine)

    threads = [threading.Thread(target=read, args=[make]) for make in makers]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        stop.set()
        for thread in threads:
            thread.join()
