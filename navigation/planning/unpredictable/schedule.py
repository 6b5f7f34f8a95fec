"""Schedules: decided stops of vehicles, then the same track for ever."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from navigation.planning.arrivals import ArrivalGraph
from navigation.planning.compiled import compiled
from navigation.planning.patrol_graph import Floats, Ints
from navigation.planning.unpredictable.certificate import TOLERANCE_S
from navigation.planning.unpredictable.track import Track

Route = Sequence["Stop"]  # of one vehicle: where it is or is heading first, on the track last


@dataclass(frozen=True, slots=True)
class Stop:
    """A stay at a place; `track_stop` is the stop of the track, None on the way to it.

    `arrival` is the way in which the vehicle came.
    """

    place: int
    arrive_s: float
    leave_s: float
    track_stop: int | None
    arrival: int


@dataclass(slots=True)
class Seat:
    """One vehicle: where it is or is heading, and the decided stops after that."""

    at: Stop
    ahead: deque[Stop] = field(default_factory=deque)

    @property
    def route(self) -> list[Stop]:
        """Its decided stops."""
        return [self.at, *self.ahead]

    def copy(self) -> Seat:
        """An independent seat in the same state."""
        return Seat(self.at, self.ahead.copy())


def stops_along(
    arrivals: ArrivalGraph, at: Stop, path: Sequence[int], track_stop: int, wait_s: float = 0.0
) -> list[Stop]:
    """A stop, then those of a vehicle that drives on through a path of arrivals; at the last one
    it is on a track, and stands there for a time."""
    stops, now_s = [at], at.leave_s
    for end in path:
        now_s += float(arrivals.legs_s[stops[-1].arrival, end])
        stops.append(Stop(int(arrivals.place_of[end]), now_s, now_s, None, end))
    last = stops[-1]
    stops[-1] = replace(last, leave_s=last.leave_s + wait_s, track_stop=track_stop)
    return stops


class Ahead(NamedTuple):
    """A schedule in arrays: decided arrivals (m,), ends of stays (k,), and for each vehicle (v,)
    which stop of the track it leaves when, to follow the track from there."""

    times_s: Floats
    places: Ints
    seen_s: Floats
    seen: Ints
    leave_s: Floats
    stops: Ints

    @classmethod
    def of_routes(cls, routes: Sequence[Route]) -> Ahead:
        """Arrivals after each route's first stop, and the ends of all stays."""
        times_s, places = moments([(s.arrive_s, s.place) for route in routes for s in route[1:]])
        seen_s, seen = moments([(s.leave_s, s.place) for route in routes for s in route])
        leave_s, stops = moments([(route[-1].leave_s, _on_track(route[-1])) for route in routes])
        return cls(times_s, places, seen_s, seen, leave_s, stops)


def _on_track(stop: Stop) -> int:
    assert stop.track_stop is not None
    return stop.track_stop


def moments(pairs: Sequence[tuple[float, int]]) -> tuple[Floats, Ints]:
    """Times and places, or stops, of pairs, an array each."""
    return np.array([time_s for time_s, _ in pairs]), np.array([p for _, p in pairs], np.intp)


def visits(
    known_s: Floats, known: Ints, ahead: Ahead, track: Track, longest_s: float
) -> tuple[Floats, Ints]:
    """Times and places of arrivals: known ones, the decided ones, those on the track.

    The track is followed for one lap and `longest_s` (at most another lap) after the last vehicle
    has reached it. A visit of every place at that end stands for the later ones, so that an
    interval longer than `longest_s` that will ever occur shows.
    """
    times_s = np.concatenate((known_s, ahead.times_s))
    places = np.concatenate((known, ahead.places))
    if track.lap_s == 0:
        return times_s, places
    end_s = float(ahead.leave_s.max()) + track.lap_s + min(longest_s, track.lap_s) + TOLERANCE_S
    return _followed(
        times_s, places, ahead.leave_s, ahead.stops, track.offsets_s, track.places, track.lap_s,
        end_s,
    )  # fmt: skip


@compiled
def _followed(
    decided_s: Floats,
    decided: Ints,
    leave_s: Floats,
    stops: Ints,
    offsets_s: Floats,
    track_places: Ints,
    lap_s: float,
    end_s: float,
) -> tuple[Floats, Ints]:
    """Decided arrivals, those of vehicles on the track up to an end, and all its places then."""
    count, length = len(decided_s), len(offsets_s)
    laps = np.maximum((end_s - leave_s) / lap_s, 0.0).astype(np.intp) + 1
    times_s = np.empty(count + length * (laps.sum() + 1))
    places = np.empty(len(times_s), np.intp)
    times_s[:count], places[:count] = decided_s, decided
    for vehicle in range(len(stops)):
        for lap in range(laps[vehicle]):
            for step in range(1, length + 1):
                stop = (stops[vehicle] + step) % length
                ahead_s = (offsets_s[stop] - offsets_s[stops[vehicle]]) % lap_s
                if step == length:
                    ahead_s = lap_s
                time_s = leave_s[vehicle] + (ahead_s + lap * lap_s)
                if time_s <= end_s:
                    times_s[count], places[count] = time_s, track_places[stop]
                    count += 1
    times_s[count : count + length], places[count : count + length] = end_s, track_places
    return times_s[: count + length], places[: count + length]
