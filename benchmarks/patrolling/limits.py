"""Upper bounds: what no unpredictable patrol of a graph exceeds, whether or not one comes near."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from benchmarks.patrolling.cases import Case
from navigation.planning.arrivals import ArrivalGraph
from navigation.planning.patrol_cycle import PatrolCycle
from navigation.planning.patrol_graph import Floats
from navigation.planning.unpredictable.certificate import BOUND
from navigation.planning.unpredictable.surprise import BINS

MEAN = 1.05  # mean idleness over the plan's
STEEPEST, STEPS = 64.0, 60  # of the search for how fast shares fall with the return time


def most_entropy_bits(
    weights: Sequence[float], soonest: Sequence[float], mean: float = np.inf
) -> float:
    """An upper bound of the entropy of return times, as the mean over places.

    It holds for return times, over P, that lie between a place's `soonest` and 2 / weight and have
    a mean of at most `mean`, taken over places. Of all shares of bins the entropy is greatest
    where they fall by the same rate at all places (Cover and Thomas 2006, 12.1). No patrol need
    reach it: each bin counts as its shortest time, and what streets allow besides is left out.
    """
    bins = [
        np.arange(np.floor(first * BINS + 0.5), np.floor(BOUND * BINS / weight + 0.5) + 1)
        for first, weight in zip(soonest, weights, strict=True)
    ]
    low, high = 0.0, STEEPEST
    if _falling(bins, low)[1] <= mean:
        return _falling(bins, low)[0]
    for _ in range(STEPS):
        rate = (low + high) / 2
        low, high = (rate, high) if _falling(bins, rate)[1] > mean else (low, rate)
    return _falling(bins, low)[0]


def most_bits(
    arrivals: ArrivalGraph, vehicles: int, persistent_s: float, plan_mean_s: float
) -> float:
    """An upper bound of the entropy for the patrols that `holds_for` names.

    A vehicle alone is not back before the shortest way out and back; a team's next one may follow
    at once.
    """
    if vehicles > 1:
        return most_entropy_bits(arrivals.weights, [0.0] * len(arrivals))
    soonest = soonest_s(arrivals) / persistent_s
    return most_entropy_bits(arrivals.weights, soonest.tolist(), MEAN * plan_mean_s / persistent_s)


def holds_for(vehicles: int) -> str:
    """For which patrols `most_bits` is an upper bound."""
    if vehicles > 1:
        return "for any team within 2 P"
    return f"for any vehicle within 2 P and {MEAN:g} of the plan's mean"


def _falling(bins: Sequence[Floats], rate: float) -> tuple[float, float]:
    """Entropy and mean, both means over places, of shares that fall by exp(-rate) in one P."""
    bits, means = [], []
    for numbers in bins:
        times = np.maximum(numbers - 0.5, 0.0) / BINS
        shares = np.exp(-rate * (times - times[0]))
        shares /= shares.sum()
        bits.append(-(shares * np.log2(np.maximum(shares, 1e-300))).sum())
        means.append((shares * times).sum())
    return float(np.mean(bits)), float(np.mean(means))


def soonest_s(arrivals: ArrivalGraph) -> Floats:
    """(n,) the least time in which a vehicle leaves a place and is back."""
    found = []
    for place, at in enumerate(arrivals.arrivals_at):
        here, others = np.array(at), np.flatnonzero(arrivals.place_of != place)
        out_s = arrivals.legs_s[np.ix_(here, others)].min(axis=0)
        back_s = arrivals.legs_s[np.ix_(others, here)].min(axis=1)
        found.append(float((out_s + back_s).min(initial=np.inf)))
    return np.array(found)


def never_soon(case: Case, plan: Sequence[PatrolCycle], within_s: float) -> tuple[str, ...]:
    """Places of one vehicle's walk only that are so far from all others that it cannot leave and
    be back within a time.

    Only another group's vehicle can visit one that soon after a visit.
    """
    vehicles: Counter[int] = Counter()
    for cycle in plan:
        vehicles.update(dict.fromkeys(cycle.places, cycle.vehicles))
    return tuple(
        case.arrivals.names[place]
        for place, back_s in enumerate(soonest_s(case.arrivals))
        if vehicles[place] == 1 and back_s > within_s
    )
