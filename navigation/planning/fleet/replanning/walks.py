"""From the steps that vehicles still have to drive to walks over streets."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from navigation.planning.coverage.map_streets import MapStreets
from navigation.planning.coverage.sorties import Sortie
from navigation.planning.fleet.replanning.team import Member
from navigation.planning.route_search import RouteSearch, Start
from patrol.errors import PlanError
from patrol.map import PatrolMap


def open_rest(
    member: Member, passable: Collection[int], until_s: float = math.inf
) -> list[list[int]]:
    """The edges ahead of a vehicle, one list a battery, with ways round what is closed; only
    streets that it would be done with by a time, given how late it is."""
    if not member.standing.is_on_plan:
        return []
    late_s = _late_s(member)
    sorties: list[list[int]] = [[]]
    for step in member.rest:
        if step.end_s + late_s > until_s:
            break
        sorties[-1] += step.edge_ids
        if step.is_charge and step.end_s > step.begin_s:
            sorties.append([])
    return [_round(member.search, edges, passable) for edges in sorties if edges]


def delayed_end_s(member: Member) -> float:
    """When a vehicle would be done with its rest as it was."""
    return member.rest[-1].end_s + _late_s(member) if member.rest else 0.0


def _late_s(member: Member) -> float:
    """How much later it goes on than it would have."""
    if not member.rest:
        return 0.0
    return max(0.0, member.vehicle.available_at_s - member.rest[0].leave_s)


def _round(search: RouteSearch, edges: Sequence[int], passable: Collection[int]) -> list[int]:
    """Edges with the quickest ways round closed ones; what cannot be reached so is given up."""
    found: list[int] = []
    for edge_id in edges:
        if edge_id not in passable:
            continue
        edge = search.patrol_map.edges[edge_id]
        here = search.patrol_map.edges[found[-1]].end_id if found else edge.start_id
        if here != edge.start_id:
            try:
                found += search.route(Start(here), edge.start_id).edge_ids
            except PlanError:
                continue
        found.append(edge_id)
    return found


def corners(patrol_map: PatrolMap, edge_ids: Sequence[int]) -> set[int]:
    """Where a walk begins, ends and turns round: there no street may go on."""
    if not edge_ids:
        return set()
    edges = [patrol_map.edges[e] for e in edge_ids]
    turns = {a.end_id for a, b in pairwise(edges) if a.start_id == b.end_id}
    return turns | {edges[0].start_id, edges[-1].end_id}


def sorties_on(
    streets: MapStreets, pieces: Sequence[Sequence[int]], claimed: set[int]
) -> Iterator[Sortie]:
    """Walks with the tasks on them that nobody before has claimed."""
    first = {edges[0]: arc for arc, edges in enumerate(streets.edge_ids) if edges}
    graph = streets.graph
    wanted = {task for street in graph.required for task in graph.tasks(street)}
    for piece in pieces:
        walk, at = list[int](), 0
        while at < len(piece):
            arc = first[piece[at]]
            walk.append(arc)
            at += len(streets.edge_ids[arc])
        tasks = [t for t in dict.fromkeys(map(graph.task_of, walk)) if t in wanted - claimed]
        claimed.update(tasks)
        if walk:
            yield Sortie(graph.tails[walk[0]], tuple(walk), tuple(tasks), graph.length_of(walk))


def leading_to(patrol_map: PatrolMap, edge_ids: Collection[int], node_id: int) -> frozenset[int]:
    """Those of some edges from whose end the others lead to a node."""
    into: dict[int, list[int]] = {}
    for edge_id in edge_ids:
        into.setdefault(patrol_map.edges[edge_id].end_id, []).append(edge_id)
    found, seen, left = set[int](), {node_id}, [node_id]
    while left:
        for edge_id in into.get(left.pop(), ()):
            found.add(edge_id)
            start_id = patrol_map.edges[edge_id].start_id
            if start_id not in seen:
                seen.add(start_id)
                left.append(start_id)
    return frozenset(found)
