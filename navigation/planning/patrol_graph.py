"""PatrolGraph: places to watch and the moves between them, as patrolling algorithms see them.

The literature's model (Machado 2002; Portugal and Rocha 2013): a vehicle is at a place or on a
move to a neighbouring place, and arriving is a visit. Times are seconds; a place's weight says
how much a second of its idleness counts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, shortest_path

from patrol.errors import PlanError

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


@dataclass(frozen=True)
class PatrolGraph:
    """Places 0 … n-1 with directed moves `(from, to, duration_s)`; every place can reach all.

    Raises PlanError naming the place or the move for a duration or a weight that is not a
    positive finite number, a move to an unknown place or to itself, and places that cannot be
    reached from one another.
    """

    names: tuple[str, ...]
    moves: tuple[tuple[int, int, float], ...]
    weights: tuple[float, ...] = ()  # empty: all 1
    positions_m: Floats = field(default_factory=lambda: np.zeros((0, 2)), compare=False)  # (n, 2)

    def __post_init__(self) -> None:
        if not self.names:
            raise PlanError("patrol graph: has no places")
        if not self.weights:
            object.__setattr__(self, "weights", (1.0,) * len(self.names))
        if len(self.weights) != len(self.names):
            raise PlanError(
                f"patrol graph: {len(self.weights)} weights for {len(self.names)} places"
            )
        for name, weight in zip(self.names, self.weights, strict=True):
            if not (math.isfinite(weight) and weight > 0):
                raise PlanError(f"place {name}: weight {weight} is not a number above 0")
        for start, end, duration_s in self.moves:
            self._check_move(start, end, duration_s)
        self._check_joined()

    def _check_move(self, start: int, end: int, duration_s: float) -> None:
        count = len(self.names)
        if not (0 <= start < count and 0 <= end < count):
            raise PlanError(f"move {start} to {end}: places are numbered 0 to {count - 1}")
        move = f"move {self.names[start]} to {self.names[end]}"
        if start == end:
            raise PlanError(f"{move}: ends where it starts")
        if not (math.isfinite(duration_s) and duration_s > 0):
            raise PlanError(f"{move}: duration {duration_s} s is not a number above 0")

    def _check_joined(self) -> None:
        parts, part_of = connected_components(self._matrix, connection="strong")
        if parts > 1:
            largest = np.bincount(part_of).argmax()
            outside = [self.names[i] for i in np.flatnonzero(part_of != largest)[:5]]
            raise PlanError(
                f"places {', '.join(outside)}: no way there and back from the other places;"
                " leave them out, or open a way"
            )

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def move_s(self) -> dict[tuple[int, int], float]:
        """Durations by start and end; of two parallel moves the quicker."""
        best: dict[tuple[int, int], float] = {}
        for start, end, duration_s in self.moves:
            best[start, end] = min(duration_s, best.get((start, end), math.inf))
        return best

    @cached_property
    def _matrix(self) -> csr_array:
        """(n, n) durations of moves."""
        best = self.move_s
        rows, columns = [s for s, _ in best], [e for _, e in best]
        shape = (len(self.names), len(self.names))
        return csr_array((list(best.values()), (rows, columns)), shape=shape)

    @cached_property
    def neighbours(self) -> tuple[tuple[tuple[int, float], ...], ...]:
        """For each place the `(place, duration_s)` it has a move to, in order of place."""
        matrix = self._matrix
        out = []
        for i in range(len(self.names)):
            span = slice(matrix.indptr[i], matrix.indptr[i + 1])
            pairs = zip(matrix.indices[span], matrix.data[span], strict=True)
            out.append(tuple(sorted((int(place), float(time_s)) for place, time_s in pairs)))
        return tuple(out)

    @cached_property
    def _shortest(self) -> tuple[Floats, Ints]:
        durations_s, before = shortest_path(self._matrix, return_predecessors=True)
        return durations_s, before

    @property
    def travel_s(self) -> Floats:
        """(n, n) least duration from place to place, over any number of moves."""
        return self._shortest[0]

    @property
    def before(self) -> Ints:
        """(n, n) the last place before the end on a quickest way from place to place; below 0
        where both are the same."""
        return self._shortest[1]

    def path(self, start: int, end: int) -> list[int]:
        """The places of a quickest way, with both ends."""
        places = [end]
        while places[-1] != start:
            places.append(int(self.before[start, places[-1]]))
        return places[::-1]


@dataclass(frozen=True)
class PatrolTrace:
    """Who visited what when: parallel arrays (m,) sorted by time.

    A vehicle's start at time 0 counts as a visit; `horizon_s` is when watching ended.
    """

    times_s: Floats
    places: Ints
    vehicles: Ints
    horizon_s: float

    @classmethod
    def of_visits(cls, visits: Sequence[tuple[float, int, int]], horizon_s: float) -> PatrolTrace:
        """From `(time_s, place, vehicle)` in any order; visits after the horizon are dropped."""
        kept = sorted(visit for visit in visits if visit[0] <= horizon_s)
        times_s, places, vehicles = zip(*kept, strict=True) if kept else ((), (), ())
        return cls(
            np.array(times_s, float), np.array(places, np.intp), np.array(vehicles, np.intp),
            horizon_s,
        )  # fmt: skip
