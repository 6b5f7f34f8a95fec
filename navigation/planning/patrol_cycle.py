"""PatrolCycle: a closed walk that a group of vehicles follows, evenly spaced in time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from navigation.planning.patrol_graph import Floats, PatrolGraph
from patrol.errors import PlanError


@dataclass(frozen=True, slots=True)
class PatrolCycle:
    """A closed walk over moves of a graph; the first place is not repeated at the end.

    `duration_s` is one lap of one vehicle; `vehicles` follow it `spacing_s` apart. A walk of one
    place has no moves: its vehicle stays there, and `duration_s` is 0.
    """

    places: tuple[int, ...]
    duration_s: float
    vehicles: int

    @classmethod
    def of_walk(cls, graph: PatrolGraph, places: Sequence[int], vehicles: int) -> PatrolCycle:
        """With the duration that the graph's moves give; raises PlanError for a missing move."""
        if not places:
            raise PlanError("patrol cycle: has no places")
        if vehicles < 1:
            raise PlanError(f"patrol cycle: {vehicles} vehicles; it needs at least 1")
        legs_s = leg_times(graph, tuple(places))
        return cls(tuple(places), float(legs_s.sum()), vehicles)

    @property
    def spacing_s(self) -> float:
        """Time between two vehicles at the same point of the walk."""
        return self.duration_s / self.vehicles

    def legs_s(self, graph: PatrolGraph) -> Floats:
        """(m,) duration of the move from each stop of the walk to the next, round to the first."""
        return leg_times(graph, self.places)

    def offsets_s(self, graph: PatrolGraph) -> Floats:
        """(m,) time from the first stop to each."""
        legs_s = self.legs_s(graph)
        return np.concatenate(([0.0], np.cumsum(legs_s)[:-1])) if len(legs_s) else np.zeros(1)

    def at_phase(self, graph: PatrolGraph, phase_s: float) -> tuple[int, float]:
        """The stop (an index into `places`) last left `phase_s` after the first, and the time
        since it was left."""
        if self.duration_s == 0:
            return 0, 0.0
        phase_s = phase_s % self.duration_s
        offsets_s = self.offsets_s(graph)
        stop = int(np.searchsorted(offsets_s, phase_s, side="right")) - 1
        return stop, phase_s - float(offsets_s[stop])

    def gaps_s(self, graph: PatrolGraph) -> dict[int, tuple[float, ...]]:
        """For each place on the walk the times between visits while all vehicles keep spacing."""
        if self.duration_s == 0:
            return {self.places[0]: (0.0,)}
        return gaps_between(self.places, self.offsets_s(graph).tolist(), self.spacing_s)

    def worst_idleness_s(self, graph: PatrolGraph) -> float:
        """The largest gap times the place's weight."""
        gaps = self.gaps_s(graph)
        return max(max(found) * graph.weights[place] for place, found in gaps.items())


def leg_times(graph: PatrolGraph, places: tuple[int, ...]) -> Floats:
    """(m,) durations of the moves of a closed walk; raises PlanError for a missing move."""
    if len(places) == 1:
        return np.zeros(0)
    out = []
    for start, end in zip(places, places[1:] + places[:1], strict=True):
        duration_s = graph.move_s.get((start, end), math.inf)
        if math.isinf(duration_s):
            raise PlanError(
                f"patrol cycle: no move from {graph.names[start]} to {graph.names[end]}"
            )
        out.append(duration_s)
    return np.array(out)


def gaps_between(
    places: Sequence[int], offsets_s: Sequence[float], spacing_s: float
) -> dict[int, tuple[float, ...]]:
    """For each place the times between visits of vehicles one spacing apart, from its offsets;
    0 where vehicles only stand."""
    if spacing_s == 0:
        return dict.fromkeys(places, (0.0,))
    phases: dict[int, set[float]] = {}
    for place, offset_s in zip(places, offsets_s, strict=True):
        phases.setdefault(place, set()).add(offset_s % spacing_s)
    return {place: _gaps(sorted(found), spacing_s) for place, found in phases.items()}


def _gaps(phases_s: list[float], spacing_s: float) -> tuple[float, ...]:
    following = [*phases_s[1:], phases_s[0] + spacing_s]
    return tuple(later - earlier for earlier, later in zip(phases_s, following, strict=True))
