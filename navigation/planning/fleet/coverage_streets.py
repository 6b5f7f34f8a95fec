"""The streets of a map as a team can drive them: in seconds, with what is shut told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from navigation.planning.coverage.map_streets import MapStreets, streets_of
from navigation.planning.fleet.types import LeftOut, PlanVehicle
from navigation.planning.route_search import TURN_ROUND_S, edge_durations_s
from patrol.errors import PlanError
from patrol.map import PatrolMap


def timed_streets(
    patrol_map: PatrolMap,
    vehicles: Sequence[PlanVehicle],
    passable: Collection[int],
    wanted: Collection[int],
    both_sides: Collection[int],
    keep_node_ids: Collection[int] = (),
) -> MapStreets:
    """The streets in seconds for the slowest vehicle of the team.

    `both_sides` are the edges to be driven in either direction; no street runs through a kept
    node. Raises PlanError where nothing wanted or no home is on an open way.
    """
    if not wanted:
        raise PlanError(f"{patrol_map.map_id}: none of the wanted streets can be used")
    cap_mps = min(vehicle.spec.speed_cap_mps for vehicle in vehicles)
    keep = {vehicle.node_id for vehicle in vehicles if vehicle.dock_id is None}
    keep |= set(keep_node_ids)
    used = {node for i in passable for node in _ends(patrol_map, i)}
    for vehicle in vehicles:
        home = patrol_map.dock(vehicle.dock_id).node_id if vehicle.dock_id else vehicle.node_id
        if home not in used:
            raise PlanError(
                f"vehicle {vehicle.id}: node {home} is on no street that it can use; open one, or "
                "let it start elsewhere"
            )
    streets = streets_of(
        patrol_map, passable=passable, required=wanted, both_sides=both_sides, keep=keep,
        costs=_costs_s(patrol_map, passable, cap_mps),
    )  # fmt: skip
    return replace(streets, graph=replace(streets.graph, unit="s"))


def _costs_s(patrol_map: PatrolMap, passable: Collection[int], cap_mps: float) -> dict[int, float]:
    """Driving times, and on both edges of a dead end half of what turning round takes."""
    costs_s = edge_durations_s(patrol_map, cap_mps)
    around: dict[int, set[int]] = {}
    for edge_id in passable:
        start, end = _ends(patrol_map, edge_id)
        around.setdefault(start, set()).add(end)
        around.setdefault(end, set()).add(start)
    for edge_id in passable:
        if any(len(around[node]) == 1 for node in _ends(patrol_map, edge_id)):
            costs_s[edge_id] += TURN_ROUND_S / 2
    return costs_s


def _ends(patrol_map: PatrolMap, edge_id: int) -> tuple[int, int]:
    edge = patrol_map.edges[edge_id]
    return edge.start_id, edge.end_id


def shut_streets(
    patrol_map: PatrolMap, wanted: Collection[int], closed: Mapping[int, str]
) -> list[LeftOut]:
    """Wanted edges that nobody may drive, one line a street and reason."""
    grouped: dict[tuple[str, str], list[int]] = {}
    for edge_id in sorted(set(wanted) & closed.keys()):
        grouped.setdefault((patrol_map.edges[edge_id].name, closed[edge_id]), []).append(edge_id)
    return [
        LeftOut(
            f"{name or 'edge'} ({', '.join(map(str, ids[:6]))}{' …' if ids[6:] else ''})",
            why,
            "open it, or send a vehicle that may use it",
        )
        for (name, why), ids in grouped.items()
    ]
