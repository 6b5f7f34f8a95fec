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
from dataclasses import replace

import numpy as np

from navigation.planning.patrol_graph import Floats, Ints
from navigation.planning.unpredictable.certificate import (
    TOLERANCE_S,
    late_until_s,
    outlook_s,
)
from navigation.planning.unpredictable.course import Course
from navigation.planning.unpredictable.draft import Draft, drafts, in_order
from navigation.planning.unpredictable.joins import JoinBook, Joins
from navigation.planning.unpredictable.rules import Rules
from navigation.planning.unpredictable.schedule import (
    Ahead,
    Seat,
    Stop,
    moments,
    stops_along,
    visits,
)

TRIES = 32  # certificates checked in one decision
TRACKS = 3  # other tracks considered in one decision
CHOICES = 4  # drafts that hold theirs, one of which is drawn
EASE_SHARE = 0.05  # that the latest decision has in how easy decisions are
LEAST_EASE = 0.05  # so that hard moments are not tried without end
MEMORY = 10.0  # spacings over which it is counted how often good drafts are found
SELDOM = 0.35  # good drafts a spacing, below which places may go unseen for longer
SPARE = 0.5  # spacings that they may then
MOST_OFTEN = 0.5  # chance of a turn at one stop
SLACK_STOPS = 1.5  # share of a group's slack in which it may stand besides, times its stops


