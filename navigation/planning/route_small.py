"""Dijkstra over the states of a small map, in plain Python.

Up to `SMALL_STATES` states it answers before compiled code would have been loaded.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence

import numpy as np

from navigation.planning.route_states import Floats, Indices, Seeds, StateCosts, States


class SmallSearch:
    """Cheapest ways between states under one set of costs."""

    def __init__(self, states: States, costs: StateCosts) -> None:
        self._first = states.first.tolist()
        self._heads = states.heads.tolist()
        self._steps = costs.steps.tolist()

    def path(self, seeds: Seeds, goals: Sequence[int]) -> tuple[float, list[int]]:
        """The cost of a cheapest way to one of the goals and its states; infinite: none."""
        cost, came, goal = self._search(seeds, goals, one=True)
        if goal < 0:
            return math.inf, []
        chain = [goal]
        while came[chain[-1]] >= 0:
            chain.append(came[chain[-1]])
        return cost[goal], chain[::-1]

    def costs(self, origins: Sequence[Seeds], goals: Indices) -> Floats:
        """Costs from each of n origins to each of k goals, (n, k); infinite: no way."""
        found = np.full((len(origins), len(goals)), np.inf)
        for row, seeds in enumerate(origins):
            cost, _, _ = self._search(seeds, goals.tolist(), one=False)
            found[row] = [cost.get(goal, math.inf) for goal in goals.tolist()]
        return found

    def _search(
        self, seeds: Seeds, goals: Sequence[int], one: bool
    ) -> tuple[dict[int, float], dict[int, int], int]:
        """Costs and predecessors until one goal, or all of them, are settled; the last settled."""
        first, heads, steps = self._first, self._heads, self._steps
        cost, came, queue = dict[int, float](), dict[int, int](), list[tuple[float, int]]()
        for state, begun in zip(seeds[0].tolist(), seeds[1].tolist(), strict=True):
            if begun < cost.get(state, math.inf):
                cost[state], came[state] = begun, -1
                heapq.heappush(queue, (begun, state))
        left, done = set(goals), set[int]()
        while queue:
            here, state = heapq.heappop(queue)
            if state in done:
                continue
            done.add(state)
            if state in left:
                left.remove(state)
                if one or not left:
                    return cost, came, state
            for k in range(first[state], first[state + 1]):
                other, reached = heads[k], here + steps[k]
                if reached < cost.get(other, math.inf):
                    cost[other], came[other] = reached, state
                    heapq.heappush(queue, (reached, other))
        return cost, came, -1
