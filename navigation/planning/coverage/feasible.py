"""Who can cover which street at all, and why a street is left out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from navigation.planning.coverage.sorties import SLACK
from navigation.planning.coverage.streets import StreetGraph
from navigation.planning.coverage.vehicles import Home, Vehicle, least_trip


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A street that is asked for and in no route, why, and what would change that."""

    street: int
    why: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Duty:
    """Vehicles (indices) and the streets of one strongly connected part that they cover."""

    vehicles: tuple[int, ...]
    streets: tuple[int, ...]


def share_parts(
    graph: StreetGraph, vehicles: Sequence[Vehicle], homes: dict[int, Home]
) -> tuple[list[Duty], list[LeftOut]]:
    """Which vehicles work in which part of the graph, and the streets that nobody can cover.

    A vehicle with a dock works in the dock's part; others go where most is left for each.
    """
    streets, left_out = _by_part(graph)
    crew: dict[int, list[int]] = {part: [] for part in streets}
    for i, vehicle in enumerate(vehicles):
        place = vehicle.dock if vehicle.dock is not None else vehicle.at
        if place is not None:
            crew.setdefault(int(graph.parts[place]), []).append(i)
    work = {p: math.fsum(graph.lengths[s] for s in found) for p, found in streets.items()}
    for i, vehicle in enumerate(vehicles):
        if vehicle.dock is None and vehicle.at is None and work:
            part = max(work, key=lambda p: (not crew[p], work[p] / (len(crew[p]) + 1)))
            crew[part].append(i)
    duties = []
    for part, found in streets.items():
        if not crew[part]:
            left_out += [_nobody(graph, s, vehicles) for s in found]
            continue
        doable, beyond = _within_reach(graph, [vehicles[i] for i in crew[part]], homes, found)
        duties.append(Duty(tuple(crew[part]), tuple(doable)))
        left_out += beyond
    return duties, sorted(left_out, key=lambda out: out.street)


def _by_part(graph: StreetGraph) -> tuple[dict[int, list[int]], list[LeftOut]]:
    """Required streets by part, and those that lead from one part to another."""
    streets: dict[int, list[int]] = {}
    left_out = []
    for i in graph.required:
        tail, head = graph.tails[2 * i], graph.heads[2 * i]
        if graph.parts[tail] == graph.parts[head]:
            streets.setdefault(int(graph.parts[tail]), []).append(i)
        else:
            why = f"there is no way back from node {head} to node {tail}"
            left_out.append(LeftOut(i, why, "open a way back"))
    return streets, left_out


def _nobody(graph: StreetGraph, street: int, vehicles: Sequence[Vehicle]) -> LeftOut:
    node = graph.tails[2 * street]
    if any(vehicle.dock is not None for vehicle in vehicles):
        why = "there is no way there and back from any dock"
        return LeftOut(street, why, f"open a way to node {node}, or put a dock there")
    why = f"it is joined to nothing that the {len(vehicles)} vehicles cover"
    return LeftOut(street, why, "open a way to it, or add a vehicle")


def _within_reach(
    graph: StreetGraph, crew: list[Vehicle], homes: dict[int, Home], streets: list[int]
) -> tuple[list[int], list[LeftOut]]:
    doable, beyond = list[int](), list[LeftOut]()
    for i in streets:
        trips = [(least_trip(graph, v, homes, i), v) for v in _kinds(crew)]
        if any(trip <= v.reach * (1 + SLACK) for trip, v in trips):
            doable.append(i)
            continue
        needed, nearest = min(trips, key=lambda trip: trip[0])
        why = (
            f"there and back is {graph.text(needed)} for vehicle {nearest.name}, whose battery "
            f"lasts {graph.text(nearest.reach)}"
        )
        remedy = f"send one whose battery lasts {graph.text(needed)}"
        beyond.append(LeftOut(i, why, remedy))
    return doable, beyond


def _kinds(crew: list[Vehicle]) -> list[Vehicle]:
    """One vehicle of each dock: the one that reaches farthest."""
    best: dict[int | None, Vehicle] = {}
    for vehicle in crew:
        if vehicle.dock not in best or vehicle.reach > best[vehicle.dock].reach:
            best[vehicle.dock] = vehicle
    return list(best.values())
