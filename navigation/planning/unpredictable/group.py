"""A group of vehicles that shares a cycle, and turns round together at random moments.

Seen modulo the spacing, evenly spaced vehicles are one vehicle on a circle of one spacing. While
nothing changes every place is visited once a spacing; a common turn brings the places just left
back soon, and makes those just ahead wait at most two spacings (docs/unpredictable.md).
"""

from __future__ import annotations

import copy
import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from navigation.planning.patrol_graph import Floats, Ints, PatrolGraph
from navigation.planning.unpredictable.certificate import (
    TOLERANCE_S,
    late_until_s,
    overrun_s,
)
from navigation.planning.unpredictable.draft import Draft, drafts
from navigation.planning.unpredictable.schedule import Seat, Stop, unseen_s, visits
from navigation.planning.unpredictable.track import JoinBook, Track

TRIES = 16  # certificates checked in one decision


@dataclass(frozen=True, slots=True)
class Rules:
    """How restless a group is, and what that may cost; `rules_for` has measured choices."""

    turns: float  # wished in one spacing; the certificate refuses some
    unseen: float  # spacings that a place may go unseen beyond one after a turn, as good as none
    refused: float  # and so many that the turn is not made
    reach: float  # spacings that a lone vehicle may stray to come into step
    standing: float = 0.03  # share of the time that vehicles may stand still


def rules_for(vehicles: int) -> Rules:
    """The rules of a team, a table of measurements (docs/unpredictable.md)."""
    if vehicles == 1:
        return Rules(turns=1.15, unseen=0.0, refused=0.1, reach=0.0)
    if vehicles == 2:
        return Rules(turns=2.0, unseen=0.0, refused=0.2, reach=0.5)
    if vehicles <= 4:
        return Rules(turns=1.8, unseen=0.0, refused=0.3, reach=0.5)
    return Rules(turns=2.0, unseen=0.3, refused=math.inf, reach=0.5)


