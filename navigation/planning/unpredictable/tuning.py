"""Tuning: the calmest rules with which a lone vehicle's patrol of a graph is surprising enough.

The more a vehicle switches, the less can be told from its return times, and the less often an
adversary who knows everything is caught. How much is needed depends on the graph: on how many of
its laps are short, and what it costs to turn round. So rules are tried on the graph, with dice of
their own, from the calmest on.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from navigation.planning.arrivals import ArrivalGraph
from navigation.planning.patrol_cycle import PatrolCycle
from navigation.planning.unpredictable.certificate import (
    limits_s,
    persistent_idleness_s,
    unseen_limits_s,
)
from navigation.planning.unpredictable.lone import LoneRules, LoneVehicle, laps_of
from navigation.planning.unpredictable.seating import seats_at_start
from navigation.planning.unpredictable.surprise import mean_entropy_bits, random_walk
from navigation.planning.unpredictable.track import Track

LADDER = (
    LoneRules(turns=1.0, unseen=1.0),
    LoneRules(turns=1.5, unseen=1.0),
    LoneRules(turns=2.0, unseen=1.0),
    LoneRules(turns=2.5, unseen=1.0),
    LoneRules(turns=1.5, unseen=1.04),
    LoneRules(turns=2.0, unseen=1.04),
    LoneRules(turns=2.5, unseen=1.05),
    LoneRules(turns=2.0, unseen=1.15),
)
ENOUGH = 0.71  # entropy over the random walk's: 70 % and what short trials may be off
WALK = 250.0  # P that the walk lasts; its return times spread more, so it needs more of them
STOPS = 2400.0  # of a trial, which lasts 40 to 120 laps
SEED = 2031  # of trials only


def tuned(arrivals: ArrivalGraph, cycle: PatrolCycle) -> LoneRules:
    """The first rules of the ladder that are surprising enough, or the most surprising ones."""
    tracks = laps_of(arrivals, cycle)
    if len(cycle.places) == 1:
        return LADDER[0]
    persistent_s = persistent_idleness_s(arrivals, tracks[:1])
    until_s = persistent_s * min(max(STOPS / len(tracks[0].stops), 40.0), 120.0)
    start, walking_s = int(tracks[0].stops[0]), WALK * persistent_s
    walk = random_walk(arrivals, start, walking_s, np.random.default_rng(SEED))
    wished = ENOUGH * mean_entropy_bits(*walk, len(arrivals), persistent_s)
    best, most = LADDER[0], -1.0
    for rules in LADDER:
        found = _entropy_bits(arrivals, tracks, rules, until_s)
        if found > most:
            best, most = rules, found
        if found >= wished:
            break
    return best


def _entropy_bits(
    arrivals: ArrivalGraph, tracks: Sequence[Track], rules: LoneRules, until_s: float
) -> float:
    rng = np.random.default_rng(SEED)
    persistent_s = persistent_idleness_s(arrivals, tracks[:1])
    limit_s = limits_s(arrivals, tracks[0], frozenset(range(len(arrivals))), persistent_s)
    vehicle = LoneVehicle(
        arrivals, tracks, seats_at_start(tracks[0], 1), limit_s,
        unseen_limits_s(tracks, limit_s), np.zeros(len(arrivals)), rules,
    )  # fmt: skip
    at = vehicle.seats[0].at
    times_s, visited = [at.arrive_s], [at.place]
    while at.arrive_s < until_s:
        vehicle.prepare(0, rng)
        at = vehicle.depart(0)
        times_s.append(at.arrive_s)
        visited.append(at.place)
    came = np.array(visited, np.intp)
    return mean_entropy_bits(np.array(times_s), came, len(arrivals), persistent_s)
