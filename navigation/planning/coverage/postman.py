"""One vehicle over all of some streets: the Chinese, rural and mixed postman problems.

Streets that hang together and may be driven in both directions: the minimum T-join of their odd
nodes completes a circuit, which is optimal (Edmonds and Johnson 1973). One-way streets: a
minimum-cost flow balances what enters and leaves each node, choosing directions where that
helps; streets it leaves undecided are evened by a T-join (the half-integral relaxation of
Kappauf and Koehler 1979, rounded as by Ralphs 1993). Streets in pieces are joined first
(`rural`), over several trees, and the shortest result is taken.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array

from navigation.planning.coverage.circuit import Circuit
from navigation.planning.coverage.parity import Link, network_of
from navigation.planning.coverage.regions import odd_nodes, short_join
from navigation.planning.coverage.rural import (
    connecting_ways,
    count_clusters,
    without_needless,
)
from navigation.planning.coverage.searches import Network
from navigation.planning.coverage.streets import StreetGraph
from patrol.errors import PlanError

TRIES = 8  # how many other ways of joining pieces are tried, fewer for many streets
TRIED_STREETS = 1500
DROPS_PER_TRY = 4


@dataclass(frozen=True, slots=True)
class Balance:
    """Arcs that balance one-way streets: what is driven, in which direction, what stays free."""

    free: list[int]
    fixed: list[int]
    extra: float  # length of the passes that were added


def postman_circuit(
    graph: StreetGraph, tasks: Collection[int], seed: int = 0, tries: int = TRIES
) -> Circuit:
    """A short circuit that does some tasks; raises PlanError where no closed walk does.

    The tasks' streets lie in one strongly connected part of the graph (`StreetGraph.parts`).
    """
    if not tasks:
        return Circuit()
    free, fixed = _passes(graph, tasks)
    streets = [*free, *(arc >> 1 for arc in fixed)]
    ways = connecting_ways(graph, streets)
    best = _completed(graph, free, fixed, ways)
    if not ways:
        return best
    tries = min(tries, 1 + TRIED_STREETS // len(streets))
    rng = np.random.default_rng(seed)
    useful = np.ones(len(graph), bool)
    useful[_completed(graph, free, fixed, []).streets()] = False
    for _ in range(tries):
        factors = rng.uniform(0.7, 1.3, len(graph)) * np.where(useful, 1, rng.random())
        other_ways = connecting_ways(graph, streets, factors)
        other = _completed(graph, free, fixed, other_ways)
        if other.length(graph) < best.length(graph):
            best, ways = other, other_ways
    return _without_ways(graph, free, fixed, ways, best, tries)


def _without_ways(
    graph: StreetGraph,
    free: list[int],
    fixed: list[int],
    ways: list[list[int]],
    best: Circuit,
    tries: int,
) -> Circuit:
    """The circuit without ways that its pieces don't need, now that odd nodes are joined."""
    by_length = sorted(ways, key=graph.length_of, reverse=True)
    for way in by_length[: DROPS_PER_TRY * tries]:
        fewer = [other for other in ways if other is not way]
        other = _completed(graph, free, fixed, fewer)
        if other.length(graph) < best.length(graph) and _whole(graph, other):
            best, ways = other, fewer
    return best


def _whole(graph: StreetGraph, circuit: Circuit) -> bool:
    return count_clusters(graph, circuit.streets()) == 1


def balance(graph: StreetGraph, free: Iterable[int], fixed: Iterable[int]) -> Balance:
    """Least additions after which directed arcs enter each node as often as they leave it.

    A minimum-cost flow: a free street carries -1, 0 or 1 forward at no cost (0: undecided), any
    arc carries more passes at its length. Its value is a lower bound on what must be added.
    """
    free, fixed = list(free), list(fixed)
    surplus = np.zeros(graph.node_count)  # arcs in minus arcs out
    for arc in fixed:
        surplus[graph.heads[arc]] += 1
        surplus[graph.tails[arc]] -= 1
    if not surplus.any():
        return Balance(free, fixed, 0.0)
    arcs = [arc for out in graph.outgoing for arc in out]
    carriers = [*(2 * i for i in free), *arcs]
    columns = np.tile(np.arange(len(carriers)), 2)
    rows = np.array([graph.tails[a] for a in carriers] + [graph.heads[a] for a in carriers])
    signs = np.repeat((1.0, -1.0), len(carriers))
    matrix = coo_array((signs, (rows, columns)), shape=(graph.node_count, len(carriers))).tocsr()
    cost = [0.0] * len(free) + [graph.lengths[arc >> 1] for arc in arcs]
    bounds = [(-1, 1)] * len(free) + [(0, None)] * len(arcs)
    found = linprog(cost, A_eq=matrix, b_eq=surplus, bounds=bounds, method="highs-ds")
    if found.status != 0:
        raise PlanError("one-way streets: no closed walk drives all of them")
    flow = np.rint(found.x).astype(int)
    turned = [2 * i if flow[k] > 0 else 2 * i + 1 for k, i in enumerate(free) if flow[k]]
    added = np.repeat(arcs, flow[len(free) :]).tolist()
    undecided = [i for k, i in enumerate(free) if not flow[k]]
    return Balance(undecided, [*fixed, *turned, *added], float(found.fun))


@lru_cache(maxsize=4)
def _two_way(graph: StreetGraph) -> tuple[list[Link], list[int], Network]:
    """Streets that may be driven in both directions: as links, their indices, for searches."""
    index = [i for i, street in enumerate(graph.streets) if not street.one_way]
    links = [(graph.tails[2 * i], graph.heads[2 * i], graph.lengths[i]) for i in index]
    return links, index, network_of(links, graph.node_count - 1)


def _passes(graph: StreetGraph, tasks: Collection[int]) -> tuple[list[int], list[int]]:
    """Free streets and fixed arcs of tasks; of a two-sided street always both."""
    free, fixed = list[int](), list[int]()
    for i in sorted({task >> 1 for task in tasks}):
        if graph.streets[i].sides == 2:
            fixed += [2 * i, 2 * i + 1]
        elif graph.streets[i].one_way:
            fixed.append(2 * i)
        else:
            free.append(i)
    return free, fixed


def _completed(
    graph: StreetGraph, free: list[int], fixed: list[int], ways: list[list[int]]
) -> Circuit:
    """The circuit of some passes and the ways that join their pieces."""
    joining = {arc >> 1: arc for way in ways for arc in way}.values()
    one_way = [arc for arc in joining if graph.streets[arc >> 1].one_way]
    tree = [arc >> 1 for arc in joining if not graph.streets[arc >> 1].one_way]
    balanced = balance(graph, [*free, *tree], [*fixed, *one_way])
    links, index, network = _two_way(graph)
    ends = [(graph.tails[2 * i], graph.heads[2 * i], 0.0) for i in balanced.free]
    odd = odd_nodes(ends, range(len(ends)))
    join = [index[i] for i in short_join(links, odd, network=network)]
    tree_streets = set(tree)
    must = [i for i in balanced.free if i not in tree_streets]
    added = [*(i for i in balanced.free if i in tree_streets), *join]
    if ways:
        driven = [*must, *(arc >> 1 for arc in balanced.fixed)]
        added = without_needless(graph, driven, added)
    return Circuit((*must, *added), tuple(balanced.fixed))
