"""Laps as a vehicle really drives them: street by street, arriving and leaving as the walk has it.

A persistent plan is chosen over times that hold whatever came before. On a walk that is driven
round and round, what came before is known: the best ways of arriving are found once (a shortest
closed chain through the stops' arrival states), and the lap is as short as that makes it. Measured
so, another order of the places may be shorter yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from navigation.planning.fleet.arrival_rounds import arrivals_of
from navigation.planning.fleet.rounds import SAME_PLACE_S, Rounds
from navigation.planning.patrol_cycle import PatrolCycle
from navigation.planning.patrol_graph import PatrolGraph
from navigation.planning.persistent.as_driven import as_driven
from navigation.planning.persistent.plan import Beat, PersistentPlan
from navigation.planning.persistent.search import WALKED
from navigation.planning.route_search import RouteSearch, Start
from navigation.planning.visit_order import chain


@dataclass(frozen=True)
class TimedPlan:
    """A plan on a graph whose moves last as driven; `states[b][i]` is how beat b arrives at stop
    i, or None where any way is meant."""

    plan: PersistentPlan
    states: tuple[tuple[int | None, ...], ...]

    @property
    def is_as_driven(self) -> bool:
        """Whether some beat's ways of arriving are known."""
        return any(state is not None for lap in self.states for state in lap)


def improved(rounds: Rounds, plan: PersistentPlan, most_places: int = WALKED) -> TimedPlan:
    """The plan as driven, in its own order of places or in the best one found for driving.

    Of both the smaller worst idleness, then the smaller average. Of more places than `most_places`
    the order stays.
    """
    own = timed(rounds, plan)
    if not own.is_as_driven or len(rounds.tasks) > most_places:
        return own
    arrivals = arrivals_of(rounds)
    if arrivals is None:
        return own
    cycles = as_driven(arrivals, [plan.cycles], plan.seed)
    members = [beat.members for beat in plan.beats]
    if len(cycles) != len(plan.beats):  # one lap for all
        members = [tuple(number for who in members for number in who)]
    graph = with_moves(rounds, [cycle.places for cycle in cycles])
    beats = [Beat(cycle, who) for cycle, who in zip(cycles, members, strict=True)]
    other = timed(rounds, replace(plan, graph=graph, beats=tuple(beats)))
    return min(own, other, key=_worst_and_mean_s)


def _worst_and_mean_s(found: TimedPlan) -> tuple[float, float]:
    return round(found.plan.worst_idleness_s, 6), found.plan.average_idleness_s


def with_moves(rounds: Rounds, walks: Sequence[Sequence[int]]) -> PatrolGraph:
    """The places with all moves that closed walks make, those past a third place, too."""
    graph = rounds.graph
    known = {(start, end) for start, end, _ in graph.moves}
    needed = dict.fromkeys(
        pair for places in walks for pair in zip(places, (*places[1:], places[0]), strict=True)
    )
    count = len(rounds.tasks)
    worst_s = np.max([times.worst_s[:count, :count] for times in rounds.problem.times], axis=0)
    more = [
        (a, b, max(float(worst_s[a, b]) + rounds.tasks[b].dwell_s, SAME_PLACE_S))
        for a, b in needed if a != b and (a, b) not in known
    ]  # fmt: skip
    return replace(graph, moves=(*graph.moves, *more)) if more else graph


def timed(rounds: Rounds, plan: PersistentPlan) -> TimedPlan:
    """The plan with laps as driven; unchanged where vehicles charge on the way, or differ, or
    cannot come to where a lap begins.

    A move that walks make in several ways lasts as long as the longest of them.
    """
    search, *others = rounds.problem.searches
    charges = any(beat.relay is not None or beat.stays_s for beat in plan.beats)
    states = [_lap(rounds, search, beat.cycle.places) for beat in plan.beats]
    if charges or any(other is not search for other in others) or not _joined(rounds, states):
        return TimedPlan(plan, tuple((None,) * len(beat.cycle.places) for beat in plan.beats))
    driven_s: dict[tuple[int, int], float] = {}
    for beat, lap in zip(plan.beats, states, strict=True):
        for (start, end), leg_s in _legs(rounds, search, beat.cycle.places, lap):
            driven_s[start, end] = max(leg_s, driven_s.get((start, end), SAME_PLACE_S))
    moves = tuple((a, b, driven_s.get((a, b), s)) for a, b, s in plan.graph.moves)
    graph = replace(plan.graph, moves=moves)
    beats = tuple(
        replace(beat, cycle=PatrolCycle.of_walk(graph, beat.cycle.places, beat.cycle.vehicles))
        for beat in plan.beats
    )
    return TimedPlan(replace(plan, graph=graph, beats=beats), tuple(states))


def _joined(rounds: Rounds, laps: Sequence[Sequence[int | None]]) -> bool:
    """Whether every vehicle can come to every way of arriving."""
    search = rounds.problem.searches[0]
    states = [state for lap in laps for state in lap if state is not None]
    starts = [Start(v.node_id, v.heading_rad) for v in rounds.problem.vehicles]
    return bool(np.isfinite(search.costs_between(starts, states)).all())


def _lap(rounds: Rounds, search: RouteSearch, places: Sequence[int]) -> tuple[int | None, ...]:
    """The ways of arriving that make a closed walk shortest."""
    if len(places) < 2:
        return (None,) * len(places)
    groups = [search.arrivals(rounds.tasks[place].node_id) for place in places]
    states = sorted({state for group in groups for state in group})
    number = {state: i for i, state in enumerate(states)}
    cost = search.costs_between(states, states)
    stops = [[number[state] for state in group] for group in groups]
    free = np.zeros(len(states))  # no way of arriving at the last stop costs more
    laps = [chain(cost, first, [*stops[1:], [first]], free) for first in stops[0]]
    _, (*others, first) = min(laps)
    return tuple(states[i] for i in (first, *others))


def _legs(
    rounds: Rounds, search: RouteSearch, places: Sequence[int], lap: Sequence[int | None]
) -> list[tuple[tuple[int, int], float]]:
    """Each move of a walk and how long it takes in these ways, the stay at its end included."""
    legs = []
    for i, (place, state) in enumerate(zip(places, lap, strict=True)):
        following = (i + 1) % len(places)
        goal = lap[following]
        if state is None or goal is None:
            continue
        start = Start(rounds.tasks[place].node_id, search.arrival_heading_rad(state))
        route = search.as_route(start, search.way(state, goal))
        stay_s = rounds.tasks[places[following]].dwell_s
        legs.append(((place, places[following]), route.duration_s + stay_s))
    return legs
