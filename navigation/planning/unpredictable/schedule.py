"""Schedules: decided stops of vehicles, then the same track for ever."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

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


def visits(
    known: Sequence[tuple[float, int]], routes: Sequence[Route], track: Track, longest_s: float
) -> tuple[Floats, Ints]:
    """Times and places of arrivals: known ones, the routes' after their first stop, the track's.

    The track is followed for one lap and `longest_s` (at most another lap) after the last route
    has reached it. A visit of every place at that end stands for the later ones, so that an
    interval longer than `longest_s` that will ever occur shows.
    """
    arrivals = [*known, *((s.arrive_s, s.place) for route in routes for s in route[1:])]
    times_s = [np.array([time_s for time_s, _ in arrivals])]
    places = [np.array([place for _, place in arrivals], np.intp)]
    if track.lap_s == 0:
        return times_s[0], places[0]
    end_s = max(route[-1].leave_s for route in routes)
    end_s += track.lap_s + min(longest_s, track.lap_s) + TOLERANCE_S
    for route in routes:
        assert route[-1].track_stop is not None
        later_s, later = track.visits(route[-1].track_stop, route[-1].leave_s)
        listed = later_s <= end_s
        times_s.append(later_s[listed])
        places.append(later[listed])
    times_s.append(np.full(len(track.places), end_s))
    places.append(track.places)
    return np.concatenate(times_s), np.concatenate(places)
