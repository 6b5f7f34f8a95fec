"""One vehicle's share in sorties: out of the dock, along streets, and back within the battery.

A share that is too long is divided into fewer, longer circuits first (`splitting`); where that
does not fit, the closed walk is cut at the best places, by a shortest path over cuts (Beasley
1983; Ulusoy 1985).
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

from navigation.planning.coverage.circuit import Circuit
from navigation.planning.coverage.shares import Holder
from navigation.planning.coverage.splitting import share_out
from navigation.planning.coverage.streets import StreetGraph
from navigation.planning.coverage.vehicles import Home, Vehicle

SLACK = 1e-9  # relative: what rounding may add to a length
MORE_SORTIES = 2  # beyond the fewest that the length allows, tried as whole circuits
STEPS_PER_SORTIE = 40


@dataclass(frozen=True, slots=True)
class Sortie:
    """A walk from `start`, with the tasks it does; with a dock, from and to it."""

    start: int
    walk: tuple[int, ...]
    tasks: tuple[int, ...]
    length: float


def sorties_of(
    graph: StreetGraph,
    vehicle: Vehicle,
    home: Home | None,
    circuit: Circuit,
    tasks: Collection[int],
    seed: int = 0,
) -> list[Sortie]:
    """The sorties in which a vehicle drives a circuit and does its tasks, each within reach.

    Each task's own round trip must be within reach (`least_trip`).
    """
    if not tasks:
        return []
    if home is None:
        return _anywhere(graph, vehicle, circuit, set(tasks), seed)
    whole = _closed(graph, vehicle, home, circuit, set(tasks))
    if whole.length <= vehicle.reach * (1 + SLACK):
        return [whole]
    options = [cut_walk(graph, vehicle, home, list(whole.walk), tasks)]
    fewest = math.ceil(circuit.length(graph) / vehicle.reach)
    for count in range(max(2, fewest), min(fewest + MORE_SORTIES, len(options[0])) + 1):
        shares = _divided(graph, home, circuit, count, seed)
        left, sorties = set(tasks), list[Sortie]()
        for share in shares:
            sortie = _closed(graph, vehicle, home, share, left)
            left.difference_update(sortie.tasks)
            sorties += [sortie] if sortie.tasks else []
        if all(sortie.length <= vehicle.reach * (1 + SLACK) for sortie in sorties):
            options.append(sorties)
            break
    return min(options, key=lambda option: cost_of(vehicle, option))


def cost_of(vehicle: Vehicle, sorties: Collection[Sortie]) -> float:
    """Length of all sorties, with the charging between them."""
    length = math.fsum(sortie.length for sortie in sorties)
    return length + max(0, len(sorties) - 1) * vehicle.recharge


def cut_walk(
    graph: StreetGraph, vehicle: Vehicle, home: Home, walk: list[int], tasks: Collection[int]
) -> list[Sortie]:
    """The least total cost of doing a walk's tasks, in its order, in sorties within reach."""
    stops, places = _stops(graph, walk, set(tasks))
    run = [0.0]
    for arc in walk:
        run.append(run[-1] + graph.lengths[arc >> 1])
    best, came = [0.0] + [math.inf] * len(stops), [0] * (len(stops) + 1)
    limit = vehicle.reach * (1 + SLACK)
    for i in range(len(stops)):
        out = home.out[graph.tails[stops[i]]]
        for j in range(i + 1, len(stops) + 1):
            along = run[places[j - 1] + 1] - run[places[i]]
            length = float(out + along + home.back[graph.heads[stops[j - 1]]])
            if j == i + 1:
                length = min(length, home.round_trip(graph, stops[i] >> 1))
            elif out + along > limit:
                break
            cost = best[i] + length + vehicle.recharge
            if length <= limit and cost < best[j]:
                best[j], came[j] = cost, i
    sorties, j = [], len(stops)
    while j:
        i = came[j]
        segment = walk[places[i] : places[j - 1] + 1]
        sorties.append(_from_home(graph, vehicle, home, segment, stops[i:j]))
        j = i
    return sorties[::-1]


def tasks_on(graph: StreetGraph, walk: Collection[int], wanted: Collection[int]) -> list[int]:
    """The wanted tasks that a walk does, in order."""
    return list(dict.fromkeys(t for t in map(graph.task_of, walk) if t in wanted))