class PatrolGroup:
    """The schedule of one group: where each seat is, and that all follow one track after that.

    Seat i + 1 drives one spacing ahead of seat i on the first track, behind it on the other.
    """

    def __init__(
        self,
        graph: PatrolGraph,
        tracks: Sequence[Track],
        seats: Sequence[Seat],
        limit_s: Floats,
        last_visit_s: Floats,
        rules: Rules,
    ) -> None:
        self.graph, self.tracks, self.seats = graph, tuple(tracks), list(seats)
        self.limit_s, self.last_visit_s, self.rules = limit_s, last_visit_s, rules
        self.track = 0
        self._recent = [  # who waits for the start sees its place until then
            (seat.at.leave_s if math.isfinite(seat.at.leave_s) else 0.0, seat.at.place)
            for seat in seats
        ]
        self._book = JoinBook(graph, self._reach_s(), self.tracks)
        self._started_s = self._decided_s = min(seat.at.leave_s for seat in seats)
        self._stood_s = 0.0
        self._leg_s = {(i, j): s for i, ways in enumerate(graph.neighbours) for j, s in ways}
        times_s, places = self._visits([seat.route for seat in seats], 0)
        self.holds_from_s = late_until_s(last_visit_s, times_s, places, limit_s)

    def _reach_s(self) -> float:
        if len(self.seats) == 1:
            return self.rules.reach * self.tracks[0].spacing_s
        longest_s = max(float(track.legs_s.max()) for track in self.tracks)
        return max(2 * longest_s, 0.75 * self.tracks[0].spacing_s)

    def copy(self) -> PatrolGroup:
        """An independent group in the same state."""
        other = copy.copy(self)
        other.seats = [seat.copy() for seat in self.seats]
        other.last_visit_s = self.last_visit_s.copy()
        other._recent = list(self._recent)
        return other

    def prepare(self, number: int, rng: np.random.Generator) -> None:
        """Perhaps decide anew for all, as a seat is about to leave its stop."""
        now_s = self.seats[number].at.leave_s
        on_the_way = any(seat.ahead for seat in self.seats)
        if on_the_way or now_s < self.holds_from_s or len(self.tracks) == 1:
            return
        passed_s = max(now_s - self._decided_s, 0.0)
        self._decided_s = max(now_s, self._decided_s)
        rate = self.rules.turns / self.tracks[self.track].spacing_s
        if rng.random() < 1.0 - math.exp(-rate * passed_s):
            self._change(now_s, rng)

    def depart(self, number: int) -> Stop:
        """Send a seat on to its next stop, where it is afterwards."""
        seat = self.seats[number]
        seat.at = seat.ahead.popleft() if seat.ahead else self._onward(seat.at)
        self._recent.append((seat.at.arrive_s, seat.at.place))
        return seat.at

    def visited_s(self, now_s: float) -> Floats:
        """(n,) last arrival of the group at each place by then."""
        found_s = self.last_visit_s.copy()
        for time_s, place in self._recent:
            if time_s <= now_s:
                found_s[place] = max(found_s[place], time_s)
        return found_s

    def delay(self, number: int, leave_s: float) -> float:
        """A seat leaves its stop later, its decided stops move; see UnpredictablePatrol.delay."""
        seat = self.seats[number]
        late_s = max(leave_s - seat.at.leave_s, 0.0)
        moved = [
            Stop(s.place, s.arrive_s + late_s, s.leave_s + late_s, s.track_stop)
            for s in seat.ahead
        ]
        seat.at = Stop(
            seat.at.place, seat.at.arrive_s, seat.at.leave_s + late_s, seat.at.track_stop
        )
        seat.ahead = deque(moved)
        self._forget()
        routes = [seat.route for seat in self.seats]
        times_s, places = self._visits(routes, self.track)
        return overrun_s(self.last_visit_s, times_s, places, self.limit_s)

    def _onward(self, at: Stop) -> Stop:
        track = self.tracks[self.track]
        assert at.track_stop is not None
        stop, leg_s = track.after(at.track_stop)
        arrive_s = at.leave_s + leg_s
        return Stop(int(track.stops[stop]), arrive_s, arrive_s, stop)

    def _change(self, now_s: float, rng: np.random.Generator) -> None:
        """Replace the schedule by the draft that holds its certificate and leaves no place unseen
        for long; keep the old one if none does."""
        self._forget()
        best, best_unseen_s = None, self.rules.refused * self.tracks[0].spacing_s
        for draft in self._drafts(rng)[:TRIES]:
            routes = self._routes(draft)
            times_s, places = self._visits(routes, draft.track)
            if overrun_s(self.last_visit_s, times_s, places, self.limit_s) > TOLERANCE_S:
                continue
            found_s = unseen_s(now_s, routes, times_s, places, self.limit_s / 2)
            found_s = max(found_s, self.rules.unseen * self.tracks[0].spacing_s)
            if found_s < best_unseen_s - TOLERANCE_S:
                best, best_unseen_s = (draft, routes), found_s
        if best is not None:
            self._adopt(*best)

    def _drafts(self, rng: np.random.Generator) -> list[Draft]:
        number = 1 - self.track
        track = self.tracks[number]
        joins = [self._book.joins(seat.at.place, number) for seat in self.seats]
        free_s = np.array([seat.at.leave_s for seat in self.seats])
        slots = np.arange(len(self.seats)) * (1 if number else -1)
        return drafts(number, track, joins, free_s, slots, self._allowed_s(), rng)

    def _allowed_s(self) -> float:
        passed_s = self._decided_s - self._started_s
        return self.rules.standing * passed_s * len(self.seats) - self._stood_s

    def _routes(self, draft: Draft) -> list[list[Stop]]:
        """Each seat's stops from where it is or is heading to its place on the new track."""
        routes = []
        for seat, row, wait_s in zip(self.seats, draft.rows, draft.waits_s, strict=True):
            found = self._book.joins(seat.at.place, draft.track)
            stops, now_s = [seat.at], seat.at.leave_s
            for end in found.paths[row]:
                now_s += self._leg_s[stops[-1].place, end]
                stops.append(Stop(end, now_s, now_s, None))
            last, stop = stops[-1], int(found.stops[row])
            stops[-1] = Stop(last.place, last.arrive_s, last.leave_s + wait_s, stop)
            routes.append(stops)
        return routes

    def _visits(self, routes: Sequence[list[Stop]], track: int) -> tuple[Floats, Ints]:
        limits_s = self.limit_s[np.isfinite(self.limit_s)]
        longest_s = float(limits_s.max(initial=0.0))
        return visits(self._recent, routes, self.tracks[track], longest_s)

    def _forget(self) -> None:
        """Keep of the visits only each place's last before the earliest seat, and later ones."""
        earliest_s = min(seat.at.arrive_s for seat in self.seats)
        for time_s, place in self._recent:
            if time_s <= earliest_s:
                self.last_visit_s[place] = max(self.last_visit_s[place], time_s)
        self._recent = [visit for visit in self._recent if visit[0] > earliest_s]

    def _adopt(self, draft: Draft, routes: Sequence[list[Stop]]) -> None:
        for seat, route in zip(self.seats, routes, strict=True):
            seat.at, seat.ahead = route[0], deque(route[1:])
        self.track = draft.track
        self._stood_s += sum(draft.waits_s)
