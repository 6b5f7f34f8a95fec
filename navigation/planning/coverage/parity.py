"""Least added length that makes odd nodes even: the minimum T-join (Edmonds and Johnson 1973).

Two ways to the optimum, both by weighted perfect matching (Galil 1986, as rustworkx runs it):

- `exact_join` matches on a graph of the links' ends: each link is two ends joined at no cost
  (matched: the link is left out), and the ends at a node are joined with one another, with one
  more end where the node is odd. A perfect matching is a T-join and costs the same, so nothing
  is left to prove; the graph stays sparse, about three times the size of the network.
- `near_join` matches each odd node with one of its nearest. It is exact when none of the
  optimum's pairs is farther apart than that, which can't be known from it alone, but it takes
  a fraction of the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

import numpy as np
import rustworkx as rx

from navigation.planning.coverage.searches import Network
from patrol.errors import PlanError

Link = tuple[int, int, float]  # two nodes and a length

NEIGHBOURS = 20
RESOLUTION = 10**9  # matching wants whole numbers: the longest link in this many units


def exact_join(links: Sequence[Link], odd: Iterable[int]) -> list[int]:
    """Indices of the links of a minimum T-join; raises PlanError when there is none."""
    wanted = set(odd)
    if not wanted:
        return []
    units = _units(links)
    ends_at: dict[int, list[int]] = {}
    for i, (a, b, _) in enumerate(links):
        ends_at.setdefault(a, []).append(2 * i)
        ends_at.setdefault(b, []).append(2 * i + 1)
    ends = rx.PyGraph()
    ends.add_nodes_from(range(2 * len(links)))
    pairs = [(2 * i, 2 * i + 1, 0) for i in range(len(links))]
    for node, here in ends_at.items():
        pairs += [(e, f, units[e // 2] + units[f // 2]) for e, f in combinations(here, 2)]
        if node in wanted:
            extra = ends.add_node(None)
            pairs += [(e, extra, units[e // 2]) for e in here]
    if not wanted <= ends_at.keys():
        raise PlanError("odd nodes that no link reaches cannot be joined")
    matched = _match(ends, pairs)
    if 2 * len(matched) != ends.num_nodes():
        raise PlanError("odd nodes that no two-way street joins cannot be paired")
    left_out = {a // 2 for a, b in matched if a // 2 == b // 2 and max(a, b) < 2 * len(links)}
    return [i for i in range(len(links)) if i not in left_out and links[i][0] != links[i][1]]


def near_join(
    links: Sequence[Link], odd: Iterable[int], network: Network | None = None
) -> list[int]:
    """Indices of the links of a T-join of nearest odd nodes; raises PlanError when none is.

    `network` is `network_of(links)` where that is known already.
    """
    nodes = sorted(set(odd))
    if not nodes:
        return []
    network = network or network_of(links, nodes[-1])
    return joined_pairs(network, near_pairs(network, nodes))


def near_pairs(network: Network, nodes: Sequence[int]) -> list[tuple[int, int]]:
    """Nodes in pairs of the least total distance, each with one of its nearest."""
    number = {node: i for i, node in enumerate(nodes)}
    reach = min(NEIGHBOURS, len(nodes) - 1)
    while reach >= 0:
        others, distance = network.nearest(np.array(nodes), reach)
        longest = float(distance[np.isfinite(distance)].max(initial=0.0)) or 1.0
        pairs = {
            (min(i, number[other]), max(i, number[other])): round(far / longest * RESOLUTION)
            for i in range(len(nodes))
            for other, far in zip(others[i].tolist(), distance[i].tolist(), strict=True)
            if other >= 0
        }
        graph = rx.PyGraph()
        graph.add_nodes_from(nodes)
        matched = _match(graph, [(a, b, cost) for (a, b), cost in pairs.items()])
        if 2 * len(matched) == len(nodes):
            return sorted((nodes[min(a, b)], nodes[max(a, b)]) for a, b in matched)
        reach = min(4 * reach, len(nodes) - 1) if reach < len(nodes) - 1 else -1
    raise PlanError("odd nodes that no two-way street joins cannot be paired")


def joined_pairs(network: Network, pairs: Iterable[tuple[int, int]]) -> list[int]:
    """The links of shortest ways between pairs of nodes; what two ways share cancels out."""
    used = set[int]()
    for a, b in pairs:
        used ^= {arc >> 1 for arc in network.way(a, b) or ()}
    return sorted(used)


def join_length(links: Sequence[Link], join: Iterable[int]) -> float:
    """Length of a T-join."""
    return sum(links[i][2] for i in join)


def _units(links: Sequence[Link]) -> list[int]:
    longest = max((length for *_, length in links), default=0.0) or 1.0
    return [round(length / longest * RESOLUTION) for *_, length in links]


def _match(graph: rx.PyGraph, pairs: Sequence[tuple[int, int, int]]) -> set[tuple[int, int]]:
    """A matching of the most pairs and, among these, of the least total cost."""
    dearest = max((cost for *_, cost in pairs), default=0) + 1
    graph.add_edges_from([(a, b, dearest - cost) for a, b, cost in pairs])
    matched: set[tuple[int, int]] = rx.max_weight_matching(
        graph, max_cardinality=True, weight_fn=int
    )
    return matched


def network_of(links: Sequence[Link], last: int = 0) -> Network:
    """Links as arcs both ways, over nodes up to `last` at least."""
    nodes = 1 + max([last, *(max(a, b) for a, b, _ in links)])
    outgoing: list[list[int]] = [[] for _ in range(nodes)]
    for i, (a, b, _) in enumerate(links):
        outgoing[a].append(2 * i)
        outgoing[b].append(2 * i + 1)
    ends = [node for a, b, _ in links for node in (b, a)]
    return Network.of(outgoing, ends, [length for *_, length in links])
