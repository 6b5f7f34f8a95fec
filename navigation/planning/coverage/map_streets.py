"""Between a PatrolMap's directed edges and the streets of coverage planning.

Edges in both directions between two nodes are one street; a chain of them through nodes where
nothing else meets is one street, too, so that a curve counts once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise

from navigation.planning.coverage.streets import Street, StreetGraph
from patrol.errors import PlanError
from patrol.map import PatrolMap


@dataclass(frozen=True)
class MapStreets:
    """A street graph with the way back: map node by node, map edges by arc."""

    graph: StreetGraph
    node_ids: tuple[int, ...]
    edge_ids: tuple[tuple[int, ...], ...]  # by arc; empty against a one-way street

    def node(self, node_id: int) -> int:
        """The graph's node for a map's node; raises PlanError for one inside a street."""
        try:
            return self.node_ids.index(node_id)
        except ValueError:
            raise PlanError(
                f"node {node_id} is on no passable street or inside one; name it in `keep`"
            ) from None

    def edges_of(self, walk: Collection[int]) -> tuple[int, ...]:
        """The map's edges along a walk, in driving order."""
        return tuple(edge_id for arc in walk for edge_id in self.edge_ids[arc])


def streets_of(
    patrol_map: PatrolMap,
    *,
    passable: Collection[int] | None = None,
    required: Collection[int] | None = None,
    both_sides: Collection[int] = (),
    keep: Collection[int] = (),
    costs: Mapping[int, float] | None = None,
) -> MapStreets:
    """The streets of a map. Edge ids: `passable` may be driven, `required` must be (None: all).

    Streets with an edge in `both_sides` are to be covered once in each direction. `keep` names
    nodes that stay nodes, as docks do by themselves. `costs` by edge replaces metres, e.g. with
    seconds; a street costs what its dearer direction does. Raises PlanError for unknown ids.
    """
    _check_known(patrol_map, {"passable": passable, "required": required,
                              "both_sides": both_sides}, keep)  # fmt: skip
    drivable = set(patrol_map.edges if passable is None else passable)
    wanted = drivable if required is None else set(required)
    links = _links(patrol_map, drivable)
    stops = {*keep, *(dock.node_id for dock in patrol_map.docks)}
    cost = {i: patrol_map.edges[i].length_m if costs is None else costs[i] for i in drivable}
    chains = _chains(links, stops, wanted, set(both_sides))
    node_ids = tuple(sorted({node for chain in chains for node in (chain[0], chain[-1])}))
    number = {node_id: i for i, node_id in enumerate(node_ids)}
    streets, edge_ids = list[Street](), list[tuple[int, ...]]()
    for chain in chains:
        forward = _along(links, chain)
        backward = _along(links, chain[::-1])
        if not forward:
            chain, forward, backward = chain[::-1], backward, ()
        either = {*forward, *backward}
        streets.append(Street(
            number[chain[0]], number[chain[-1]],
            max(sum(cost[i] for i in forward), sum(cost[i] for i in backward)),
            required=not either.isdisjoint(wanted),
            sides=2 if backward and not either.isdisjoint(both_sides) else 1,
            one_way=not backward,
            name=patrol_map.edges[forward[0]].name or f"edge {forward[0]}",
        ))  # fmt: skip
        edge_ids += [forward, backward]
    return MapStreets(StreetGraph(len(node_ids), tuple(streets)), node_ids, tuple(edge_ids))


Links = dict[tuple[int, int], int]  # the edge from one node to another


def _check_known(
    patrol_map: PatrolMap, edges: Mapping[str, Collection[int] | None], keep: Collection[int]
) -> None:
    for name, ids in edges.items():
        for edge_id in ids or ():
            if edge_id not in patrol_map.edges:
                raise PlanError(f"{patrol_map.map_id}: {name}: edge {edge_id} is no edge of it")
    for node_id in keep:
        if node_id not in patrol_map.nodes:
            raise PlanError(f"{patrol_map.map_id}: keep: node {node_id} is no node of it")


def _links(patrol_map: PatrolMap, drivable: set[int]) -> Links:
    edges = (patrol_map.edges[i] for i in sorted(drivable))
    return {(edge.start_id, edge.end_id): edge.id for edge in edges}


def _along(links: Links, chain: list[int]) -> tuple[int, ...]:
    """Edges along nodes; none when one is missing."""
    found = [links.get(pair) for pair in pairwise(chain)]
    known = [edge_id for edge_id in found if edge_id is not None]
    return tuple(known) if len(known) == len(found) else ()


def _chains(
    links: Links, stops: set[int], wanted: set[int], both_sides: set[int]
) -> list[list[int]]:
    """Nodes of each street: from one junction to the next."""
    around: dict[int, list[int]] = {}
    for a, b in links:
        for here, there in ((a, b), (b, a)):
            if there not in around.setdefault(here, []):
                around[here].append(there)

    def kind(a: int, b: int) -> tuple[bool, bool, bool, bool]:
        """What must not change inside a street."""
        ids = {links.get((a, b)), links.get((b, a))}
        ways = (a, b) in links, (b, a) in links
        return (*ways, bool(ids & wanted), bool(ids & both_sides))

    def ends(node: int) -> bool:
        if node in stops or len(around[node]) != 2:
            return True
        before, after = around[node]
        return kind(before, node) != kind(node, after)

    seen, chains = set[tuple[int, int]](), list[list[int]]()
    rings = [node for node in sorted(around) if not ends(node)]
    for start in [*(node for node in sorted(around) if ends(node)), *rings]:
        for following in around[start]:
            if (start, following) in seen:
                continue
            chain = [start, following]
            while not ends(chain[-1]) and chain[-1] != start:
                chain.append(next(n for n in around[chain[-1]] if n != chain[-2]))
            for a, b in pairwise(chain):
                seen |= {(a, b), (b, a)}
            chains.append(chain)
    return chains
