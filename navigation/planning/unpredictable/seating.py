"""Which vehicle takes which slot of a persistent plan, and how it gets there."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.optimize import linear_sum_assignment

from navigation.planning.patrol_cycle import PatrolCycle
from navigation.planning.patrol_graph import PatrolGraph
from navigation.planning.unpredictable.schedule import Seat, Stop

PHASES = 8  # phases of a cycle that are tried


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """A vehicle that can leave a place from a time on."""

    place: int
    free_s: float


@dataclass(frozen=True, slots=True)
class _Way:
    """In step with a slot at a stop of the cycle, at the earliest at `ready_s`."""

    stop: int
    ready_s: float


def seats_at_start(graph: PatrolGraph, cycle: PatrolCycle) -> list[Seat]:
    """Vehicles one spacing apart at time 0; a slot on a move waits for it at the move's end."""
    if len(cycle.places) == 1:
        stays = Stop(cycle.places[0], 0.0, math.inf, 0)
        return [Seat(stays) for _ in range(cycle.vehicles)]
    seats, legs_s = [], cycle.legs_s(graph)
    for number in range(cycle.vehicles):
        stop, since_s = cycle.at_phase(graph, number * cycle.spacing_s)
        wait_s = 0.0
        if since_s > 1e-9:
            wait_s = max(float(legs_s[stop]) - since_s, 0.0)
            stop = (stop + 1) % len(cycle.places)
        seats.append(Seat(Stop(cycle.places[stop], 0.0, wait_s, stop)))
    return seats


def seats_from(
    graph: PatrolGraph, plan: Sequence[PatrolCycle], where: Sequence[Whereabouts]
) -> tuple[list[list[Seat]], list[list[int]]]:
    """Seats of each cycle and their vehicles, such that the last is in step soonest."""
    start_s = max(vehicle.free_s for vehicle in where)
    best: tuple[float, list[tuple[int, int, float]], list[int]] | None = None
    for share in range(PHASES):
        slots = [
            (cycle, number, start_s + (share / PHASES - number) * plan[cycle].spacing_s)
            for cycle in range(len(plan))
            for number in range(plan[cycle].vehicles)
        ]
        ready_s = np.array(
            [[_way(graph, plan[c], line_s, w).ready_s for c, _, line_s in slots] for w in where]
        )
        # a high power stands for the largest, and still tells equals apart
        rows, columns = linear_sum_assignment((ready_s - start_s + 1.0) ** 4)
        last_s = float(ready_s[rows, columns].max())
        if best is None or last_s < best[0]:
            best = last_s, slots, [int(c) for c in columns]
    assert best is not None
    return _take_seats(graph, plan, where, best[1], best[2])


def _take_seats(
    graph: PatrolGraph,
    plan: Sequence[PatrolCycle],
    where: Sequence[Whereabouts],
    slots: Sequence[tuple[int, int, float]],
    chosen: Sequence[int],
) -> tuple[list[list[Seat]], list[list[int]]]:
    vehicle_of = {column: vehicle for vehicle, column in enumerate(chosen)}
    seats: list[list[Seat]] = [[] for _ in plan]
    numbers: list[list[int]] = [[] for _ in plan]
    for column, (cycle, _, line_s) in enumerate(slots):
        vehicle = vehicle_of[column]
        way = _way(graph, plan[cycle], line_s, where[vehicle])
        seats[cycle].append(_seat(graph, plan[cycle], where[vehicle], way))
        numbers[cycle].append(vehicle)
    return seats, numbers


def _way(graph: PatrolGraph, cycle: PatrolCycle, line_s: float, vehicle: Whereabouts) -> _Way:
    """The stop where the vehicle is in step soonest with a slot that starts at `line_s`."""
    places = np.array(cycle.places)
    there_s = vehicle.free_s + graph.travel_s[vehicle.place, places]
    if len(places) == 1:
        return _Way(0, float(there_s[0]))
    wait_s = (line_s + cycle.offsets_s(graph) - there_s) % cycle.duration_s
    ready_s = there_s + wait_s
    stop = int(ready_s.argmin())
    return _Way(stop, float(ready_s[stop]))


def _seat(graph: PatrolGraph, cycle: PatrolCycle, vehicle: Whereabouts, way: _Way) -> Seat:
    path = graph.path(vehicle.place, cycle.places[way.stop])
    leave_s = way.ready_s if len(cycle.places) > 1 else math.inf
    if len(path) == 1:
        return Seat(Stop(vehicle.place, vehicle.free_s, leave_s, way.stop))
    ahead, now_s = deque[Stop](), vehicle.free_s
    for start, end in pairwise(path):
        now_s += float(graph.travel_s[start, end])
        ahead.append(Stop(end, now_s, now_s, None))
    last = ahead.pop()
    ahead.append(Stop(last.place, last.arrive_s, leave_s, way.stop))
    return Seat(Stop(vehicle.place, vehicle.free_s, vehicle.free_s, None), ahead)
