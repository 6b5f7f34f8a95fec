"""Track: one direction of a patrol cycle, and the short walks by which vehicles change tracks."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from navigation.planning.arrivals import ArrivalGraph
from navigation.planning.lap_order import is_one_weight, variants
from navigation.planning.patrol_cycle import PatrolCycle, gaps_between
from navigation.planning.patrol_graph import Floats, Ints, PatrolGraph

MOST_WALKS = 24  # from one arrival to one track; the shortest are kept
MOST_LOOKED_AT = 240  # walks that may end elsewhere
VARIANTS = 6  # other orders of a walk
CHANGES = 6  # in each
MOST_LONGER = 1.05  # laps of other orders over the plan's
MOST_SLOWER = 1.5  # the way back over the way there, from which on it is left alone


@dataclass(frozen=True)
class Track:
    """A closed walk in one direction with the times of its stops from the first."""

    stops: Ints  # (m,) arrivals
    places: Ints  # (m,) of the stops
    legs_s: Floats  # (m,) from each stop to the next
    offsets_s: Floats  # (m,) from the first stop
    lap_s: float
    spacing_s: float
    is_back: bool = False  # passes places in about the opposite order of the plan's walk

    @classmethod
    def of_walk(
        cls, arrivals: ArrivalGraph, places: Sequence[int], vehicles: int, is_back: bool = False
    ) -> Track:
        """The quickest closed walk that passes places in this order."""
        stops = np.array(arrivals.lap(places), np.intp)
        legs_s = arrivals.legs_s[stops, np.roll(stops, -1)]
        lap_s = float(legs_s.sum())
        offsets_s = np.concatenate(([0.0], np.cumsum(legs_s)[:-1]))
        passed = arrivals.place_of[stops]
        return cls(stops, passed, legs_s, offsets_s, lap_s, lap_s / vehicles, is_back)

    @cached_property
    def gaps_s(self) -> dict[int, tuple[float, ...]]:
        """For each place the times between visits while all vehicles keep their spacing."""
        return gaps_between(self.places.tolist(), self.offsets_s.tolist(), self.spacing_s)

    def at_phase(self, phase_s: float) -> tuple[int, float]:
        """The stop last left `phase_s` after the first, and the time since it was left."""
        phase_s = phase_s % self.lap_s
        stop = int(np.searchsorted(self.offsets_s, phase_s, side="right")) - 1
        return stop, phase_s - float(self.offsets_s[stop])

    def after(self, stop: int) -> tuple[int, float]:
        """The stop that follows, and the time to it."""
        return (stop + 1) % len(self.stops), float(self.legs_s[stop])

    def visits(self, stop: int, leave_s: float) -> tuple[Floats, Ints]:
        """Arrivals and places of three laps after leaving a stop, the stop itself last of each."""
        ahead_s = (self.offsets_s - self.offsets_s[stop]) % self.lap_s
        ahead_s[stop] = self.lap_s
        times_s = leave_s + np.concatenate([ahead_s + lap * self.lap_s for lap in range(3)])
        return times_s, np.tile(self.places, 3)

    @cached_property
    def stops_of(self) -> dict[int, Ints]:
        """For each arrival on the track the stops at it."""
        return {int(a): np.flatnonzero(self.stops == a) for a in np.unique(self.stops)}


def tracks_of(arrivals: ArrivalGraph, cycle: PatrolCycle) -> list[Track]:
    """A cycle as it is written, other orders that take about as long, and all of them backwards
    unless that takes far longer.

    Other orders are for a lone vehicle that cannot turn on the spot: it seldom finds a short way
    to the way back, and a team could not come into step.
    """
    there = Track.of_walk(arrivals, cycle.places, cycle.vehicles)
    if len(cycle.places) == 1:
        return [there]
    orders = [cycle.places]
    if not arrivals.is_plain and cycle.vehicles == 1 and is_one_weight(arrivals, cycle.places):
        orders += variants(arrivals, cycle.places, MOST_LONGER * there.lap_s, VARIANTS, CHANGES)
    ways = [Track.of_walk(arrivals, order, cycle.vehicles) for order in orders]
    back = [Track.of_walk(arrivals, order[::-1], cycle.vehicles, True) for order in orders]
    return [*ways, *(track for track in back if track.lap_s < MOST_SLOWER * there.lap_s)]


@dataclass(frozen=True)
class Joins:
    """Ways from an arrival onto a track: row i drives `paths[i]` and is then at stop `stops[i]`.

    A vehicle that sets out at `t` is in step with phase `t + lead_s[i]` modulo the spacing.
    """

    paths: tuple[tuple[int, ...], ...]  # arrivals after the first
    durations_s: Floats
    stops: Ints
    lead_s: Floats


class JoinBook:
    """Joins by arrival and track, each made when first asked for."""

    def __init__(self, moves: PatrolGraph, reach_s: float, tracks: Sequence[Track]) -> None:
        self._moves, self._reach_s, self._tracks = moves, reach_s, tracks
        self._joins: dict[tuple[int, int], Joins] = {}

    def joins(self, arrival: int, number: int) -> Joins:
        """The shortest walks within reach from an arrival on a track to the one of that number."""
        if (arrival, number) not in self._joins:
            self._joins[arrival, number] = self._find(arrival, self._tracks[number])
        return self._joins[arrival, number]

    def _find(self, start: int, track: Track) -> Joins:
        rows = [
            (path, duration_s, int(stop))
            for duration_s, path in self._walks(start, track)
            for stop in track.stops_of[path[-1] if path else start]
        ]
        durations_s = np.array([row[1] for row in rows])
        stops = np.array([row[2] for row in rows], np.intp)
        lead_s = durations_s - track.offsets_s[stops]
        return Joins(tuple(row[0] for row in rows), durations_s, stops, lead_s)

    def _walks(self, start: int, track: Track) -> list[tuple[float, tuple[int, ...]]]:
        found: list[tuple[float, tuple[int, ...]]] = []
        queue: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
        for _ in range(MOST_LOOKED_AT):
            if not queue or len(found) == MOST_WALKS:
                break
            duration_s, path = heapq.heappop(queue)
            here = path[-1] if path else start
            if here in track.stops_of:
                found.append((duration_s, path))
            for end, leg_s in self._moves.neighbours[here]:
                if duration_s + leg_s <= self._reach_s:
                    heapq.heappush(queue, (duration_s + leg_s, (*path, end)))
        return found
