"""Patrols that an adversary can rehearse: ours, the random walk, and what trials share."""

from __future__ import annotations

import copy
import heapq
from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np

from navigation.planning.arrivals import ArrivalGraph
from navigation.planning.patrol_cycle import PatrolCycle
from navigation.planning.patrol_graph import PatrolGraph, PatrolTrace
from navigation.planning.unpredictable import Rules, UnpredictablePatrol, moves
from navigation.planning.unpredictable.surprise import quickest_ways

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
        cls,
        graph: PatrolGraph | ArrivalGraph,
        plan: Sequence[PatrolCycle],
        seed: int,
        rules: Rules | None = None,
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


class MovePolicy(ABC):
    """A Policy that decides move by move, at arrivals; `choose` is all that differs.

    `heading` holds `(arrive_s, vehicle, arrival)` of the moves under way.
    """

    def __init__(
        self, arrivals: ArrivalGraph, heading: Sequence[tuple[float, int, int]], seed: int
    ) -> None:
        self.arrivals, self.rng = arrivals, np.random.default_rng(seed)
        self.heading = sorted(heading)
        self._decided_s = 0.0

    @abstractmethod
    def choose(self, now_s: float, vehicle: int, arrival: int) -> tuple[float, int]:
        """When the vehicle arrives next, and where."""

    def run(self, until_s: float) -> list[tuple[float, int, int]]:
        """Decide all moves up to a time: `(arrive_s, place, vehicle)`."""
        found = []
        while self.heading[0][0] <= until_s:
            now_s, vehicle, arrival = heapq.heappop(self.heading)
            arrive_s, end = self.choose(now_s, vehicle, arrival)
            heapq.heappush(self.heading, (arrive_s, vehicle, end))
            found.append((arrive_s, int(self.arrivals.place_of[end]), vehicle))
            self._decided_s = now_s
        return found

    def advance(self, until_s: float) -> float:
        """See Policy."""
        self.run(until_s)
        return self._decided_s

    def fork(self, seed: int) -> MovePolicy:
        """See Policy."""
        other = copy.copy(self)
        other.heading, other.rng = list(self.heading), np.random.default_rng(seed)
        return other

    def sightings(self, until_s: float) -> Sightings:
        """See Policy."""
        place_of = self.arrivals.place_of
        under_way = [(time_s, int(place_of[arrival])) for time_s, _, arrival in self.heading]
        return under_way + [(time_s, place) for time_s, place, _ in self.run(until_s)]

    def trace(self, horizon_s: float) -> PatrolTrace:
        """From time 0."""
        place_of = self.arrivals.place_of
        begun = [(time_s, int(place_of[a]), vehicle) for time_s, vehicle, a in self.heading]
        return PatrolTrace.of_visits(begun + self.run(horizon_s), horizon_s)


class Walk(MovePolicy):
    """The uniform random walk from given places: any place that there is a move to, the quickest
    way of arriving there."""

    def __init__(
        self, graph: PatrolGraph | ArrivalGraph, starts: Sequence[int], seed: int
    ) -> None:
        arrivals = graph if isinstance(graph, ArrivalGraph) else ArrivalGraph.plain(graph)
        heading = [
            (0.0, vehicle, arrivals.arrivals_at[place][0]) for vehicle, place in enumerate(starts)
        ]
        super().__init__(arrivals, heading, seed)
        self._ways = [quickest_ways(arrivals, at) for at in range(len(arrivals.place_of))]

    def choose(self, now_s: float, vehicle: int, arrival: int) -> tuple[float, int]:
        """See MovePolicy."""
        ways = self._ways[arrival]
        end, leg_s = ways[int(self.rng.integers(len(ways)))]
        return now_s + leg_s, end
