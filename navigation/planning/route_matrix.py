"""Costs from many starts to many goals, with the routes behind them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from navigation.planning.route_options import Route, Start


@dataclass(frozen=True, eq=False)
class RouteMatrix:
    """`costs` (n, k) as the search counts them, turning round included; infinite: no route."""

    costs: NDArray[np.float64]
    starts: tuple[Start, ...]
    goal_node_ids: tuple[int, ...]
    find: Callable[[Start, int], Route]

    def route(self, row: int, column: int) -> Route:
        """The route of an entry, searched when it is asked for; raises PlanError with the reason
        where there is none."""
        return self.find(self.starts[row], self.goal_node_ids[column])
