"""A trial idea: random Eulerian circuits of several optimal tours, each lap kept with a chance.

The moves of a closed walk make a graph with even degrees; any of its Eulerian circuits is as long
as the walk. At the end of each lap the same circuit is driven again with probability `KEPT`,
otherwise another is drawn, of any of the tours and in either direction. Vehicles drive the same
laps one spacing S apart. A place passed a after a lap's begin and b after the next one's waits
S + b - a at most, so that with b - a <= S for all places nobody waits longer than 2 S; circuits
that break this are drawn anew. With no other found the old lap is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from benchmarks.patrolling.policies import MovePolicy
from navigation.planning.arrivals import ArrivalGraph
from navigation.planning.patrol_cycle import PatrolCycle
from navigation.planning.patrol_graph import Floats
from navigation.planning.unpredictable.certificate import TOLERANCE_S

KEPT = 0.5
TRIES = 20


@dataclass(frozen=True)
class _Lap:
    """A circuit from its first stop, with when each place is first passed and last."""

    stops: tuple[int, ...]
    legs_s: Floats
    first_s: dict[int, float]
    last_s: dict[int, float]

    @classmethod
    def of(cls, arrivals: ArrivalGraph, stops: Sequence[int]) -> _Lap:
        legs_s = arrivals.legs_s[np.array(stops), np.roll(stops, -1)]
        first_s: dict[int, float] = {}
        last_s: dict[int, float] = {}
        for stop, offset_s in zip(stops, np.cumsum(legs_s) - legs_s, strict=True):
            place = int(arrivals.place_of[stop])
            first_s.setdefault(place, float(offset_s))
            last_s[place] = float(offset_s)
        return cls(tuple(stops), legs_s, first_s, last_s)

    @cached_property
    def lap_s(self) -> float:
        return float(self.legs_s.sum())

    def may_follow(self, before: _Lap, spacing_s: float) -> bool:
        """Whether no place waits longer than two spacings between both."""
        return all(
            self.first_s[place] - last_s <= spacing_s + TOLERANCE_S
            for place, last_s in before.last_s.items()
        )


class Circuits(MovePolicy):
    """See the module; `tours` are, for each cycle of the plan, walks that are as short as it."""

    def __init__(
        self,
        arrivals: ArrivalGraph,
        plan: Sequence[PatrolCycle],
        tours: Sequence[Sequence[tuple[int, ...]]],
        seed: int,
    ) -> None:
        self._tours, self._plan = tours, plan
        self._laps: list[list[_Lap]] = [[_Lap.of(arrivals, group[0])] for group in tours]
        self._seat: list[tuple[int, int, int]] = []  # group, lap, stop of each vehicle
        heading = []
        for group, cycle in enumerate(plan):
            lap = self._laps[group][0]
            for slot in range(cycle.vehicles):
                ends_s = np.cumsum(lap.legs_s)
                phase_s = slot * lap.lap_s / cycle.vehicles
                leg = int(np.searchsorted(ends_s, phase_s, side="right")) if slot else -1
                stop = (leg + 1) % len(lap.stops)
                arrive_s = float(ends_s[leg] - phase_s) if slot else 0.0
                heading.append((arrive_s, len(self._seat), lap.stops[stop]))
                self._seat.append((group, int(leg + 1 == len(lap.stops)), stop))
        super().__init__(arrivals, heading, seed)

    def fork(self, seed: int) -> Circuits:
        """See Policy."""
        other = super().fork(seed)
        assert isinstance(other, Circuits)
        other._seat, other._laps = list(self._seat), [list(laps) for laps in self._laps]
        return other

    def choose(self, now_s: float, vehicle: int, arrival: int) -> tuple[float, int]:
        """See MovePolicy."""
        group, number, stop = self._seat[vehicle]
        lap = self._lap(group, number)
        arrive_s = now_s + float(lap.legs_s[stop])
        stop += 1
        if stop == len(lap.stops):
            number, stop = number + 1, 0
            lap = self._lap(group, number)
        self._seat[vehicle] = (group, number, stop)
        return arrive_s, lap.stops[stop]

    def _lap(self, group: int, number: int) -> _Lap:
        """The lap of that number, drawn when the first vehicle comes to it."""
        laps = self._laps[group]
        while len(laps) <= number:
            laps.append(self._following(group, laps[-1]))
        return laps[number]

    def _following(self, group: int, lap: _Lap) -> _Lap:
        if self.rng.random() < KEPT:
            return lap
        spacing_s = lap.lap_s / self._plan[group].vehicles
        for _ in range(TRIES):
            tour = self._tours[group][int(self.rng.integers(len(self._tours[group])))]
            found = _Lap.of(self.arrivals, self._circuit(tour, lap.stops[0]))
            if found.may_follow(lap, spacing_s):
                return found
        return lap

    def _circuit(self, tour: tuple[int, ...], first: int) -> list[int]:
        """Hierholzer's circuit with ways taken in random order, from the first stop."""
        ways: dict[int, list[int]] = {}
        for start, end in zip(tour, (*tour[1:], tour[0]), strict=True):
            ways.setdefault(start, []).append(end)
        for ends in ways.values():
            self.rng.shuffle(ends)
        path, circuit = [first], list[int]()
        while path:
            ends = ways[path[-1]]
            if ends:
                path.append(ends.pop())
            else:
                circuit.append(path.pop())
        return circuit[:0:-1]
