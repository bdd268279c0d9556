"""Which moments a round kills at: drawn by seed, each boundary equally often, spread over its moments."""

import random
from collections import defaultdict
from collections.abc import Sequence

from tests.chaos.boundaries import BOUNDARIES, Moment

KILLS = 6


def moments(passed: Sequence[Moment], seed: int, number: int) -> list[Moment]:
    """The kills of round `number` (from 0), in the order in which an undisturbed run passes them.

    In that order each is still to come after those before it: a run repeats what it had not finished. Four rounds
    visit each boundary once. `passed`: the moments of an undisturbed run.
    """
    place = {moment: index for index, moment in enumerate(passed)}
    by_boundary = defaultdict(list)
    for moment in passed:
        by_boundary[moment.boundary].append(moment)
    drawn = random.Random(f"{seed} {number}")
    chosen = [drawn.choice(by_boundary[boundary]) for boundary in boundaries(tuple(by_boundary), seed, number)]
    return sorted(chosen, key=place.__getitem__)


def boundaries(known: Sequence[str], seed: int, number: int) -> list[str]:
    """The boundaries of a round: every fourth of an order that is shuffled anew for every four rounds."""
    ordered = sorted(known)
    per_turn = -(-len(ordered) // KILLS)
    turn, part = divmod(number, per_turn)
    random.Random(f"{seed} turn {turn}").shuffle(ordered)
    found = ordered[part::per_turn]
    # The last part of a turn may be short; it is filled with those of the next part.
    return found + ordered[(part + 1) % per_turn :: per_turn][: KILLS - len(found)]


assert len(BOUNDARIES) == 4 * KILLS