def _stops(graph: StreetGraph, walk: list[int], left: set[int]) -> tuple[list[int], list[int]]:
    """Arcs that do a task first, and their places in a walk."""
    stops, places = list[int](), list[int]()
    for place, arc in enumerate(walk):
        if graph.task_of(arc) in left:
            left.remove(graph.task_of(arc))
            stops.append(arc)
            places.append(place)
    return stops, places


def _from_home(
    graph: StreetGraph, vehicle: Vehicle, home: Home, segment: list[int], stops: list[int]
) -> Sortie:
    assert vehicle.dock is not None
    if len(stops) == 1 and not graph.streets[stops[0] >> 1].one_way:
        turned = stops[0] ^ 1
        if graph.task_of(turned) == graph.task_of(stops[0]) and (
            home.out[graph.tails[turned]] + home.back[graph.heads[turned]]
            < home.out[graph.tails[stops[0]]] + home.back[graph.heads[stops[0]]]
        ):
            segment = [turned]
    walk = [
        *graph.shortest_walk(vehicle.dock, graph.tails[segment[0]]),
        *segment,
        *graph.shortest_walk(graph.heads[segment[-1]], vehicle.dock),
    ]
    done = tuple(graph.task_of(arc) for arc in stops)
    return Sortie(vehicle.dock, tuple(walk), done, graph.length_of(walk))


def _closed(
    graph: StreetGraph, vehicle: Vehicle, home: Home, circuit: Circuit, wanted: set[int]
) -> Sortie:
    """A whole circuit, joined to the dock at the node that is least to come to and leave."""
    assert vehicle.dock is not None
    gate = min(sorted(circuit.nodes(graph)), key=lambda node: home.out[node] + home.back[node])
    walk = [
        *graph.shortest_walk(vehicle.dock, gate),
        *circuit.walk(graph, gate),
        *graph.shortest_walk(gate, vehicle.dock),
    ]
    done = tuple(tasks_on(graph, walk, wanted))
    return Sortie(vehicle.dock, tuple(walk), done, graph.length_of(walk))


def _divided(
    graph: StreetGraph, home: Home | None, circuit: Circuit, count: int, seed: int
) -> list[Circuit]:
    holder = Holder() if home is None else Holder(home.out + home.back)
    shares = share_out(graph, circuit, [holder] * count, STEPS_PER_SORTIE * count, seed)
    return [share.circuit for share in shares if share.circuit]


def _anywhere(
    graph: StreetGraph, vehicle: Vehicle, circuit: Circuit, wanted: set[int], seed: int
) -> list[Sortie]:
    """Sorties that each start and end where they like."""
    limit = vehicle.reach * (1 + SLACK)
    fewest = max(1, math.ceil(circuit.length(graph) / limit))
    for count in range(fewest, fewest + MORE_SORTIES + 1):
        shares = _divided(graph, None, circuit, count, seed)
        if all(share.length(graph) <= limit for share in shares):
            break
    sorties = []
    for share in shares:
        walk = share.walk(graph, min(share.nodes(graph)))
        done = tasks_on(graph, walk, wanted)
        wanted = wanted.difference(done)
        start = graph.tails[walk[0]]
        if done and share.length(graph) <= limit:
            sorties.append(Sortie(start, tuple(walk), tuple(done), graph.length_of(walk)))
        else:
            sorties += _piecewise(graph, vehicle, walk, done)
    return sorties


def _piecewise(
    graph: StreetGraph, vehicle: Vehicle, walk: list[int], tasks: list[int]
) -> list[Sortie]:
    """A walk beyond reach, cut into sorties around one starting place after another."""
    sorties, left = list[Sortie](), list(tasks)
    while left:
        dock = graph.tails[left[0]]
        home = Home(graph.distances([dock])[0], graph.distances([dock], towards=True)[0])
        near = [t for t in left if home.round_trip(graph, t >> 1) <= vehicle.reach * (1 + SLACK)]
        placed = Vehicle(vehicle.name, dock, vehicle.reach, vehicle.recharge)
        sorties += cut_walk(graph, placed, home, walk, near)
        left = [task for task in left if task not in set(near)]
    return sorties
