"""What no unpredictable patrol can exceed on a graph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from benchmarks.patrolling.cases import Case
from benchmarks.patrolling.entropy import BINS
from navigation.planning.patrol_cycle import PatrolCycle

BOUND = 2.0  # return times over P


def most_entropy_bits(weights: Sequence[float]) -> float:
    """Mean over places of the entropy of return times that fill every bin up to 2 P / weight
    evenly."""
    last_bin = np.floor(BOUND * BINS / np.asarray(weights) + 0.5)
    return float(np.log2(last_bin + 1).mean())


def never_soon(case: Case, plan: Sequence[PatrolCycle], within_s: float) -> tuple[str, ...]:
    """Places of one vehicle's walk only that are so far from all others that it cannot leave and
    be back within a time.

    Only another group's vehicle can visit one that soon after a visit.
    """
    arrivals = case.arrivals
    vehicles: Counter[int] = Counter()
    for cycle in plan:
        vehicles.update(dict.fromkeys(cycle.places, cycle.vehicles))
    found = []
    for place, at in enumerate(arrivals.arrivals_at):
        here = np.array(at)
        others = np.flatnonzero(arrivals.place_of != place)
        out_s = arrivals.legs_s[np.ix_(here, others)].min(axis=0)
        back_s = arrivals.legs_s[np.ix_(others, here)].min(axis=1)
        if vehicles[place] == 1 and float((out_s + back_s).min(initial=np.inf)) > within_s:
            found.append(arrivals.names[place])
    return tuple(found)
