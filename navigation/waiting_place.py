"""WaitingPlace: where a vehicle waits for a fault to pass that does not make it stand at once."""

from __future__ import annotations

from collections.abc import Sequence

from navigation.order_rules import Route
from patrol.map import PatrolMap

STANDS_THERE_M = 0.5  # standing this near to a waiting place is standing there


class WaitingPlace:
    """Chooses a node once, and keeps to it until `forget`."""

    def __init__(self, patrol_map: PatrolMap) -> None:
        self._docks = {dock.node_id for dock in patrol_map.docks}
        self._index: int | None = None

    def forget(self) -> None:
        """The fault is gone, or the order."""
        self._index = None

    def choose(
        self,
        route: Route,
        reached: int,
        travel_m: float,
        node_s_m: Sequence[float],
        braking_m: float,
    ) -> int:
        """The node to wait at: the one stood at, else the next that can still be stopped at."""
        if self._index is None:
            near_m = max(STANDS_THERE_M, braking_m)
            is_near = reached >= 0 and travel_m - node_s_m[reached] <= near_m
            if is_near and self._may_wait(route, reached):
                self._index = reached
            else:
                self._index = self._ahead(route, reached, travel_m + braking_m, node_s_m)
        return min(self._index, route.last_released)

    def _ahead(self, route: Route, reached: int, from_m: float, node_s_m: Sequence[float]) -> int:
        for index in range(reached + 1, route.last_released):
            if node_s_m[index] >= from_m and self._may_wait(route, index):
                return index
        return route.last_released

    def _may_wait(self, route: Route, index: int) -> bool:
        node = route.nodes[index]
        return node.waiting_place or node.id in self._docks
