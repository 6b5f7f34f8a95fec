"""A trial idea: a random walk that never goes where following the tour would come too late.

Every move is drawn with a weight of the square of the place's idleness, going back at once at a
tenth of that. Refused is a move after which the group, if all followed the tour from where they
are or are heading, would let a place wait longer than its limit of 2 P; if all are refused, the
vehicle follows the tour, which its last move has left possible.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence

import numpy as np

from benchmarks.patrolling.policies import MovePolicy
from navigation.planning.arrivals import ArrivalGraph
from navigation.planning.patrol_cycle import PatrolCycle
from navigation.planning.patrol_graph import Floats
from navigation.planning.unpredictable.certificate import (
    TOLERANCE_S,
    outlook_s,
    owners,
    persistent_idleness_s,
)
from navigation.planning.unpredictable.schedule import Ahead, Stop, moments, visits
from navigation.planning.unpredictable.seating import seats_at_start
from navigation.planning.unpredictable.track import Track

BACK = 0.1  # weight of the place just left
BOUND = 2.0  # over P
NOTHING_S, NOTHING = np.zeros(0), np.zeros(0, np.intp)


class DeadlineWalk(MovePolicy):
    """See the module; vehicles are numbered through the plan's cycles."""

    def __init__(self, arrivals: ArrivalGraph, plan: Sequence[PatrolCycle], seed: int) -> None:
        tracks = [Track.of_walk(arrivals, cycle.places, cycle.vehicles) for cycle in plan]
        bound_s = BOUND * persistent_idleness_s(arrivals, tracks)
        self._tracks, self._limits_s = tracks, list[Floats]()
        for owned in owners(arrivals, tracks):
            limit_s = np.full(len(arrivals), np.inf)
            for place in owned:
                limit_s[place] = bound_s / arrivals.weights[place]
            self._limits_s.append(limit_s)
        self._last_s = np.zeros(len(arrivals))
        self._at: list[Stop] = []
        self._group_of: list[int] = []
        for number, (track, cycle) in enumerate(zip(tracks, plan, strict=True)):
            for seat in seats_at_start(track, cycle.vehicles):
                self._at.append(seat.at)
                self._group_of.append(number)
        self._came_from = [-1] * len(self._at)
        heading = [(at.leave_s, vehicle, at.arrival) for vehicle, at in enumerate(self._at)]
        super().__init__(arrivals, heading, seed)

    def fork(self, seed: int) -> DeadlineWalk:
        """See Policy."""
        other = super().fork(seed)
        assert isinstance(other, DeadlineWalk)
        other._last_s, other._at = self._last_s.copy(), list(self._at)
        other._came_from = copy.copy(self._came_from)
        return other

    def choose(self, now_s: float, vehicle: int, arrival: int) -> tuple[float, int]:
        """See MovePolicy."""
        at, track = self._at[vehicle], self._tracks[self._group_of[vehicle]]
        self._last_s[at.place] = max(self._last_s[at.place], at.arrive_s)
        ways = [way for way in self.arrivals.moves.neighbours[arrival] if way[0] in track.stops_of]
        for end, leg_s in self._in_random_order(now_s, vehicle, ways):
            place, arrive_s = int(self.arrivals.place_of[end]), now_s + leg_s
            for stop in track.stops_of[end]:
                self._at[vehicle] = Stop(place, arrive_s, arrive_s, int(stop), end)
                if self._in_time(now_s, self._group_of[vehicle]):
                    self._came_from[vehicle] = at.place
                    return arrive_s, end
        assert at.track_stop is not None
        stop, leg_s = track.after(at.track_stop)
        end, place, arrive_s = int(track.stops[stop]), int(track.places[stop]), now_s + leg_s
        self._at[vehicle] = Stop(place, arrive_s, arrive_s, stop, end)
        self._came_from[vehicle] = at.place
        return arrive_s, end

    def _in_random_order(
        self, now_s: float, vehicle: int, ways: Sequence[tuple[int, float]]
    ) -> list[tuple[int, float]]:
        """Drawn by weight without putting back."""
        places = [int(self.arrivals.place_of[end]) for end, _ in ways]
        weights = np.array([
            max(now_s + leg_s - self._last_s[place], 1e-3) ** 2
            * (BACK if place == self._came_from[vehicle] else 1.0)
            for place, (_, leg_s) in zip(places, ways, strict=True)
        ])  # fmt: skip
        keys = self.rng.exponential(size=len(ways)) / weights  # Efraimidis and Spirakis 2006
        return [ways[i] for i in np.argsort(keys)]

    def _in_time(self, now_s: float, group: int) -> bool:
        stops = [at for at, other in zip(self._at, self._group_of, strict=True) if other == group]
        limit_s = self._limits_s[group]
        longest_s = float(limit_s[np.isfinite(limit_s)].max(initial=0.0))
        known = [(at.arrive_s, at.place) for at in stops]
        ahead = Ahead.of_routes([[at] for at in stops])
        times_s, places = visits(*moments(known), ahead, self._tracks[group], longest_s)
        late_s, _ = outlook_s(
            now_s, self._last_s, times_s, places, NOTHING_S, NOTHING, limit_s,
            np.full(len(limit_s), np.inf),
        )  # fmt: skip
        return late_s <= TOLERANCE_S
