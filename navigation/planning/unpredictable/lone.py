"""LoneVehicle: a patrol of one vehicle, which may leave its lap at every stop.

At a stop it draws whether to follow its lap or to switch (`switches.py`): to the way back, past
some places, back for others. Three things limit the draw, whatever the dice say: no place waits
longer than its limit, at most LATE of a place's visits come later than usual, and switching costs
at most a share of the time. Chances are such that each place is put off seldom
(docs/unpredictable.md).
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence

import numpy as np

from navigation.planning.arrivals import ArrivalGraph
from navigation.planning.lap_order import is_one_weight, variants
from navigation.planning.patrol_cycle import PatrolCycle
from navigation.planning.patrol_graph import Floats
from navigation.planning.unpredictable.course import Course
from navigation.planning.unpredictable.group import PatrolGroup
from navigation.planning.unpredictable.rules import LoneRules
from navigation.planning.unpredictable.schedule import Seat, Stop, stops_along
from navigation.planning.unpredictable.switches import Laps, Past, chances, switches
from navigation.planning.unpredictable.track import Track

LATE = 0.37  # share of a place's visits that may come later than the persistent plan's worst
ORDERS = 8  # other orders of the lap
CHANGES = 6  # in each
SAME = 1e-9


def laps_of(arrivals: ArrivalGraph, cycle: PatrolCycle) -> list[Track]:
    """A lone vehicle's lap, and others of its places that take no longer: backwards, and in other
    orders if all weigh the same."""
    there = Track.of_walk(arrivals, cycle.places, 1)
    orders = list[tuple[int, ...]]()
    most_s = there.lap_s * (1 + SAME)
    if is_one_weight(arrivals, cycle.places):
        orders = variants(arrivals, cycle.places, most_s, ORDERS, CHANGES)
    found = {tuple(there.stops.tolist()): there}
    for order in (cycle.places, *orders):
        for places, is_back in ((order, False), (order[::-1], True)):
            track = Track.of_walk(arrivals, places, 1, is_back)
            if track.lap_s <= most_s:
                found.setdefault(tuple(track.stops.tolist()), track)
    return list(found.values())


class LoneVehicle(PatrolGroup):
    """The schedule of a patrol's only vehicle: where it is, and the lap that it then follows."""

    rules: LoneRules

    def __init__(
        self, course: Course, seats: Sequence[Seat], last_visit_s: Floats, rules: LoneRules
    ) -> None:
        super().__init__(course, seats, last_visit_s, rules)
        self._laps = Laps.of_tracks(course.arrivals, self.tracks)
        self._visits_late = np.zeros((2, len(course.arrivals)))  # visits, and how many were late
        self._lost_s = 0.0
        self._count(seats[0].at, last_visit_s)

    def copy(self) -> LoneVehicle:
        """An independent vehicle in the same state."""
        other = super().copy()
        assert isinstance(other, LoneVehicle)
        other._visits_late = self._visits_late.copy()
        return other

    def prepare(self, number: int, rng: np.random.Generator) -> None:
        """Perhaps switch, as the vehicle is about to leave a stop of its lap."""
        at = self.seats[number].at
        if self.seats[number].ahead or at.leave_s < self.holds_from_s or math.isinf(at.leave_s):
            return
        self._forget()
        passed_s = max(at.leave_s - self._decided_s, 0.0)
        self._decided_s = max(at.leave_s, self._decided_s)
        most = 1.0 - math.exp(-self.rules.turns * passed_s / self.tracks[0].lap_s)
        if most > 0.0:
            self._draw(at, most, rng)

    def depart(self, number: int) -> Stop:
        """Send the vehicle on to its next stop, where it is afterwards."""
        came_s = self.visited_s(math.inf)
        stop = super().depart(number)
        self._count(stop, came_s)
        return stop

    def _count(self, at: Stop, came_s: Floats) -> None:
        """A visit, the last one of each place having been before."""
        usual_s = self.course.unseen_limit_s[at.place]
        self._visits_late[0, at.place] += 1
        self._visits_late[1, at.place] += at.arrive_s - came_s[at.place] > usual_s * (1 + SAME)

    def _draw(self, at: Stop, most: float, rng: np.random.Generator) -> None:
        assert at.track_stop is not None
        visits, late = self._visits_late
        may_be_late = (late + 1.0 <= LATE * (visits + 1.0)).astype(np.intp)
        usual_s = self.course.unseen_limit_s
        promise_s = self.rules.unseen * usual_s
        past = Past(self.last_visit_s, self.course.limit_s, promise_s, usual_s, may_be_late)
        allowed_s = self.rules.standing * (at.leave_s - self._started_s) - self._lost_s
        order = rng.permutation(self._laps.entries[0].size)
        found = switches(
            at.leave_s, at.arrival, self.track, at.track_stop, past, self._laps, order,
            max(allowed_s, 0.0),
        )  # fmt: skip
        limits = np.cumsum(chances(found.delays, most))
        row = int(np.searchsorted(limits, rng.random(), side="right"))
        if row < len(limits):
            self._lost_s += float(found.costs_s[row])
            self._switch(int(found.laps[row]), int(found.stops[row]))

    def _switch(self, lap: int, stop: int) -> None:
        seat, arrivals = self.seats[0], self.course.arrivals
        way = arrivals.moves.path(seat.at.arrival, int(self.tracks[lap].stops[stop]))
        stops = stops_along(arrivals, seat.at, way[1:], stop)
        seat.at, seat.ahead, self.track = stops[0], deque(stops[1:]), lap
