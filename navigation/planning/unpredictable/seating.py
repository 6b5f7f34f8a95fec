"""Which vehicle takes which slot of a persistent plan, and how it gets there."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.optimize import linear_sum_assignment

from navigation.planning.arrivals import ArrivalGraph
from navigation.planning.unpredictable.schedule import Seat, Stop
from navigation.planning.unpredictable.track import Track

PHASES = 8  # phases of a track that are tried


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """A vehicle that can leave a place from a time on.

    `place` is a place of a PatrolGraph, or an arrival where the patrol is over an ArrivalGraph.
    """

    place: int
    free_s: float


@dataclass(frozen=True, slots=True)
class _Way:
    """In step with a slot at a stop of the track, at the earliest at `ready_s`."""

    stop: int
    ready_s: float


def seats_at_start(track: Track, vehicles: int) -> list[Seat]:
    """Vehicles one spacing apart at time 0; a slot on a move waits for it at the move's end."""
    if track.lap_s == 0:
        return [Seat(_stay(track, 0, 0.0, math.inf)) for _ in range(vehicles)]
    seats = []
    for number in range(vehicles):
        stop, since_s = track.at_phase(number * track.spacing_s)
        wait_s = 0.0
        if since_s > 1e-9:
            wait_s = max(float(track.legs_s[stop]) - since_s, 0.0)
            stop = (stop + 1) % len(track.stops)
        seats.append(Seat(_stay(track, stop, 0.0, wait_s)))
    return seats


def _stay(track: Track, stop: int, arrive_s: float, leave_s: float) -> Stop:
    place, arrival = int(track.places[stop]), int(track.stops[stop])
    return Stop(place, arrive_s, leave_s, stop, arrival)


def seats_from(
    arrivals: ArrivalGraph,
    tracks: Sequence[Track],
    counts: Sequence[int],
    where: Sequence[Whereabouts],
) -> tuple[list[list[Seat]], list[list[int]]]:
    """Seats of each track and their vehicles, such that the last is in step soonest; `counts` are
    the vehicles of each track."""
    start_s = max(vehicle.free_s for vehicle in where)
    best: tuple[float, list[tuple[int, float]], list[int]] | None = None
    for share in range(PHASES):
        slots = [
            (number, start_s + (share / PHASES - slot) * track.spacing_s)
            for number, (track, count) in enumerate(zip(tracks, counts, strict=True))
            for slot in range(count)
        ]
        ready_s = np.array(
            [[_way(arrivals, tracks[t], line_s, w).ready_s for t, line_s in slots] for w in where]
        )
        # a high power stands for the largest, and still tells equals apart
        rows, columns = linear_sum_assignment((ready_s - start_s + 1.0) ** 4)
        last_s = float(ready_s[rows, columns].max())
        if best is None or last_s < best[0]:
            best = last_s, slots, [int(c) for c in columns]
    assert best is not None
    return _take_seats(arrivals, tracks, where, best[1], best[2])


def _take_seats(
    arrivals: ArrivalGraph,
    tracks: Sequence[Track],
    where: Sequence[Whereabouts],
    slots: Sequence[tuple[int, float]],
    chosen: Sequence[int],
) -> tuple[list[list[Seat]], list[list[int]]]:
    vehicle_of = {column: vehicle for vehicle, column in enumerate(chosen)}
    seats: list[list[Seat]] = [[] for _ in tracks]
    numbers: list[list[int]] = [[] for _ in tracks]
    for column, (track, line_s) in enumerate(slots):
        vehicle = vehicle_of[column]
        way = _way(arrivals, tracks[track], line_s, where[vehicle])
        seats[track].append(_seat(arrivals, tracks[track], where[vehicle], way))
        numbers[track].append(vehicle)
    return seats, numbers


def _way(arrivals: ArrivalGraph, track: Track, line_s: float, vehicle: Whereabouts) -> _Way:
    """The stop where the vehicle is in step soonest with a slot that starts at `line_s`."""
    there_s = vehicle.free_s + arrivals.moves.travel_s[vehicle.place, track.stops]
    if track.lap_s == 0:
        return _Way(0, float(there_s[0]))
    wait_s = (line_s + track.offsets_s - there_s) % track.lap_s
    ready_s = there_s + wait_s
    stop = int(ready_s.argmin())
    return _Way(stop, float(ready_s[stop]))


def _seat(arrivals: ArrivalGraph, track: Track, vehicle: Whereabouts, way: _Way) -> Seat:
    path = arrivals.moves.path(vehicle.place, int(track.stops[way.stop]))
    leave_s = way.ready_s if track.lap_s > 0 else math.inf
    if len(path) == 1:
        return Seat(_stay(track, way.stop, vehicle.free_s, leave_s))
    ahead, now_s = deque[Stop](), vehicle.free_s
    for start, end in pairwise(path):
        now_s += float(arrivals.moves.travel_s[start, end])
        ahead.append(Stop(int(arrivals.place_of[end]), now_s, now_s, None, end))
    last = ahead.pop()
    ahead.append(_stay(track, way.stop, last.arrive_s, leave_s))
    here = int(arrivals.place_of[vehicle.place])
    return Seat(Stop(here, vehicle.free_s, vehicle.free_s, None, vehicle.place), ahead)
