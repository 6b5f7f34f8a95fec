"""Track: one direction of a patrol cycle, and the short walks by which vehicles change tracks."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from navigation.planning.patrol_cycle import PatrolCycle
from navigation.planning.patrol_graph import Floats, Ints, PatrolGraph

MOST_WALKS = 24  # from one place; the shortest are kept


@dataclass(frozen=True)
class Track:
    """A closed walk in one direction with the times of its stops from the first."""

    stops: Ints  # (m,) places
    legs_s: Floats  # (m,) from each stop to the next
    offsets_s: Floats  # (m,) from the first stop
    lap_s: float
    spacing_s: float

    @classmethod
    def of_cycle(cls, graph: PatrolGraph, cycle: PatrolCycle) -> Track:
        """In the direction in which the cycle is written."""
        return cls(
            np.array(cycle.places, np.intp),
            cycle.legs_s(graph),
            cycle.offsets_s(graph),
            cycle.duration_s,
            cycle.spacing_s,
        )

    def after(self, stop: int) -> tuple[int, float]:
        """The stop that follows, and the time to it."""
        return (stop + 1) % len(self.stops), float(self.legs_s[stop])

    def visits(self, stop: int, leave_s: float) -> tuple[Floats, Ints]:
        """Arrivals and places of three laps after leaving a stop, the stop itself last of each."""
        ahead_s = (self.offsets_s - self.offsets_s[stop]) % self.lap_s
        ahead_s[stop] = self.lap_s
        times_s = leave_s + np.concatenate([ahead_s + lap * self.lap_s for lap in range(3)])
        return times_s, np.tile(self.stops, 3)

    @cached_property
    def stops_of(self) -> dict[int, Ints]:
        """For each place on the track the stops at it."""
        return {int(p): np.flatnonzero(self.stops == p) for p in np.unique(self.stops)}


def reversed_cycle(graph: PatrolGraph, cycle: PatrolCycle) -> PatrolCycle | None:
    """The cycle driven backwards, or None where a move has no way back."""
    places = cycle.places[::-1]
    ways = [dict(graph.neighbours[place]) for place in places]
    if any(end not in way for way, end in zip(ways, places[1:] + places[:1], strict=True)):
        return None
    return PatrolCycle.of_walk(graph, places, cycle.vehicles)


@dataclass(frozen=True)
class Joins:
    """Ways from a place onto a track: row i drives `paths[i]` and is then at stop `stops[i]`.

    A vehicle that sets out at `t` is in step with phase `t + lead_s[i]` modulo the spacing.
    """

    paths: tuple[tuple[int, ...], ...]  # places after the first
    durations_s: Floats
    stops: Ints
    lead_s: Floats


class JoinBook:
    """Joins by place and track, all made beforehand: decisions are to be quick."""

    def __init__(self, graph: PatrolGraph, reach_s: float, tracks: Sequence[Track]) -> None:
        self._graph, self._reach_s = graph, reach_s
        self._walks: dict[int, list[tuple[float, tuple[int, ...]]]] = {}
        places = sorted({int(place) for track in tracks for place in track.stops})
        self._joins = {
            (place, number): self._find(place, track)
            for place in places
            for number, track in enumerate(tracks)
        }

    def joins(self, place: int, number: int) -> Joins:
        """Every walk within reach from a place on a track to the track of that number."""
        return self._joins[place, number]

    def _find(self, place: int, track: Track) -> Joins:
        rows = [
            (path, duration_s, int(stop))
            for duration_s, path in self._walks_from(place)
            for stop in track.stops_of.get(path[-1] if path else place, ())
        ]
        durations_s = np.array([row[1] for row in rows])
        stops = np.array([row[2] for row in rows], np.intp)
        lead_s = durations_s - track.offsets_s[stops]
        return Joins(tuple(row[0] for row in rows), durations_s, stops, lead_s)

    def _walks_from(self, place: int) -> list[tuple[float, tuple[int, ...]]]:
        if place not in self._walks:
            found: list[tuple[float, tuple[int, ...]]] = []
            queue: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
            while queue and len(found) < MOST_WALKS:
                duration_s, path = heapq.heappop(queue)
                found.append((duration_s, path))
                for end, leg_s in self._graph.neighbours[path[-1] if path else place]:
                    if duration_s + leg_s <= self._reach_s:
                        heapq.heappush(queue, (duration_s + leg_s, (*path, end)))
            self._walks[place] = found
        return self._walks[place]