class PatrolGroup:
    """The schedule of one group: where each seat is, and that all follow one track after that.

    Seat i + 1 drives one spacing ahead of seat i on the first track, behind it on the other.
    """

    def __init__(
        self, course: Course, seats: Sequence[Seat], last_visit_s: Floats, rules: Rules
    ) -> None:
        self.course, self.tracks, self.seats = course, course.tracks, list(seats)
        self.last_visit_s, self.rules = last_visit_s.copy(), rules
        self.track = 0
        self._recent = [(seat.at.arrive_s, seat.at.place) for seat in seats]
        longest_s = max(float(track.legs_s.max(initial=0.0)) for track in self.tracks)
        reach_s = max(2 * longest_s, 0.75 * self.tracks[0].spacing_s)
        self._left: list[tuple[float, int]] = []  # ends of stays that were decided beforehand
        self._book = JoinBook(course.arrivals, reach_s, self.tracks)
        self._started_s = self._decided_s = min(seat.at.leave_s for seat in seats)
        self._stood_s = 0.0
        self._standing = rules.standing + _slack(course)
        self._often, self._good_s = 1.0, self._started_s  # good drafts a spacing, as of then
        self._ease = 1.0  # share of late decisions that found one; the rarer, the more are made
        times_s, places = self._visits(self._ahead, 0)
        self.holds_from_s = late_until_s(last_visit_s, times_s, places, course.limit_s)

    def copy(self) -> PatrolGroup:
        """An independent group in the same state."""
        other = copy.copy(self)
        other.seats = [seat.copy() for seat in self.seats]
        other.last_visit_s = self.last_visit_s.copy()
        other._recent, other._left = list(self._recent), list(self._left)
        return other

    def prepare(self, number: int, rng: np.random.Generator) -> None:
        """Perhaps decide anew for all, as a seat is about to leave its stop."""
        now_s = self.seats[number].at.leave_s
        on_the_way = any(seat.ahead for seat in self.seats)
        if on_the_way or now_s < self.holds_from_s or len(self.tracks) == 1:
            return
        passed_s = max(now_s - self._decided_s, 0.0)
        self._decided_s = max(now_s, self._decided_s)
        ease = 1.0 if self._often_by(now_s) < SELDOM else max(self._ease, LEAST_EASE)
        rate = self.rules.turns / (self.tracks[self.track].spacing_s * ease)
        if rng.random() < min(1.0 - math.exp(-rate * passed_s), MOST_OFTEN):
            self._change(now_s, rng)

    def depart(self, number: int) -> Stop:
        """Send a seat on to its next stop, where it is afterwards."""
        seat = self.seats[number]
        if seat.at.leave_s > seat.at.arrive_s:
            self._left.append((seat.at.leave_s, seat.at.place))
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
            replace(s, arrive_s=s.arrive_s + late_s, leave_s=s.leave_s + late_s)
            for s in seat.ahead
        ]
        seat.at = replace(seat.at, leave_s=seat.at.leave_s + late_s)
        seat.ahead = deque(moved)
        self._forget()
        return self._outlook_s(seat.at.leave_s, self._ahead, self.track)[0]

    def _onward(self, at: Stop) -> Stop:
        track = self.tracks[self.track]
        assert at.track_stop is not None
        stop, leg_s = track.after(at.track_stop)
        arrive_s = at.leave_s + leg_s
        return Stop(int(track.places[stop]), arrive_s, arrive_s, stop, int(track.stops[stop]))

    def _change(self, now_s: float, rng: np.random.Generator) -> None:
        """Adopt one of the first drafts that hold their certificate and are good: that leave no
        place unseen for longer than its limit from now on.

        Where there is none, the draft that leaves a place unseen least longer will do if the old
        schedule is worse, or if there has been no good one for long.
        """
        self._forget()
        _, most_s = self._outlook_s(now_s, self._ahead, self.track)
        hard = self._often_by(now_s) < SELDOM
        good, spare = list[Draft](), None
        spare_s = max(most_s, SPARE * self.tracks[0].spacing_s if hard else 0.0)
        drafts = self._drafts(hard, rng)
        for draft in drafts[:TRIES]:
            late_s, unseen_s = self._outlook_s(now_s, self._drafted(draft), draft.track)
            if late_s > TOLERANCE_S:
                continue
            if unseen_s <= TOLERANCE_S:
                good.append(draft)
            elif unseen_s < spare_s:
                spare, spare_s = draft, unseen_s
            if len(good) == CHOICES:
                break
        if good:
            self._often, self._good_s = self._often_by(now_s) + 1.0 / MEMORY, now_s
            self._adopt(good[int(rng.integers(len(good)))])
        elif spare is not None:
            self._adopt(spare)
        if drafts and len(self.seats) > 1:
            self._ease += EASE_SHARE * (bool(good) - self._ease)

    def _often_by(self, now_s: float) -> float:
        """Good drafts adopted in one spacing, those of late weighing most."""
        passed = (now_s - self._good_s) / self.tracks[0].spacing_s
        return self._often * math.exp(-passed / MEMORY)

    @property
    def _ahead(self) -> Ahead:
        return Ahead.of_routes([seat.route for seat in self.seats])

    def _drafted(self, draft: Draft) -> Ahead:
        free_s, here = moments([(seat.at.leave_s, seat.at.place) for seat in self.seats])
        joins = self._joins(draft.track)
        return self._book.ahead(joins, draft.rows, draft.waits_s, free_s, here)

    def _joins(self, track: int) -> list[Joins]:
        return [self._book.joins(seat.at.arrival, track) for seat in self.seats]

    def _outlook_s(self, now_s: float, ahead: Ahead, track: int) -> tuple[float, float]:
        """See `outlook_s`; standing at a place is seeing it."""
        times_s, places = self._visits(ahead, track)
        left_s, left = moments(self._left)
        return outlook_s(
            now_s, self.last_visit_s, times_s, places, np.concatenate((left_s, ahead.seen_s)),
            np.concatenate((left, ahead.seen)), self.course.limit_s, self.course.unseen_limit_s,
        )  # fmt: skip

    def _drafts(self, hasty: bool, rng: np.random.Generator) -> list[Draft]:
        """Onto a few other tracks; see `in_order` for which come first."""
        others = [number for number in range(len(self.tracks)) if number != self.track]
        costs_s: dict[Draft, float] = {}
        for number in rng.permutation(others)[:TRACKS].tolist():
            track = self.tracks[number]
            joins = self._joins(number)
            free_s = np.array([seat.at.leave_s for seat in self.seats])
            slots = np.arange(len(self.seats)) * (1 if track.is_back else -1)
            costs_s |= drafts(number, track, joins, free_s, slots, self._allowed_s(), hasty, rng)
        return in_order(costs_s, len(self.seats) == 1, rng)

    def _allowed_s(self) -> float:
        passed_s = self._decided_s - self._started_s
        return self._standing * passed_s * len(self.seats) - self._stood_s

    def _routes(self, draft: Draft) -> list[list[Stop]]:
        """Each seat's stops from where it is or is heading to its place on the new track."""
        arrivals = self.course.arrivals
        taken = zip(self.seats, self._joins(draft.track), draft.rows, draft.waits_s, strict=True)
        return [
            stops_along(arrivals, seat.at, found.paths[row], int(found.stops[row]), wait_s)
            for seat, found, row, wait_s in taken
        ]

    def _visits(self, ahead: Ahead, track: int) -> tuple[Floats, Ints]:
        limit_s = self.course.limit_s
        longest_s = float(limit_s[np.isfinite(limit_s)].max(initial=0.0))
        return visits(*moments(self._recent), ahead, self.tracks[track], longest_s)

    def _forget(self) -> None:
        """Keep of the visits only each place's last before the earliest seat, and later ones."""
        earliest_s = min(seat.at.arrive_s for seat in self.seats)
        self._left = [stay for stay in self._left if stay[0] > earliest_s]
        for time_s, place in self._recent:
            if time_s <= earliest_s:
                self.last_visit_s[place] = max(self.last_visit_s[place], time_s)
        self._recent = [visit for visit in self._recent if visit[0] > earliest_s]

    def _adopt(self, draft: Draft) -> None:
        for seat, route in zip(self.seats, self._routes(draft), strict=True):
            seat.at, seat.ahead = route[0], deque(route[1:])
        self.track = draft.track
        self._stood_s += sum(draft.waits_s)


def _slack(course: Course) -> float:
    """Share of the time that vehicles may stand besides, as they come sooner than they have to.

    Turning round changes little in a walk of few stops, so it is more in those.
    """
    slowest_s = max(track.spacing_s for track in course.tracks)
    sooner = 1.0 - slowest_s / float(course.unseen_limit_s.min())
    return SLACK_STOPS * max(sooner, 0.0) / len(course.tracks[0].stops)
