"""Patrols that an adversary can rehearse: ours, the random walk, and the persistent plan."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

import numpy as np

from navigation.planning.patrol_cycle import PatrolCycle
from navigation.planning.patrol_graph import PatrolGraph, PatrolTrace
from navigation.planning.unpredictable import Rules, UnpredictablePatrol, moves

Sightings = list[tuple[float, int]]


class OurPatrol:
    """UnpredictablePatrol as a Policy."""

    def __init__(
        self,
        patrol: UnpredictablePatrol,
        decided_s: float = 0.0,
        departures: Sequence[tuple[float, int]] = (),
    ) -> None:
        self.patrol, self._decided_s, self._departures = patrol, decided_s, list(departures)

    @classmethod
    def start(
        cls, graph: PatrolGraph, plan: Sequence[PatrolCycle], seed: int, rules: Rules | None = None
    ) -> OurPatrol:
        """At time 0."""
        return cls(UnpredictablePatrol(graph, plan, seed, rules))

    def advance(self, until_s: float) -> float:
        """See Policy."""
        for move in moves(self.patrol, until_s):
            self._decided_s = max(self._decided_s, move.depart_s)
            self._departures.append((move.depart_s, move.start))
        return self._decided_s

    def fork(self, seed: int) -> OurPatrol:
        """See Policy."""
        return OurPatrol(self.patrol.copy(seed), self._decided_s, self._departures)

    def sightings(self, until_s: float) -> Sightings:
        """Arrivals, and departures: who stands there sees until then."""
        patrol, found = self.patrol, list(self._departures)
        for vehicle in range(patrol.vehicles):
            found.append((patrol.arrives_s(vehicle), patrol.place(vehicle)))
            found.append((patrol.leaves_s(vehicle), patrol.place(vehicle)))
        for move in moves(patrol, until_s):
            found += [(move.arrive_s, move.end), (move.depart_s, move.start)]
        return found


class Walk:
    """The uniform random walk from given places, as a Policy."""

    def __init__(self, graph: PatrolGraph, starts: Sequence[int], seed: int) -> None:
        self.graph, self._rng = graph, np.random.default_rng(seed)
        self._heading = [(0.0, vehicle, place) for vehicle, place in enumerate(starts)]
        self._decided_s = 0.0

    def run(self, until_s: float) -> list[tuple[float, int, int]]:
        """Decide all moves up to a time: `(arrival_s, place, vehicle)`."""
        found = []
        while self._heading[0][0] <= until_s:
            now_s, vehicle, place = heapq.heappop(self._heading)
            ways = self.graph.neighbours[place]
            end, leg_s = ways[int(self._rng.integers(len(ways)))]
            heapq.heappush(self._heading, (now_s + leg_s, vehicle, end))
            found.append((now_s + leg_s, end, vehicle))
            self._decided_s = now_s
        return found

    def advance(self, until_s: float) -> float:
        """See Policy."""
        self.run(until_s)
        return self._decided_s

    def fork(self, seed: int) -> Walk:
        """See Policy."""
        other = Walk(self.graph, (), seed)
        other._heading, other._decided_s = list(self._heading), self._decided_s
        return other

    def sightings(self, until_s: float) -> Sightings:
        """See Policy."""
        under_way = [(time_s, place) for time_s, _, place in self._heading]
        return under_way + [(time_s, place) for time_s, place, _ in self.run(until_s)]

    def trace(self, horizon_s: float) -> PatrolTrace:
        """From time 0."""
        begun = [(time_s, place, vehicle) for time_s, vehicle, place in self._heading]
        return PatrolTrace.of_visits(begun + self.run(horizon_s), horizon_s)
