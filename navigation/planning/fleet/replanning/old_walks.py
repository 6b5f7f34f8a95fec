"""The walks of patrols in rounds under way, as a plan over the ways as they are now."""

from __future__ import annotations

from collections.abc import Sequence

from navigation.planning.fleet.laps import timed, with_moves
from navigation.planning.fleet.replanning.team import Situation
from navigation.planning.fleet.rounds import Rounds
from navigation.planning.fleet.types import PlanMode
from navigation.planning.patrol_cycle import PatrolCycle
from navigation.planning.patrol_graph import PatrolGraph
from navigation.planning.persistent.bounds import team_bound_s
from navigation.planning.persistent.partition import Group
from navigation.planning.persistent.plan import Beat, PersistentPlan
from navigation.planning.persistent.search import walks_of
from navigation.planning.persistent.team import TeamVehicle
from patrol.errors import PlanError


def old_plan(now: Situation, rounds: Rounds, vehicles: Sequence[TeamVehicle]) -> PersistentPlan:
    """The walks as they were; those of a persistent patrol without charges as driven.

    A new place goes where it is nearest, one that is lost is passed over. Members that are gone
    stand behind `vehicles` in the team. Has no beats where no walk can be gone round any more.
    """
    graph = rounds.graph
    orders = _orders(now, graph)
    pairs = [(walk, order) for walk, order in zip(now.old.walks, orders, strict=True) if order]
    charges = any(vehicle.must_charge for vehicle in vehicles)
    is_driven = now.request.mode is PlanMode.PERSISTENT and not charges
    if is_driven:
        graph = with_moves(rounds, [order for _, order in pairs])
    known = {vehicle.id for vehicle in vehicles}
    left = [TeamVehicle(i) for walk in now.old.walks for i in walk.vehicle_ids if i not in known]
    team = (*vehicles, *left)
    row = {vehicle.id: i for i, vehicle in enumerate(team)}
    beats = tuple(
        Beat(_cycle(graph, order, walk.slots), tuple(row[v] for v in walk.vehicle_ids))
        for walk, order in pairs
    )
    plan = PersistentPlan(graph, team, beats, team_bound_s(graph, len(team)), now.request.seed)
    return timed(rounds, plan).plan if is_driven and beats else plan


def _orders(now: Situation, graph: PatrolGraph) -> list[list[int]]:
    """The stops of each walk: as they were, or each place once where places came or went."""
    number = {name: i for i, name in enumerate(graph.names)}
    whole = [[number[name] for name in walk.task_ids if name in number] for walk in now.old.walks]
    orders = [list(dict.fromkeys(stops)) for stops in whole]
    for place in set(range(len(graph))).difference(*orders):
        able = [order for order in orders if order]
        if not able:
            break
        order = min(able, key=lambda order: min(graph.travel_s[order, place]))
        order.insert(1 + min(range(len(order)), key=lambda i: graph.travel_s[order[i], place]),
                     place)  # fmt: skip
    return [
        stops if len(stops) == len(walk.task_ids) and set(stops) == set(order) else order
        for walk, stops, order in zip(now.old.walks, whole, orders, strict=True)
    ]


def _cycle(graph: PatrolGraph, stops: Sequence[int], slots: int) -> PatrolCycle:
    """The walk itself where the graph has its moves, else its places in their order."""
    try:
        return PatrolCycle.of_walk(graph, stops, slots)
    except PlanError:
        return walks_of(graph, [Group(tuple(dict.fromkeys(stops)), slots)])[0]
