"""Track: one direction of a patrol cycle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from navigation.planning.arrivals import ArrivalGraph
from navigation.planning.patrol_cycle import PatrolCycle, gaps_between
from navigation.planning.patrol_graph import Floats, Ints

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

    @cached_property
    def stops_of(self) -> dict[int, Ints]:
        """For each arrival on the track the stops at it."""
        return {int(a): np.flatnonzero(self.stops == a) for a in np.unique(self.stops)}


def tracks_of(arrivals: ArrivalGraph, cycle: PatrolCycle) -> list[Track]:
    """A team's cycle as it is written, and backwards unless that takes far longer."""
    there = Track.of_walk(arrivals, cycle.places, cycle.vehicles)
    if len(cycle.places) == 1:
        return [there]
    back = Track.of_walk(arrivals, cycle.places[::-1], cycle.vehicles, True)
    return [there, back] if back.lap_s < MOST_SLOWER * there.lap_s else [there]
