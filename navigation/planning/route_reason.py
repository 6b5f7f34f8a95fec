"""Why there is no route, in an operator's words: what the least obstructed way would pass.

Every closed stretch and every forbidden turn counts more than any detour, so the cheapest way with
nothing forbidden has the fewest obstacles. Closed edges in a row with one reason are one obstacle.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from navigation.planning.route_closures import Closure
from navigation.planning.route_options import RouteOptions, Start
from navigation.planning.route_states import Floats, Indices, Seeds, StateCosts, States
from navigation.planning.route_turns import U_TURN_RAD, Turner, Turns

OBSTACLE_COST = 1e9  # above any detour
TURNS = "turns"  # the group of all forbidden turns

Find = Callable[[StateCosts, Seeds], Sequence[int]]  # the cheapest way's states; empty: none


@dataclass(frozen=True, eq=False)
class Obstacles:
    """A map's states with everything that is forbidden there."""

    states: States
    options: RouteOptions
    closed: Mapping[int, Closure]  # by edge id
    edge_costs: Floats  # (m,) with nothing closed

    def explain(self, start: Start, find: Find) -> str:
        """What is in the way from a start, given how to find the cheapest way to the goal."""
        chain = find(*self._costs(start))
        if not chain:
            return "no way joins them" + (", whatever is closed" if self.closed else "")
        found = list(self._along(start, chain))
        is_only = all(not find(*self._costs(start, shut=group)) for group, _ in found)
        lead = "the only way" if is_only else "every way is closed; the least obstructed one"
        return f"{lead} {', then '.join(words for _, words in found)}"

    def _costs(self, start: Start, shut: str = "") -> tuple[StateCosts, Seeds]:
        """Costs with obstacles dear instead of forbidden, but for those of the group `shut`."""
        groups, number = self._groups()
        tails, heads = self.states.tails, self.states.heads
        turning, leaving = self.states.turns(self.options), self.states.leaving(start)
        begin = self.states.start_turns(start, self.options)
        extra = np.where(groups > 0, OBSTACLE_COST, 0.0)
        turn = OBSTACLE_COST
        if shut == TURNS:
            turn = math.inf
        elif shut:
            extra[groups == number[shut]] = math.inf
        into = np.where((groups[heads] == groups[tails]) & np.isfinite(extra[heads]), 0.0, 1.0)
        steps = self.edge_costs[heads] + turning.cost
        steps[into > 0] += extra[heads][into > 0]
        steps[turning.forbidden] += turn
        seeds = self.edge_costs[leaving] + begin.cost + extra[leaving]
        seeds[begin.forbidden] += turn
        return StateCosts(self.edge_costs + extra, steps), (leaving, seeds)

    def _groups(self) -> tuple[Indices, dict[str, int]]:
        """Each state's group as a number, (m,), 0 where it is open; and the numbers by name."""
        names = sorted({closure.group for closure in self.closed.values()})
        number = {name: i for i, name in enumerate(names, start=1)}
        groups = np.zeros(self.states.count, np.intp)
        for edge_id, closure in self.closed.items():
            groups[self.states.index[edge_id]] = number[closure.group]
        return groups, number

    def _along(self, start: Start, chain: Sequence[int]) -> Iterator[tuple[str, str]]:
        """Group and words of each obstacle on a way, in order."""
        ids = [self.states.edge_ids[state] for state in chain]
        turned = [""] * len(ids)
        at = self.states.leaving(start).tolist().index(chain[0])
        turned[0] = self._turn(self.states.start_turns(start, self.options), at, ids[0], ids[0])
        turning = self.states.turns(self.options)
        for i in range(1, len(ids)):
            step = self.states.step(chain[i - 1], chain[i])
            turned[i] = self._turn(turning, step, ids[i - 1], ids[i])
        runs = groupby(range(len(ids)), lambda i: self._group(ids[i]))
        for group, run in ((group, list(run)) for group, run in runs):
            for i in run:
                if turned[i]:
                    yield TURNS, turned[i]
                if group and i == run[0]:
                    yield group, self._passes([ids[j] for j in run])

    def _group(self, edge_id: int) -> str:
        return self.closed[edge_id].group if edge_id in self.closed else ""

    def _passes(self, edge_ids: Sequence[int]) -> str:
        """The words for one closed stretch: of ways too narrow the narrowest is named."""
        worst = min(edge_ids, key=lambda edge_id: self.closed[edge_id].measure)
        closure, name = self.closed[worst], self.states.patrol_map.edges[worst].name
        if closure.is_place:
            return f"passes {closure.text}"
        named = f"edge {worst} of {name}" if name else f"edge {worst}"
        return f"passes {named}, which is closed ({closure.text})"

    def _turn(self, turns: Turns, at: int, from_id: int, to_id: int) -> str:
        """The words for a turn, empty where it is allowed."""
        if not turns.forbidden[at]:
            return ""
        edges, turner = self.states.patrol_map.edges, Turner.of(self.options.spec)
        node_id, widths = edges[to_id].start_id, (edges[from_id].width_m, edges[to_id].width_m)
        if turns.angle_rad[at] > U_TURN_RAD:
            return (
                f"must turn round at node {node_id}, where the way is {max(widths):g} m wide and "
                f"{turner.name} needs {turner.u_turn_width_m:.2f} m"
            )
        degrees = math.degrees(turns.angle_rad[at])
        between = (
            f"{min(widths):g} m"
            if widths[0] == widths[1]
            else (f"{min(widths):g} and {max(widths):g} m")
        )
        return (
            f"must turn by {degrees:.0f} degrees at node {node_id}, where ways of {between} are "
            f"too narrow for a turning radius of {turner.radius_m:.2f} m"
        )
