"""How long legs take: by the ways that a search prefers, and the least that any way can take.

A search avoids turning round even where a detour takes longer, so what it charges for a way is no
time, and a way that it leaves aside may be quicker.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra

from navigation.planning.route_search import (
    NARROW_U_TURN_COST_S,
    TURN_ROUND_S,
    U_TURN_COST_S,
    RouteSearch,
    Start,
)

Floats = NDArray[np.float64]
Weigh = Callable[[Floats, Floats], Floats]  # driving times of edges, costs of turns into them

# A weight holds a cost in milliseconds, and how often it turns round, wide and narrow, behind it:
# all whole numbers, far below 2^53.
COST_UNITS_PER_S = 1000.0
WIDE_UNIT, COST_UNIT = 32.0, 1024.0


def least_between_s(
    search: RouteSearch, origins: Sequence[Start | int], states: Sequence[int]
) -> Floats:
    """(n, k) least seconds from starts, or states one has arrived in, to states; inf: no way."""

    def times_s(driving_s: Floats, turn_costs: Floats) -> Floats:
        return driving_s + np.where(turn_costs >= U_TURN_COST_S, TURN_ROUND_S, 0.0)

    return _between(search, origins, states, times_s)


def preferred_between_s(
    search: RouteSearch, origins: Sequence[Start | int], states: Sequence[int]
) -> Floats:
    """As `least_between_s`, by the ways that the search prefers, to a millisecond an edge."""
    cost, wide, narrow = _preferred(search, origins, states)
    return _driven_s(cost, wide, narrow)


def driven_exactly_s(
    search: RouteSearch, origins: Sequence[Start | int], states: Sequence[int], cost: Floats
) -> Floats:
    """(n, k) seconds that ways take whose `cost` (n, k) a search by time has given; inf stays.

    Of two ways that cost the same within milliseconds it may be the other's time.
    """
    _, wide, narrow = _preferred(search, origins, states)
    return _driven_s(cost, wide, narrow)


def _driven_s(cost: Floats, wide: Floats, narrow: Floats) -> Floats:
    """What is left of a cost when turning round takes time and is not shunned."""
    shunned_s = wide * (U_TURN_COST_S - TURN_ROUND_S) + narrow * (
        NARROW_U_TURN_COST_S - TURN_ROUND_S
    )
    return np.asarray(cost - shunned_s)


def _preferred(
    search: RouteSearch, origins: Sequence[Start | int], states: Sequence[int]
) -> tuple[Floats, Floats, Floats]:
    """The cost of the preferred ways, infinite where there is none, and how often they turn round
    where there is room and where there is none."""

    def coded(driving_s: Floats, turn_costs: Floats) -> Floats:
        cost = np.round(COST_UNITS_PER_S * (driving_s + turn_costs)) * COST_UNIT
        narrow: Floats = turn_costs == NARROW_U_TURN_COST_S
        return np.asarray(cost + WIDE_UNIT * (turn_costs == U_TURN_COST_S) + narrow)

    found = _between(search, origins, states, coded)
    is_way = np.isfinite(found)
    whole = np.where(is_way, found, 0.0)
    cost = np.where(is_way, whole // COST_UNIT / COST_UNITS_PER_S, np.inf)
    return cost, whole // WIDE_UNIT % (COST_UNIT / WIDE_UNIT), whole % WIDE_UNIT


def _between(
    search: RouteSearch, origins: Sequence[Start | int], states: Sequence[int], weigh: Weigh
) -> Floats:
    """The least weights of ways, (n, k)."""
    if not origins or not states:
        return np.full((len(origins), len(states)), np.inf)
    starts = [origin for origin in origins if isinstance(origin, Start)]
    number = {start: search.states.count + i for i, start in enumerate(starts)}
    rows = [number[origin] if isinstance(origin, Start) else origin for origin in origins]
    found: Floats = dijkstra(_with_starts(search, starts, weigh), indices=rows)
    return found[:, list(states)]


def _with_starts(search: RouteSearch, starts: Sequence[Start], weigh: Weigh) -> csr_array:
    """Weights of the steps from edge to edge, and from the starts, which come behind them."""
    states, usable = search.states, np.isfinite(search.costs.steps)
    tails, heads = [states.tails[usable]], [states.heads[usable]]
    turn_costs = [states.turns(search.options).cost[usable]]
    for i, start in enumerate(starts):
        leaving, costs = search.seeds(start)
        is_open = np.isfinite(costs)
        heads.append(leaving[is_open])
        tails.append(np.full(len(heads[-1]), states.count + i, np.intp))
        turn_costs.append(states.start_turns(start, search.options).cost[is_open])
    ends = np.concatenate(heads)
    weights = weigh(search.durations_s[ends], np.concatenate(turn_costs))
    size = states.count + len(starts)
    return coo_array((weights, (np.concatenate(tails), ends)), shape=(size, size)).tocsr()


def least_nodes_s(search: RouteSearch, node_ids: Sequence[int]) -> Floats:
    """(n, n) seconds of driving between nodes, turning left aside; inf where there is no way."""
    edges = [e for e in search.patrol_map.edges.values() if e.id not in search.closed]
    index = {node_id: i for i, node_id in enumerate(search.patrol_map.nodes)}
    rows = [index[edge.start_id] for edge in edges]
    columns = [index[edge.end_id] for edge in edges]
    times_s = [search.duration_s(edge.id) for edge in edges]
    graph = coo_array((times_s, (rows, columns)), shape=(len(index), len(index))).tocsr()
    wanted = [index[node_id] for node_id in node_ids]
    found: Floats = dijkstra(graph, indices=wanted)
    return found[:, wanted]
