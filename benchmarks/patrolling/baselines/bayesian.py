"""Bayesian strategies of Portugal and Rocha: greedy (GBS) and state exchange (SEBS).

"Distributed multi-robot patrol: a scalable and fault-tolerant framework", Robotics and
Autonomous Systems 61 (2013). The gain of a move is G = idleness / duration; its likelihood is
f(G) = L exp(ln(1/L) G / M) below the saturation M, and 1 above. SEBS multiplies by
2^(R - s) / (2^R - 1) where s > 0 of R vehicles are under way to the same place.
"""

from __future__ import annotations

import math

import numpy as np

from benchmarks.patrolling.simulate import Scene, pick
from navigation.planning.patrol_graph import PatrolGraph

LEAST_LIKELIHOOD = 0.1  # L, of a move without gain


def saturation(graph: PatrolGraph, tour_s: float, vehicles: int) -> float:
    """M: the gain of the shortest move when its end was left alone for one even round.

    The authors tune M for three graphs; this rule needs no tuning for others.
    """
    shortest_s = min(duration_s for _, _, duration_s in graph.moves)
    return tour_s / vehicles / shortest_s


class GreedyBayesian:
    """GBS: each vehicle alone takes the move of the greatest gain."""

    name = "GBS"

    def __init__(self, saturation: float) -> None:
        self.saturation = saturation

    def likelihood(self, gain: float) -> float:
        """f(G), equation 5 of the paper."""
        if gain >= self.saturation:
            return 1.0
        return math.pow(LEAST_LIKELIHOOD, 1.0 - gain / self.saturation)

    def choose(self, scene: Scene, rng: np.random.Generator) -> int:
        """The likeliest move."""
        gains = [(place, scene.idleness_s(place) / time_s) for place, time_s in scene.options]
        return pick([self.value(scene, place, gain) for place, gain in gains], rng)

    def value(self, scene: Scene, place: int, gain: float) -> float:
        """How good it is to go to a place now."""
        return self.likelihood(gain)


class StateExchangeBayesian(GreedyBayesian):
    """SEBS: as GBS, but leaves a place to those who are on the way to it."""

    name = "SEBS"

    def value(self, scene: Scene, place: int, gain: float) -> float:
        """The likelihood times the state factor."""
        vehicles = len(scene.heading_to)
        rivals = sum(
            1
            for other, goal in enumerate(scene.heading_to)
            if goal == place and other != scene.vehicle
        )
        if not rivals:
            return self.likelihood(gain)
        return self.likelihood(gain) * math.ldexp(1.0, vehicles - rivals) / (2.0**vehicles - 1.0)
