"""A dock and checkpoints, which street files do not know, spread over a map by rule.

An operator moves them later; until then a patrol can be planned.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import cast

import rustworkx as rx

from patrol.map import Checkpoint, Dock, Edge, PatrolMap

CHECKPOINT_RADIUS_M = 400.0  # by way from the dock: a patrol of an hour at most
CHECKPOINT_DWELL_S = 5.0


def spread_places(
    patrol_map: PatrolMap, count: int, within: set[int]
) -> tuple[Dock, tuple[Checkpoint, ...]]:
    """A dock near the middle of the nodes `within` and checkpoints far from one another.

    Farthest point first (Gonzalez 1985), at nodes that lie on a loop where there are any.
    """
    good = (_round_trip_nodes(patrol_map) & within) or within
    home = min(
        (patrol_map.nodes[node_id] for node_id in good),
        key=lambda n: (not n.waiting_place, math.hypot(n.x_m, n.y_m)),
    )
    first = patrol_map.outgoing[home.id][0]
    dock = Dock("dock-1", "Dock 1", home.id, _heading_rad(patrol_map, first))
    distances_m = _distances(patrol_map)
    nearest = {n: d for n, d in distances_m(home.id).items() if d <= CHECKPOINT_RADIUS_M}
    nearest = {n: d for n, d in nearest.items() if n in good}
    checkpoints: list[Checkpoint] = []
    while nearest and len(checkpoints) < count and max(nearest.values()) > 0:
        node_id = max(nearest, key=lambda n: (nearest[n], -n))
        number = len(checkpoints) + 1
        street = next((e.name for e in patrol_map.outgoing[node_id] if e.name), "")
        label = f"{number} {street}" if street else f"Checkpoint {number}"
        checkpoints.append(Checkpoint(f"cp-{number:02d}", label, node_id, CHECKPOINT_DWELL_S))
        away = distances_m(node_id)
        nearest = {n: min(d, away.get(n, math.inf)) for n, d in nearest.items()}
    return dock, tuple(checkpoints)


def _heading_rad(patrol_map: PatrolMap, edge: Edge) -> float:
    start, end = patrol_map.nodes[edge.start_id], patrol_map.nodes[edge.end_id]
    return math.atan2(end.y_m - start.y_m, end.x_m - start.x_m)


def _round_trip_nodes(patrol_map: PatrolMap) -> set[int]:
    """Nodes on some loop: a vehicle comes back from them without turning round."""
    graph: rx.PyGraph[int, None] = rx.PyGraph(multigraph=False)
    index = {node_id: graph.add_node(node_id) for node_id in patrol_map.nodes}
    pairs = {
        (min(a, b), max(a, b))
        for a, b in ((index[e.start_id], index[e.end_id]) for e in patrol_map.edges.values())
    }
    graph.add_edges_from([(a, b, None) for a, b in sorted(pairs)])
    found = cast("set[tuple[int, int]]", rx.bridges(graph))
    bridges = {(min(a, b), max(a, b)) for a, b in found}
    return {graph[i] for pair in pairs - bridges for i in pair}


def _distances(patrol_map: PatrolMap) -> Callable[[int], dict[int, float]]:
    """A function from a node to every node's distance by way."""
    graph: rx.PyDiGraph[int, float] = rx.PyDiGraph()
    index = {node_id: graph.add_node(node_id) for node_id in patrol_map.nodes}
    graph.add_edges_from(
        [(index[e.start_id], index[e.end_id], e.length_m) for e in patrol_map.edges.values()]
    )

    def from_node(node_id: int) -> dict[int, float]:
        found = rx.dijkstra_shortest_path_lengths(graph, index[node_id], float)
        return {node_id: 0.0} | {graph[i]: length for i, length in found.items()}

    return from_node
