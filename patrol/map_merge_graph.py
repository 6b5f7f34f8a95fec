"""Two route graphs in one frame as one: nodes joined, the same way taken once.

Overlapping maps rarely cut a way at the same places. So an edge of the second map is cut at the
first map's nodes on it, it is the same way where the first map's ways in that direction cover it,
and where a way of its own leaves a way of the first map, that way is cut there.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field, replace

from patrol.map import Edge, Node, PatrolMap
from patrol.map_merge_lookup import MIN_PIECE_M, GraphLookup, line_between

Place = tuple[bool, int]  # a node of the first map (True) or of the second (False)


@dataclass
class JoinedGraph:
    """The graph of both maps; ids of the first are kept."""

    nodes: dict[int, Node]
    edges: dict[int, Edge]
    node_ids: dict[int, int] = field(default_factory=dict)  # second's node → node here
    edge_ids: dict[int, list[int]] = field(default_factory=dict)  # second's edge → edges here
    twins: list[tuple[int, Edge]] = field(default_factory=list)  # first's edge id, second's edge
    joined_nodes: int = 0
    same_edges: int = 0
    cut_edges: int = 0


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a second's edge."""

    edge: Edge
    start: Place
    end: Place


def join_graphs(
    first: PatrolMap, second: PatrolMap, tolerance_m: float, needed_ids: Set[int]
) -> JoinedGraph:
    """Both graphs as one; the maps share a frame.

    Nodes of the second in `needed_ids` (checkpoints, docks) have a place in the result even
    where their ways are the first's. Places count as the same within `tolerance_m`.
    """
    return _Joiner(first, second, tolerance_m).join(needed_ids)


