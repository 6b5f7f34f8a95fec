"""PatrolGraph of a patrol map: its checkpoints, and how long a vehicle takes between them.

A vehicle that cannot turn on the spot leaves a checkpoint the way it came to it, so the time to
the next one depends on the last. A vehicle that always takes the best way arrives only in some of
the possible ways: those are found as a set that no best way leaves. A move's duration here is the
longest over that set, of the best way from each: whatever came before, the vehicle keeps to it, at
most with a wait. Only its very first move may take longer. Turning round counts as the search
counts it, and dwelling at the move's start is part of the move.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from navigation.planning.patrol_graph import Floats, PatrolGraph
from navigation.planning.route_search import RouteSearch
from navigation.planning.travel_times import travel_times
from patrol.errors import PlanError
from patrol.map import Checkpoint, PatrolMap

THROUGH_S = 1e-6  # a way through a third place that is longer by less is no move of its own


def patrol_graph_of(
    patrol_map: PatrolMap, places: Sequence[Checkpoint], search: RouteSearch
) -> PatrolGraph:
    """Checkpoints with moves where no quickest way leads through a third one.

    Weights are the checkpoints' priorities. Raises PlanError for no places, two at one node, and
    places that cannot be reached from one another.
    """
    if not places:
        raise PlanError(f"{patrol_map.map_id}: no checkpoints to patrol")
    nodes = [place.node_id for place in places]
    for place in places:
        if nodes.count(place.node_id) > 1:
            raise PlanError(
                f"{patrol_map.map_id}: checkpoint {place.id} shares node {place.node_id} with"
                " another; a patrol needs one of them"
            )
    worst_s = travel_times(search, nodes).worst_s
    worst_s = worst_s + np.array([place.dwell_s for place in places])[:, None]
    return PatrolGraph(
        names=tuple(place.id for place in places),
        moves=direct_moves(worst_s),
        weights=tuple(place.priority for place in places),
        positions_m=np.array([[patrol_map.nodes[n].x_m, patrol_map.nodes[n].y_m] for n in nodes]),
    )


def direct_moves(durations_s: Floats) -> tuple[tuple[int, int, float], ...]:
    """Moves of a matrix of durations that no way over a third place replaces."""
    places = np.arange(len(durations_s))
    moves = []
    for start, there_s in enumerate(durations_s):
        through_s = there_s[:, None] + durations_s
        through_s[start], through_s[places, places] = np.inf, np.inf
        is_direct = np.isfinite(there_s) & (there_s < through_s.min(axis=0) - THROUGH_S)
        is_direct[start] = False
        moves += [(start, int(end), float(there_s[end])) for end in np.flatnonzero(is_direct)]
    return tuple(moves)


def patrol_graph_of_streets(patrol_map: PatrolMap, search: RouteSearch) -> PatrolGraph:
    """Every node that can be reached and left as a place, every open edge as a move.

    Turning round is free here, so it is a model of size, not of an Ackermann vehicle.
    """
    usable = [edge for edge in patrol_map.edges.values() if edge.id not in search.closed]
    node_ids = sorted(patrol_map.nodes)
    index = {node_id: i for i, node_id in enumerate(node_ids)}
    kept = _largest_part(len(node_ids), [(index[e.start_id], index[e.end_id]) for e in usable])
    number = {node_ids[i]: k for k, i in enumerate(kept)}
    moves = [
        (number[edge.start_id], number[edge.end_id], search.duration_s(edge.id))
        for edge in usable
        if edge.start_id in number and edge.end_id in number
    ]
    return PatrolGraph(tuple(str(node_id) for node_id in number), tuple(moves))


def _largest_part(count: int, links: Sequence[tuple[int, int]]) -> list[int]:
    rows, columns = zip(*links, strict=True) if links else ((), ())
    matrix = csr_array((np.ones(len(links)), (rows, columns)), shape=(count, count))
    part_of = connected_components(matrix, connection="strong")[1]
    return [int(i) for i in np.flatnonzero(part_of == np.bincount(part_of).argmax())]
