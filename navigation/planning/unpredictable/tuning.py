"""Tuning: the calmest rules with which a lone vehicle's patrol of a graph is surprising enough.

The more a vehicle switches, the less can be told from its return times, and the less often an
adversary who knows everything is caught. How much is needed depends on the graph: on how many of
its laps are short, and what it costs to turn round. So rules are tried on the graph, with dice of
their own, from the calmest on.
"""

from __future__ import annotations

import numpy as np

from navigation.planning.unpredictable.course import Course
from navigation.planning.unpredictable.lone import LoneVehicle
from navigation.planning.unpredictable.rules import LoneRules
from navigation.planning.unpredictable.seating import seats_at_start
from navigation.planning.unpredictable.surprise import mean_entropy_bits, random_walk

LADDER = (
    LoneRules(turns=1.0, unseen=1.0),
    LoneRules(turns=1.5, unseen=1.0),
    LoneRules(turns=2.0, unseen=1.0),
    LoneRules(turns=2.25, unseen=1.0),
    LoneRules(turns=2.5, unseen=1.0),
    LoneRules(turns=1.5, unseen=1.04),
    LoneRules(turns=2.0, unseen=1.04),
    LoneRules(turns=2.5, unseen=1.05),
    LoneRules(turns=2.0, unseen=1.15),
)
ENOUGH = 0.7  # entropy over the random walk's; a trial shorter than the walk finds too little
WALK = 250.0  # P that the walk lasts
STOPS = 2400.0  # of a trial, which lasts 40 P and more, at most as long as the walk
SEED = 2031  # of trials only


def tuned(course: Course) -> LoneRules:
    """The first rules of the ladder that are surprising enough, or the most surprising ones."""
    arrivals, there, persistent_s = course.arrivals, course.tracks[0], course.persistent_s
    if there.lap_s == 0:
        return LADDER[0]
    until_s = persistent_s * min(max(STOPS / len(there.stops), 40.0), WALK)
    start, walking_s = int(there.stops[0]), WALK * persistent_s
    walk = random_walk(arrivals, start, walking_s, np.random.default_rng(SEED))
    wished = ENOUGH * mean_entropy_bits(*walk, len(arrivals), persistent_s)
    best, most = LADDER[0], -1.0
    for rules in LADDER:
        found = _entropy_bits(course, rules, until_s)
        if found > most:
            best, most = rules, found
        if found >= wished:
            break
    return best


def _entropy_bits(course: Course, rules: LoneRules, until_s: float) -> float:
    """Of a trial run."""
    rng, places = np.random.default_rng(SEED), len(course.arrivals)
    vehicle = LoneVehicle(course, seats_at_start(course.tracks[0], 1), np.zeros(places), rules)
    at = vehicle.seats[0].at
    times_s, visited = [at.arrive_s], [at.place]
    while at.arrive_s < until_s:
        vehicle.prepare(0, rng)
        at = vehicle.depart(0)
        times_s.append(at.arrive_s)
        visited.append(at.place)
    came = np.array(visited, np.intp)
    return mean_entropy_bits(np.array(times_s), came, places, course.persistent_s)