class _Joiner:
    """One join; every step reads what the steps before it found."""

    def __init__(self, first: PatrolMap, second: PatrolMap, tolerance_m: float) -> None:
        self.first, self.second, self.tolerance_m = first, second, tolerance_m
        heights = all(any(n.z_m for n in m.nodes.values()) for m in (first, second))
        self.lookup = GraphLookup(first, tolerance_m, heights)
        self.joined = JoinedGraph(dict(first.nodes), dict(first.edges))
        taken = {*first.nodes, *first.edges}
        self.free_ids = itertools.count(max({*taken, *second.nodes, *second.edges}) + 1)
        self.taken = taken

    def join(self, needed_ids: Set[int]) -> JoinedGraph:
        """All steps."""
        self.joined.node_ids.update(self.lookup.meeting_nodes(list(self.second.nodes.values())))
        self.joined.joined_nodes = len(self.joined.node_ids)
        own = [piece for edge in self.second.edges.values() for piece in self._own_pieces(edge)]
        ends = {node_id for p in own for of_first, node_id in (p.start, p.end) if not of_first}
        self._settle((ends | needed_ids) - self.joined.node_ids.keys(), ends)
        pairs = {(edge.start_id, edge.end_id) for edge in self.joined.edges.values()}
        for piece in own:
            self._add(piece, pairs)
        return self.joined

    def _own_pieces(self, edge: Edge) -> Iterator[_Piece]:
        """The parts of a second's edge that the first map does not have."""
        nodes = self.second.nodes
        along = self.lookup.nodes_along(line_between(nodes[edge.start_id], nodes[edge.end_id]))
        passed = [(True, node_id) for node_id in along]
        places = [self._end(edge.start_id), *passed, self._end(edge.end_id)]
        for start, end in itertools.pairwise(places):
            if start == end:
                continue
            twin = self.first.edge_between.get((start[1], end[1])) if start[0] and end[0] else None
            if twin is not None:
                self.joined.same_edges += 1
                self.joined.twins.append((twin.id, edge))
                self.joined.edge_ids.setdefault(edge.id, []).append(twin.id)
            elif self.lookup.covers(line_between(self._node(start), self._node(end))):
                self.joined.same_edges += 1
            else:
                yield _Piece(edge, start, end)

    def _end(self, node_id: int) -> Place:
        met = self.joined.node_ids.get(node_id)
        return (False, node_id) if met is None else (True, met)

    def _node(self, place: Place) -> Node:
        of_first, node_id = place
        return (self.first if of_first else self.second).nodes[node_id]

    def _settle(self, node_ids: Iterable[int], ends: Set[int]) -> None:
        """Gives second's nodes a place: on a cut way of the first, or their own."""
        cuts: dict[tuple[int, int], list[tuple[float, int]]] = defaultdict(list)
        for node_id in sorted(node_ids):
            node = self.second.nodes[node_id]
            way = self.lookup.way_under(node)
            beside = None if node_id in ends else self.lookup.nearest(node, 2 * self.tolerance_m)
            if way is not None:
                cuts[way[0]].append((way[1], node_id))
            elif beside is not None:  # all its ways are the first's
                self.joined.node_ids[node_id] = beside
            else:
                self.joined.node_ids[node_id] = self._fresh(node_id)
                here = self.joined.node_ids[node_id]
                self.joined.nodes[here] = replace(node, id=here)
        for (start_id, end_id), places in sorted(cuts.items()):
            self._cut(start_id, end_id, sorted(places))

    def _cut(self, start_id: int, end_id: int, places: list[tuple[float, int]]) -> None:
        """Cuts a first's way, both directions, where nodes of the second lie on it."""
        a, b = self.first.nodes[start_id], self.first.nodes[end_id]
        length_m = math.hypot(b.x_m - a.x_m, b.y_m - a.y_m)
        chain, last = [a.id], 0.0
        for share, node_id in places:
            if len(chain) > 1 and (share - last) * length_m < MIN_PIECE_M:
                self.joined.node_ids[node_id] = chain[-1]
                continue
            here = self._fresh(node_id)
            x_m, y_m, z_m = (
                p + share * (q - p)
                for p, q in zip((a.x_m, a.y_m, a.z_m), (b.x_m, b.y_m, b.z_m), strict=True)
            )
            self.joined.nodes[here] = replace(
                self.second.nodes[node_id], id=here, x_m=x_m, y_m=y_m, z_m=z_m
            )
            self.joined.node_ids[node_id] = here
            chain.append(here)
            last = share
        chain.append(b.id)
        for ids in (chain, chain[::-1]):
            edge = self.first.edge_between.get((ids[0], ids[-1]))
            if edge is not None:
                self._replace(edge, ids)

    def _replace(self, edge: Edge, chain: list[int]) -> None:
        """A first's edge as a chain; its first piece keeps its id."""
        self.joined.cut_edges += 1
        for start_id, end_id in itertools.pairwise(chain):
            edge_id = edge.id if start_id == chain[0] else next(self.free_ids)
            piece = replace(edge, id=edge_id, start_id=start_id, end_id=end_id)
            self.joined.edges[edge_id] = self._measured(piece)

    def _add(self, piece: _Piece, pairs: set[tuple[int, int]]) -> None:
        """A second's piece as an edge here, unless its ends became one or are joined already."""
        start_id, end_id = (
            node_id if of_first else self.joined.node_ids[node_id]
            for of_first, node_id in (piece.start, piece.end)
        )
        if start_id == end_id or (start_id, end_id) in pairs:
            self.joined.same_edges += 1
            return
        edge_id = self._fresh(piece.edge.id)
        pairs.add((start_id, end_id))
        edge = replace(piece.edge, id=edge_id, start_id=start_id, end_id=end_id)
        self.joined.edges[edge_id] = self._measured(edge)
        self.joined.edge_ids.setdefault(piece.edge.id, []).append(edge_id)

    def _measured(self, edge: Edge) -> Edge:
        a, b = self.joined.nodes[edge.start_id], self.joined.nodes[edge.end_id]
        length_m = math.hypot(b.x_m - a.x_m, b.y_m - a.y_m)
        same = math.isclose(length_m, edge.length_m, abs_tol=0.001)
        return edge if same else replace(edge, length_m=length_m)

    def _fresh(self, wanted_id: int) -> int:
        """The id itself where the first map leaves it free, else a new one."""
        given = next(self.free_ids) if wanted_id in self.taken else wanted_id
        self.taken.add(given)
        return given
