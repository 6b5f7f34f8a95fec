"""Reactive strategies: Conscientious Reactive and its heuristic variant."""

from __future__ import annotations

import numpy as np

from benchmarks.patrolling.simulate import Scene, pick


class ConscientiousReactive:
    """Goes to the neighbour that was left alone longest (Machado et al. 2002)."""

    name = "CR"

    def choose(self, scene: Scene, rng: np.random.Generator) -> int:
        """The move to the neighbour with the highest idleness."""
        return pick([scene.idleness_s(place) for place, _ in scene.options], rng)


class HeuristicConscientiousReactive:
    """Weighs idleness against distance (Almeida et al. 2004, after Portugal and Rocha 2013).

    Value of a neighbour = (d_max - d) / d_max + I / I_max, with the maxima over the neighbours.
    """

    name = "HCR"

    def choose(self, scene: Scene, rng: np.random.Generator) -> int:
        """The move with the highest value."""
        idleness_s = [scene.idleness_s(place) for place, _ in scene.options]
        longest_s, idlest_s = max(time_s for _, time_s in scene.options), max(idleness_s) or 1.0
        near = [(longest_s - time_s) / longest_s for _, time_s in scene.options]
        return pick([a + b / idlest_s for a, b in zip(near, idleness_s, strict=True)], rng)
