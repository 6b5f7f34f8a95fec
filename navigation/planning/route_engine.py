"""Which search answers for a map: plain Python for small ones, compiled with landmarks else.

Numba takes 0.5 s to import, compiled code 0.4 s to load from disk and half a minute to compile
where it is not there yet. A question to a map of 4,000 states takes plain Python 3 ms. So small
maps, among them every map of a test, never touch numba.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from navigation.planning.route_small import SmallSearch
from navigation.planning.route_states import Floats, Indices, Seeds, StateCosts, States

if TYPE_CHECKING:
    from navigation.planning.route_large import SharedLandmarks

SMALL_STATES = 4000


class Engine(Protocol):
    """Cheapest ways between states under one set of costs."""

    def path(self, seeds: Seeds, goals: Sequence[int]) -> tuple[float, list[int]]:
        """The cost of a cheapest way to one of the goals and its states; infinite: none."""

    def costs(self, origins: Sequence[Seeds], goals: Indices) -> Floats:
        """Costs from each of n origins to each of k goals, (n, k); infinite: no way."""


class Engines:
    """Makes engines for one map; the compiled ones share landmarks, whatever is closed.

    `open_steps` (k,) are what the steps cost with nothing closed.
    """

    def __init__(
        self, states: States, open_steps: Floats, small_states: int = SMALL_STATES
    ) -> None:
        self._states, self.open_steps = states, open_steps
        self._is_small = states.count <= small_states
        self._shared: SharedLandmarks | None = None

    def engine(self, costs: StateCosts) -> Engine:
        """The engine for some costs."""
        if self._is_small:
            return SmallSearch(self._states, costs)
        from navigation.planning.route_large import LargeSearch, SharedLandmarks  # loads numba

        if self._shared is None:
            self._shared = SharedLandmarks(self._states, self.open_steps)
        return LargeSearch(self._shared, self._states, costs)

    def path(self, costs: StateCosts, seeds: Seeds, goals: Sequence[int]) -> list[int]:
        """The states of a cheapest way under some costs, for a single question; empty: none."""
        return self.engine(costs).path(seeds, goals)[1]
