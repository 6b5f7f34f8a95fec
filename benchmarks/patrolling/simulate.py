"""Event-driven patrolling: vehicles arrive, decide, and move on, without standing in each
other's way.

A strategy sees what the literature's robots exchange: the time of every place's last visit and
where the others are going. Ties are broken at random.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from navigation.planning.patrol_graph import PatrolGraph, PatrolTrace


@dataclass(slots=True)
class Scene:
    """What a deciding vehicle knows."""

    graph: PatrolGraph
    vehicle: int
    place: int
    now_s: float
    last_visit_s: list[float]  # (n,) of each place by anybody
    heading_to: list[int]  # (vehicles,) the place each is at or under way to
    came_from: list[int]  # (vehicles,) the place each left last; its start at first

    @property
    def options(self) -> tuple[tuple[int, float], ...]:
        """`(place, duration_s)` of the moves from here."""
        return self.graph.neighbours[self.place]

    def idleness_s(self, place: int) -> float:
        """Time since a place was visited."""
        return self.now_s - self.last_visit_s[place]


class Strategy(Protocol):
    """Chooses the next move of one vehicle."""

    name: str

    def choose(self, scene: Scene, rng: np.random.Generator) -> int:
        """The index of a move in `graph.neighbours[scene.place]`."""
        ...


def pick(scores: Sequence[float], rng: np.random.Generator) -> int:
    """The index of the highest score, at random among equals."""
    best = max(scores)
    equals = [i for i, score in enumerate(scores) if score >= best - 1e-12 * abs(best)]
    return equals[0] if len(equals) == 1 else int(rng.choice(equals))


def start_places(graph: PatrolGraph, vehicles: int, rng: np.random.Generator) -> list[int]:
    """Distinct places while there are enough."""
    rounds = -(-vehicles // len(graph))
    order = np.concatenate([rng.permutation(len(graph)) for _ in range(rounds)])
    return [int(place) for place in order[:vehicles]]


def simulate(
    graph: PatrolGraph, strategy: Strategy, vehicles: int, seed: int, horizon_s: float
) -> PatrolTrace:
    """All visits up to the horizon, from random start places."""
    rng = np.random.default_rng(seed)
    places = start_places(graph, vehicles, rng)
    last_visit_s = [0.0] * len(graph)
    heading_to, came_from = list(places), list(places)
    queue = [(0.0, vehicle) for vehicle in range(vehicles)]
    visits = []
    while queue and queue[0][0] <= horizon_s:
        now_s, vehicle = heapq.heappop(queue)
        place = heading_to[vehicle]
        visits.append((now_s, place, vehicle))
        last_visit_s[place] = now_s
        scene = Scene(graph, vehicle, place, now_s, last_visit_s, heading_to, came_from)
        if graph.neighbours[place]:
            following, duration_s = graph.neighbours[place][strategy.choose(scene, rng)]
            came_from[vehicle], heading_to[vehicle] = place, following
            heapq.heappush(queue, (now_s + duration_s, vehicle))
    return PatrolTrace.of_visits(visits, horizon_s)
