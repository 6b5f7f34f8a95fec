"""The same questions to rustworkx and networkx, as their documentation shows."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import networkx as nx
import numpy as np
import rustworkx as rx
from numpy.typing import NDArray

from benchmarks.routing.made_streets import SPEEDS_MPS, Streets

Ask = Callable[[int, int], float]  # source, target → cost, infinite where there is no path
Costs = NDArray[np.float64]


class Rustworkx:
    """Edges carry their number; costs are looked up in a list."""

    def __init__(self, streets: Streets) -> None:
        self._graph: rx.PyDiGraph = rx.PyDiGraph()
        self._graph.add_nodes_from(range(streets.count))
        edges = zip(streets.tails.tolist(), streets.heads.tolist(), strict=True)
        self._graph.add_edges_from([(a, b, e) for e, (a, b) in enumerate(edges)])
        self._places_m = streets.places_m.tolist()

    def dijkstra(self, costs: Costs) -> Ask:
        """`dijkstra_shortest_path_lengths` with a goal."""
        cost_of = costs.tolist().__getitem__

        def ask(source: int, target: int) -> float:
            found = rx.dijkstra_shortest_path_lengths(self._graph, source, cost_of, goal=target)
            return float(dict(found).get(target, math.inf))

        return ask

    def astar(self, costs: Costs) -> Ask:
        """`astar_shortest_path` with the straight line at the fastest speed."""
        cost_of, places_m = costs.tolist().__getitem__, self._places_m

        def ask(source: int, target: int) -> float:
            x, y = places_m[target]

            def estimate(node: int) -> float:
                return math.hypot(places_m[node][0] - x, places_m[node][1] - y) / SPEEDS_MPS[-1]

            path = rx.astar_shortest_path(
                self._graph, source, lambda node: node == target, cost_of, estimate
            )
            return self._cost(path, cost_of)

        return ask

    def _cost(self, path: Sequence[int], cost_of: Callable[[int], float]) -> float:
        return math.fsum(cost_of(self._graph.get_edge_data(a, b)) for a, b in pairwise(path))


class Networkx:
    """Edges carry their number; costs are looked up in a list."""

    def __init__(self, streets: Streets) -> None:
        self._graph = nx.DiGraph()
        self._graph.add_nodes_from(range(streets.count))
        edges = zip(streets.tails.tolist(), streets.heads.tolist(), strict=True)
        self._graph.add_edges_from((a, b, {"edge": e}) for e, (a, b) in enumerate(edges))

    def dijkstra(self, costs: Costs) -> Ask:
        """`bidirectional_dijkstra`, its fastest without an estimate."""
        known = costs.tolist()

        def weight(_a: int, _b: int, data: dict[str, int]) -> float | None:
            cost = known[data["edge"]]
            return cost if cost < math.inf else None

        def ask(source: int, target: int) -> float:
            try:
                return float(nx.bidirectional_dijkstra(self._graph, source, target, weight)[0])
            except nx.NetworkXNoPath:
                return math.inf

        return ask
