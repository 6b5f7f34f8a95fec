"""The compiled search over the states of a large map."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from navigation.planning.landmarks import LANDMARKS, Landmarks
from navigation.planning.route_graph import GraphSearch
from navigation.planning.route_states import Floats, Indices, Seeds, StateCosts, States
from navigation.planning.search_graph import SearchGraph

PREPARE_AFTER = 32  # questions; preparing landmarks takes as long as some fifty without them


class SharedLandmarks:
    """Landmarks of one map's states with everything open, prepared once they pay."""

    def __init__(self, states: States, open_steps: Floats) -> None:
        self.graph = SearchGraph(states.count, states.tails, states.heads, open_steps)
        self.landmarks = Landmarks.of(self.graph, 0)
        self._asked = 0

    def ask(self) -> Landmarks:
        """The landmarks for one more question."""
        self._asked += 1
        if self._asked == PREPARE_AFTER:
            self.landmarks = Landmarks.of(self.graph, LANDMARKS)
        return self.landmarks


class LargeSearch:
    """Cheapest ways between states under one set of costs."""

    def __init__(self, shared: SharedLandmarks, states: States, costs: StateCosts) -> None:
        self._shared, self._heads = shared, states.heads
        self._search = GraphSearch(shared.graph.with_costs(costs.steps), shared.landmarks)

    def path(self, seeds: Seeds, goals: Sequence[int]) -> tuple[float, list[int]]:
        """The cost of a cheapest way to one of the goals and its states; infinite: none."""
        landmarks = self._shared.ask()
        if landmarks is not self._search.landmarks:
            self._search = GraphSearch(self._search.graph, landmarks)
        begins, begun = _open(seeds)
        found = self._search.path_between(begins, begun, goals)
        if found.source < 0:
            return math.inf, []
        return found.cost, [found.source, *self._heads[found.edges].tolist()]

    def costs(self, origins: Sequence[Seeds], goals: Indices) -> Floats:
        """Costs from each of n origins to each of k goals, (n, k); infinite: no way."""
        return self._search.costs([_open(seeds) for seeds in origins], goals)


def _open(seeds: Seeds) -> Seeds:
    open_ = np.isfinite(seeds[1])
    return seeds[0][open_], seeds[1][open_]
