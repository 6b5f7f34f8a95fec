"""A route search that remembers its answers.

Rounds drive the same ways lap after lap, and a plan that is changed under way asks for the same
times as before, from a few new starts. Everything is as exact as the first time: an answer is kept
for as long as the search is, whose ways never change.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

import numpy as np

from navigation.planning.driven_times import driven_exactly_s
from navigation.planning.route_search import Route, RouteSearch, Start
from navigation.planning.route_states import Floats

MOST_WAYS = 8192  # of each kind; then it begins anew
MOST_TIMES = 4_000_000  # entries of a table: 32 MB

Origin = Start | int
K = TypeVar("K")
V = TypeVar("V")


@dataclass
class _Table:
    """Rows of costs to some states, by origin, and of the seconds that their ways take."""

    states: tuple[int, ...] = ()
    column: dict[int, int] = field(default_factory=dict)
    costs: dict[Origin, Floats] = field(default_factory=dict)
    driven_s: dict[Origin, Floats] = field(default_factory=dict)

    @classmethod
    def to(cls, states: Sequence[int]) -> _Table:
        """An empty one."""
        return cls(tuple(states), {state: i for i, state in enumerate(states)})

    def columns(self, states: Sequence[int]) -> list[int] | None:
        """Where states stand; None unless all of them do."""
        found = [self.column.get(state, -1) for state in states]
        return None if -1 in found else found


class RememberingSearch(RouteSearch):
    """A search for one plan; `RouteSearch` says what its questions mean.

    It keeps up to `MOST_TIMES` costs between states, those of the widest question so far, and as
    many driven times.
    """

    @cached_property
    def _table(self) -> _Table:
        return _Table()

    @cached_property
    def _ways(self) -> dict[tuple[Origin, int], tuple[int, ...]]:
        return {}

    @cached_property
    def _best(self) -> dict[tuple[Start, int], Route]:
        return {}

    @cached_property
    def _routes(self) -> dict[tuple[Start, tuple[int, ...]], Route]:
        return {}

    def route(self, start: Start, goal_node_id: int) -> Route:
        """The best route; raises PlanError saying why there is none."""
        found = self._best.get((start, goal_node_id))
        if found is None:
            found = super().route(start, goal_node_id)
            _keep(self._best, (start, goal_node_id), found)
        return found

    def way(self, origin: Origin, state: int) -> tuple[int, ...]:
        """As `RouteSearch.way`."""
        found = self._ways.get((origin, state))
        if found is None:
            found = super().way(origin, state)
            _keep(self._ways, (origin, state), found)
        return found

    def as_route(self, start: Start, edge_ids: Iterable[int]) -> Route:
        """As `RouteSearch.as_route`."""
        key = (start, tuple(edge_ids))
        found = self._routes.get(key)
        if found is None:
            found = super().as_route(*key)
            _keep(self._routes, key, found)
        return found

    def costs_between(
        self, origins: Sequence[Origin], states: Sequence[int] | np.ndarray
    ) -> Floats:
        """As `RouteSearch.costs_between`."""
        wanted = [int(state) for state in states]
        if self._is_wide(origins, wanted):
            self._table = _Table.to(wanted)
        table = self._table
        columns = table.columns(wanted)
        if columns is None or not self._has_room(origins):
            return super().costs_between(origins, wanted)
        new = [origin for origin in dict.fromkeys(origins) if origin not in table.costs]
        rows = super().costs_between(new, table.states)
        table.costs.update(zip(new, rows, strict=True))
        return _rows(table.costs, origins, columns)

    def driven_s(self, origins: Sequence[Origin], states: Sequence[int], cost: Floats) -> Floats:
        """(n, k) seconds that the ways behind some costs take (`driven_exactly_s`)."""
        table = self._table
        columns = table.columns(states)
        if columns is None or any(origin not in table.costs for origin in origins):
            return driven_exactly_s(self, origins, states, cost)
        new = [origin for origin in dict.fromkeys(origins) if origin not in table.driven_s]
        whole = _rows(table.costs, new, range(len(table.states)))
        rows = driven_exactly_s(self, new, table.states, whole)
        table.driven_s.update(zip(new, rows, strict=True))
        return _rows(table.driven_s, origins, columns)

    def _is_wide(self, origins: Sequence[Origin], states: Sequence[int]) -> bool:
        """Whether a question is for a table of more states, most of them origins, than ever."""
        if not len(self._table.states) < len(states) <= MOST_TIMES**0.5:
            return False
        return 2 * len(set(states).intersection(origins)) > len(states)

    def _has_room(self, origins: Sequence[Origin]) -> bool:
        table = self._table
        new = sum(origin not in table.costs for origin in set(origins))
        return (len(table.costs) + new) * len(table.states) <= MOST_TIMES


def driven_s(
    search: RouteSearch, origins: Sequence[Origin], states: Sequence[int], cost: Floats
) -> Floats:
    """`driven_exactly_s`, from what a search remembers if it is one that does."""
    if isinstance(search, RememberingSearch):
        return search.driven_s(origins, states, cost)
    return driven_exactly_s(search, origins, states, cost)


def _keep(kept: dict[K, V], key: K, value: V) -> None:
    if len(kept) >= MOST_WAYS:
        kept.clear()
    kept[key] = value


def _rows(rows: dict[Origin, Floats], origins: Sequence[Origin], columns: Sequence[int]) -> Floats:
    if not origins:
        return np.empty((0, len(columns)))
    found: Floats = np.array([rows[origin] for origin in origins])[:, columns]
    return found
