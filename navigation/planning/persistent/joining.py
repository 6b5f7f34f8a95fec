"""Vehicles that start anywhere get into step: who goes to which walk, which slot, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from navigation.planning.patrol_cycle import PatrolCycle
from navigation.planning.patrol_graph import Floats, Ints, PatrolGraph
from navigation.planning.persistent.plan import Beat, Join
from navigation.planning.persistent.team import TeamVehicle

PHASES = 24  # of the walk against the clock, compared for each beat
MOST_TIMES = 4_000_000  # join times worked out for one beat; a large one compares fewer phases


def members_of(
    graph: PatrolGraph, team: Sequence[TeamVehicle], walks: Sequence[PatrolCycle]
) -> list[tuple[int, ...]]:
    """Which vehicles go to which walk: least time to reach it and, to charge, from and to it."""
    seats = [walk for walk, cycle in enumerate(walks) for _ in range(cycle.vehicles)]
    reach_s = np.zeros((len(team), len(walks)))
    for walk, cycle in enumerate(walks):
        stops = sorted(set(cycle.places))
        for number, vehicle in enumerate(team):
            if vehicle.place is not None:
                reach_s[number, walk] += graph.travel_s[vehicle.place, stops].min()
            if vehicle.must_charge and vehicle.dock is not None:
                dock = vehicle.dock
                ways_s = graph.travel_s[dock, stops] + graph.travel_s[stops, dock]
                reach_s[number, walk] += ways_s.min()
    rows, columns = linear_sum_assignment(reach_s[:, seats])
    return [
        tuple(int(row) for row, column in zip(rows, columns, strict=True) if seats[column] == walk)
        for walk in range(len(walks))
    ]


def in_step(
    graph: PatrolGraph, team: Sequence[TeamVehicle], beat: Beat
) -> tuple[Beat, tuple[Join, ...]]:
    """The beat with slots and phase chosen so that the last vehicle is in step soonest.

    Vehicles without a place are in their slots at once; a beat of only such stays as it is.
    """
    placed = [team[number] for number in beat.members]
    if all(vehicle.place is None for vehicle in placed):
        return beat, ()
    beat, seats = seats_of(graph, beat, _needs_s(graph, placed, beat))
    in_slot = {seat.slot: seat for seat in seats}
    rest = sorted(set(range(len(beat.members))) - {seat.row for seat in seats})
    rows = [in_slot[slot].row for slot in range(beat.slots)] + rest
    joins = []
    for slot in range(beat.slots):
        seat = in_slot[slot]
        number = beat.members[seat.row]
        vehicle = team[number]
        if vehicle.place is not None:
            way = tuple(graph.path(vehicle.place, beat.cycle.places[seat.stop]))
            joins.append(Join(number, slot, seat.stop, way, vehicle.ready_s, seat.begin_s))
    return replace(beat, members=tuple(beat.members[row] for row in rows)), tuple(joins)


@dataclass(frozen=True, slots=True)
class Seat:
    """A vehicle, by its row, becomes a slot of a beat at a stop (an index into the walk)."""

    row: int
    slot: int
    stop: int
    begin_s: float


def seats_of(graph: PatrolGraph, beat: Beat, needs_s: Floats) -> tuple[Beat, list[Seat]]:
    """The beat with the phase, and the seats, with which the last vehicle is in step soonest.

    `needs_s` is (vehicles, stops): when a vehicle can have arrived at each stop of the walk.
    """
    best: tuple[float, float] | None = None
    chosen, seats = beat, np.zeros((2, 0), np.intp)
    for phase_s in _phases_s(graph, beat, needs_s):
        shifted = replace(beat, phase_s=phase_s)
        times_s = _join_times_s(graph, shifted, needs_s).min(axis=2)
        rows, columns = bottleneck(times_s)
        rank = (float(times_s[rows, columns].max()), float(times_s[rows, columns].sum()))
        if best is None or rank < best:
            best, chosen, seats = rank, shifted, np.array((rows, columns))
    times_s = _join_times_s(graph, chosen, needs_s)
    found = []
    for row, slot in seats.T:
        stop = int(times_s[row, slot].argmin())
        found.append(Seat(int(row), int(slot), stop, float(times_s[row, slot, stop])))
    return chosen, found


def stepped(
    graph: PatrolGraph, team: Sequence[TeamVehicle], beats: Sequence[Beat]
) -> tuple[tuple[Beat, ...], tuple[Join, ...]]:
    """Beats with phases and slots chosen for where the vehicles are, and how they get there."""
    found = [in_step(graph, team, beat) for beat in beats]
    return tuple(beat for beat, _ in found), tuple(join for _, joins in found for join in joins)


def _needs_s(graph: PatrolGraph, vehicles: Sequence[TeamVehicle], beat: Beat) -> Floats:
    """(vehicles, stops) when a vehicle can be at a stop; 0 for one that starts in its slot."""
    stops = np.array(beat.cycle.places)
    return np.array([
        np.zeros(len(stops)) if vehicle.place is None
        else vehicle.ready_s + graph.travel_s[vehicle.place, stops]
        for vehicle in vehicles
    ])  # fmt: skip


def _phases_s(graph: PatrolGraph, beat: Beat, needs_s: Floats) -> list[float]:
    """Phases at which some vehicle joins without waiting; one spacing is enough."""
    if beat.lap_s == 0:
        return [0.0]
    free_s = (beat.arrivals_s(graph)[None, :] - needs_s) % beat.spacing_s
    soonest = np.argsort(needs_s, axis=None, kind="stable")[: 4 * PHASES]
    found = dict.fromkeys(round(float(phase), 9) for phase in free_s.ravel()[soonest])
    return list(found)[: max(2, min(PHASES, MOST_TIMES // (needs_s.size * beat.slots)))]


def _join_times_s(graph: PatrolGraph, beat: Beat, needs_s: Floats) -> Floats:
    """(vehicles, slots, stops) when a vehicle can become a slot at a stop."""
    if beat.lap_s == 0:
        return np.repeat(needs_s[:, None, :], beat.slots, axis=1)
    lags_s = beat.phase_s + beat.spacing_s * np.arange(beat.slots)
    passing_s = beat.arrivals_s(graph)[None, None, :] - lags_s[None, :, None]
    waits_s = (passing_s - needs_s[:, None, :]) % beat.lap_s
    waits_s[waits_s > beat.lap_s - 1e-6] = 0.0
    return needs_s[:, None, :] + waits_s


def bottleneck(times_s: Floats) -> tuple[Ints, Ints]:
    """Rows and columns of an assignment with the smallest greatest time, then the least sum."""
    limits = np.unique(times_s)
    low, high = 0, len(limits) - 1
    seats = min(times_s.shape)
    while low < high:
        middle = (low + high) // 2
        rows, columns = linear_sum_assignment(times_s > limits[middle])
        if (times_s[rows, columns] <= limits[middle]).sum() == seats:
            high = middle
        else:
            low = middle + 1
    late = times_s > limits[low]
    rows, columns = linear_sum_assignment(np.where(late, 1e6 + times_s * 1e3, times_s))
    return rows, columns


def last_join_s(joins: Sequence[Join]) -> float:
    """When everybody is in step."""
    return max((join.begin_s for join in joins), default=0.0)
