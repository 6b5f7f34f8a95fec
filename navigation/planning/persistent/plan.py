"""PersistentPlan: closed walks with vehicles evenly spaced on them, and what they guarantee.

The proof for a place is short. The slots of a beat pass any stop one spacing apart, for ever; a
place that a walk passes several times is visited at several phases of that spacing. The largest
gap between phases, times the weight, is the place's worst idleness on that walk; where several
walks pass it, the smallest of theirs holds. Charging keeps slots filled and changes no time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from navigation.planning.patrol_cycle import PatrolCycle
from navigation.planning.patrol_graph import Floats, PatrolGraph
from navigation.planning.persistent.team import TeamVehicle
from navigation.planning.persistent.walk_state import STANDING_LOOK_S


@dataclass(frozen=True, slots=True)
class Relay:
    """Charged vehicles take over slots at one stop, so that no slot is ever empty.

    Slot j is handed over when it passes `stop` in laps `first_lap[j]`, `first_lap[j] + laps`, ….
    """

    stop: int  # index into the walk
    laps: int  # that a vehicle drives between two charges
    first_lap: tuple[int, ...]
    away_s: float  # the shortest time between leaving a slot and taking one


@dataclass(frozen=True, slots=True)
class Join:
    """A vehicle drives `way` from where it starts, waits at its end, and is its slot from then."""

    vehicle: int
    slot: int
    stop: int  # index into the walk
    way: tuple[int, ...]  # places, start and stop included
    leave_s: float
    begin_s: float


@dataclass(frozen=True, slots=True)
class Beat:
    """A closed walk, the vehicles that share it, and how they charge.

    `cycle.vehicles` is the number of slots. `members` are vehicles of the team, those who start in
    slots first, in order of slot; any more of them wait charged for the relay. `stays_s` (one a
    stop, or empty) are charging stops that everybody makes every lap.
    """

    cycle: PatrolCycle
    members: tuple[int, ...]
    stays_s: tuple[float, ...] = ()
    relay: Relay | None = None
    phase_s: float = 0.0  # how far slot 0 is along the walk at time 0

    @property
    def slots(self) -> int:
        """How many vehicles are on the walk at any time."""
        return self.cycle.vehicles

    @property
    def lap_s(self) -> float:
        """One round of one vehicle, charging stops included."""
        return self.cycle.duration_s + math.fsum(self.stays_s)

    @property
    def spacing_s(self) -> float:
        """Time between two vehicles at the same point of the walk."""
        return self.lap_s / self.slots

    def arrivals_s(self, graph: PatrolGraph) -> Floats:
        """(m,) time from arriving at the first stop to arriving at each."""
        offsets_s = self.cycle.offsets_s(graph)
        if not self.stays_s:
            return offsets_s
        return offsets_s + np.concatenate(([0.0], np.cumsum(self.stays_s)[:-1]))

    def worst_s(self, graph: PatrolGraph) -> dict[int, float]:
        """The largest weighted gap between arrivals of each place on the walk."""
        if self.lap_s == 0:
            return {self.cycle.places[0]: 0.0}
        phases: dict[int, list[float]] = {}
        for place, arrival_s in zip(self.cycle.places, self.arrivals_s(graph), strict=True):
            phases.setdefault(place, []).append(float(arrival_s) % self.spacing_s)
        return {
            place: graph.weights[place] * largest_gap_s(found, self.spacing_s)
            for place, found in phases.items()
        }


def largest_gap_s(phases_s: Sequence[float], spacing_s: float) -> float:
    """Between phases of a circle of one spacing."""
    ordered = sorted(phases_s)
    following = [*ordered[1:], ordered[0] + spacing_s]
    return max(b - a for a, b in zip(ordered, following, strict=True))


def guarantees_s(graph: PatrolGraph, beats: Sequence[Beat]) -> Floats:
    """(n,) worst weighted idleness of each place; inf where no walk passes."""
    worst_s = np.full(len(graph), np.inf)
    for beat in beats:
        for place, gap_s in beat.worst_s(graph).items():
            worst_s[place] = min(worst_s[place], gap_s)
    return worst_s


def mean_intervals_s(graph: PatrolGraph, beats: Sequence[Beat]) -> Floats:
    """(n,) mean time between visits of each place; every place must be on a walk."""
    rates = np.zeros(len(graph))
    for beat in beats:
        each = 1.0 / beat.spacing_s if beat.lap_s > 0 else 1.0 / STANDING_LOOK_S
        np.add.at(rates, np.array(beat.cycle.places), each)
    return 1.0 / rates


@dataclass(frozen=True)
class PersistentPlan:
    """Beats that watch every place for as long as the team runs; see `worst_idleness_s`."""

    graph: PatrolGraph
    team: tuple[TeamVehicle, ...]
    beats: tuple[Beat, ...]
    bound_s: float  # no plan for this team has a smaller worst idleness than this
    seed: int = 0
    spare: tuple[int, ...] = ()  # vehicles that are of no use, charged and waiting
    joins: tuple[Join, ...] = ()  # of vehicles that do not start in their slots
    reasons: tuple[str, ...] = field(default=(), compare=False)  # one a vehicle

    @property
    def cycles(self) -> tuple[PatrolCycle, ...]:
        """The walks with their slots."""
        return tuple(beat.cycle for beat in self.beats)

    @property
    def in_step_s(self) -> float:
        """From when on everybody is in its slot."""
        return max((join.begin_s for join in self.joins), default=0.0)

    @property
    def guarantees_s(self) -> Floats:
        """(n,) worst weighted idleness of each place, once everybody is in its slot."""
        return guarantees_s(self.graph, self.beats)

    @property
    def worst_idleness_s(self) -> float:
        """Weighted idleness that no place ever exceeds, once everybody is in its slot."""
        return float(self.guarantees_s.max())

    @property
    def average_idleness_s(self) -> float:
        """Mean over places of the mean time between visits (the literature's average idleness)."""
        return float(mean_intervals_s(self.graph, self.beats).mean())
