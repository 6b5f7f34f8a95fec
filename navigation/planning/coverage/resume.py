"""Routes from where a vehicle stands: the rest of an old one, or a new one."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from navigation.planning.coverage.circuit import Circuit
from navigation.planning.coverage.postman import postman_circuit
from navigation.planning.coverage.rural import clusters_of
from navigation.planning.coverage.sorties import SLACK, Sortie, sorties_of, tasks_on
from navigation.planning.coverage.streets import StreetGraph
from navigation.planning.coverage.vehicles import Home, Vehicle
from patrol.errors import PlanError

TRIES = 0  # replanning is in a hurry: no other ways of joining pieces


def rest_of(
    graph: StreetGraph,
    old: StreetGraph,
    vehicle: Vehicle,
    sorties: Collection[Sortie],
    tasks: Collection[int],
) -> list[Sortie] | None:
    """What is left to drive of old sorties for some tasks; None when it can't be driven so.

    Streets that were open in the `old` graph and are closed now are driven round.
    """
    left, rest = set(tasks), list[Sortie]()
    for sortie in sorties:
        wanted = left.intersection(sortie.tasks)
        if not wanted:
            continue
        walk = _round_closed(graph, old, list(sortie.walk))
        if walk is None:
            return None
        start = sortie.start
        if not rest and vehicle.at is not None:
            first = next(p for p, arc in enumerate(walk) if graph.task_of(arc) in wanted)
            start, walk = vehicle.at, _from(graph, vehicle.at, walk[first:])
        length = graph.length_of(walk)
        if length > _reach(vehicle, bool(rest)) * (1 + SLACK):
            return None
        rest.append(Sortie(start, tuple(walk), tuple(tasks_on(graph, walk, wanted)), length))
        left -= wanted
    return None if left else rest


def _round_closed(graph: StreetGraph, old: StreetGraph, walk: list[int]) -> list[int] | None:
    """A walk in the old graph with the shortest ways round what is closed in the new one."""
    open_walk = list[int]()
    for arc in walk:
        ends = old.tails[arc], old.heads[arc]
        if (graph.tails[arc], graph.heads[arc]) == ends:
            open_walk.append(arc)
        elif (round_it := graph.network.way(*ends)) is not None:
            open_walk += round_it
        else:
            return None
    return open_walk


def with_detours(
    graph: StreetGraph, vehicle: Vehicle, sorties: Sequence[Sortie], tasks: Collection[int]
) -> list[Sortie] | None:
    """Sorties with further tasks driven as detours, piece by piece; None beyond reach."""
    longer = list(sorties)
    clusters = clusters_of(graph, {task >> 1 for task in tasks})
    pieces: dict[int, list[int]] = {}
    for task in sorted(tasks):
        pieces.setdefault(clusters.find(graph.tails[task]), []).append(task)
    for piece in pieces.values():
        circuit = postman_circuit(graph, piece, tries=TRIES)
        options = [
            (k, option)
            for k, sortie in enumerate(longer)
            if (option := _detour(graph, sortie, circuit, piece)).length
            <= _reach(vehicle, later=k > 0) * (1 + SLACK)
        ]
        if not options:
            return None
        place, chosen = min(
            options, key=lambda option: option[1].length - longer[option[0]].length
        )
        longer[place] = chosen
    return longer


def _detour(graph: StreetGraph, sortie: Sortie, circuit: Circuit, tasks: list[int]) -> Sortie:
    """A sortie that leaves its walk for a circuit where that is nearest, and comes back."""
    passed = [sortie.start, *(graph.heads[arc] for arc in sortie.walk)]
    meeting = circuit.nodes(graph).intersection(passed)
    gate = min(meeting or circuit.nodes(graph))
    there, back = graph.distances([gate], towards=True)[0], graph.distances([gate])[0]
    place = min(range(len(passed)), key=lambda p: float(there[passed[p]] + back[passed[p]]))
    walk = [
        *sortie.walk[:place],
        *graph.shortest_walk(passed[place], gate),
        *circuit.walk(graph, gate),
        *graph.shortest_walk(gate, passed[place]),
        *sortie.walk[place:],
    ]
    return Sortie(sortie.start, tuple(walk), (*sortie.tasks, *tasks), graph.length_of(walk))


def new_route(
    graph: StreetGraph, vehicle: Vehicle, home: Home | None, tasks: Collection[int], seed: int
) -> list[Sortie]:
    """Sorties for some tasks, the first from where the vehicle stands; raises PlanError."""
    if not tasks:
        return _way_home(graph, vehicle)
    circuit = postman_circuit(graph, tasks, seed, TRIES)
    if vehicle.at is None:
        return sorties_of(graph, vehicle, home, circuit, tasks, seed)
    reach = _reach(vehicle, later=False) * (1 + SLACK)
    out = graph.distances([vehicle.at])[0]
    back = [0.0] * graph.node_count if home is None else home.back
    gate = min(sorted(circuit.nodes(graph)), key=lambda node: out[node] + back[node])
    walk = [*graph.shortest_walk(vehicle.at, gate), *circuit.walk(graph, gate)]
    if vehicle.dock is not None:
        walk += graph.shortest_walk(gate, vehicle.dock)
    length = graph.length_of(walk)
    if length <= reach:
        done = tasks_on(graph, walk, set(tasks))
        return [Sortie(vehicle.at, tuple(walk), tuple(done), length)]
    sorties = sorties_of(graph, vehicle, home, circuit, tasks, seed)
    return _begun(graph, vehicle, sorties, reach)


def _begun(
    graph: StreetGraph, vehicle: Vehicle, sorties: list[Sortie], reach: float
) -> list[Sortie]:
    """Sorties with one of them first, begun where the vehicle stands, or else the way home."""
    assert vehicle.at is not None
    begun = []
    for k, sortie in enumerate(sorties):
        wanted = set(sortie.tasks)
        first = next(p for p, arc in enumerate(sortie.walk) if graph.task_of(arc) in wanted)
        walk = _from(graph, vehicle.at, list(sortie.walk[first:]))
        begun.append((graph.length_of(walk), k, walk))
    length, k, walk = min(begun)
    if length <= reach:
        done = tuple(tasks_on(graph, walk, set(sorties[k].tasks)))
        return [Sortie(vehicle.at, tuple(walk), done, length), *sorties[:k], *sorties[k + 1 :]]
    return [*_way_home(graph, vehicle), *sorties]


def _way_home(graph: StreetGraph, vehicle: Vehicle) -> list[Sortie]:
    if vehicle.at is None or vehicle.at == vehicle.dock:
        return []
    if vehicle.dock is None:
        return [Sortie(vehicle.at, (), (), 0.0)]  # it charges where it stands
    walk = graph.shortest_walk(vehicle.at, vehicle.dock)
    length, reach = graph.length_of(walk), _reach(vehicle, later=False)
    if length > reach * (1 + SLACK):
        raise PlanError(
            f"vehicle {vehicle.name}: its dock is {length:.1f} from node {vehicle.at}, but"
            f" {reach:.1f} is left; leave it out and fetch it"
        )
    return [Sortie(vehicle.at, tuple(walk), (), length)]


def _reach(vehicle: Vehicle, later: bool) -> float:
    if later or vehicle.reach_now is None:
        return vehicle.reach
    return vehicle.reach_now


def _from(graph: StreetGraph, at: int, walk: list[int]) -> list[int]:
    return [*graph.shortest_walk(at, graph.tails[walk[0]]), *walk]
