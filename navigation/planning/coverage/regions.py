"""T-joins of any size, and what none can be shorter than.

A network too large to match at once is divided into regions. For a short join, the odd nodes of
each region are paired, and the pairs of each region are paired anew, over regions cut otherwise
each time. For a lower bound, a node where regions meet may be odd or even at no cost: each
region's best then can't cost more than the optimum spends there, so the sum is at most the
optimum.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from navigation.planning.coverage.parity import (
    Link,
    exact_join,
    join_length,
    joined_pairs,
    near_join,
    near_pairs,
    network_of,
)
from navigation.planning.coverage.searches import Network
from patrol.errors import PlanError

WHOLE_ODD = 4000  # up to here one matching of near nodes takes seconds
WHOLE_LINKS = 6000  # up to here one exact matching takes tens of seconds
REGION_LINKS = 3000
SWEEPS = 6


def short_join(
    links: Sequence[Link], odd: Iterable[int], seed: int = 0, network: Network | None = None
) -> list[int]:
    """Indices of the links of a T-join that is optimal or near it; raises PlanError.

    `network` is `network_of(links)` where that is known already.
    """
    wanted = set(odd)
    if len(wanted) <= WHOLE_ODD:
        return near_join(links, wanted, network)
    rng, network = random.Random(seed), network or network_of(links, max(wanted))
    pairs = _first_pairs(network, links, wanted, _regions(links, rng))
    for _ in range(SWEEPS):
        region_of = _region_by_node(links, _regions(links, rng))
        groups: dict[int, list[int]] = {}
        for a, b in pairs:
            groups.setdefault(region_of[rng.choice((a, b))], []).extend((a, b))
        pairs = [pair for group in groups.values() for pair in near_pairs(network, sorted(group))]
    return joined_pairs(network, pairs)


def join_bound(links: Sequence[Link], odd: Iterable[int], seed: int = 0) -> float:
    """A length that no T-join is below: the optimum up to WHOLE_LINKS; raises PlanError."""
    wanted = set(odd)
    if len(links) <= WHOLE_LINKS:
        return join_length(links, exact_join(links, wanted))
    return _bound_by_region(links, wanted, _regions(links, random.Random(seed)))


def odd_nodes(links: Sequence[Link], chosen: Iterable[int]) -> set[int]:
    """Nodes where an odd number of the chosen links end."""
    odd = set[int]()
    for i in chosen:
        odd ^= {links[i][0]}
        odd ^= {links[i][1]}
    return odd


def _first_pairs(
    network: Network, links: Sequence[Link], wanted: set[int], regions: list[list[int]]
) -> list[tuple[int, int]]:
    """Pairs within regions; where the nodes of one are odd in number, the last waits."""
    region_of = _region_by_node(links, regions)
    groups: list[list[int]] = [[] for _ in regions]
    for node in sorted(wanted):
        groups[region_of[node]].append(node)
    pairs, waiting = list[tuple[int, int]](), list[int]()
    for group in groups:
        nodes = group + waiting
        waiting = [nodes.pop(0)] if len(nodes) % 2 else []
        pairs += near_pairs(network, sorted(nodes)) if nodes else []
    if waiting:
        raise PlanError("an odd number of odd nodes cannot be paired")
    return pairs


def _region_by_node(links: Sequence[Link], regions: list[list[int]]) -> dict[int, int]:
    """The region of one of each node's links."""
    return {node: r for r, region in enumerate(regions) for i in region for node in links[i][:2]}


def _regions(links: Sequence[Link], rng: random.Random) -> list[list[int]]:
    """Links in groups that lie together, each of at most REGION_LINKS."""
    at: dict[int, list[int]] = {}
    for i, (a, b, _) in enumerate(links):
        at.setdefault(a, []).append(i)
        at.setdefault(b, []).append(i)
    waiting, regions = [list(range(len(links)))], []
    while waiting:
        group = waiting.pop()
        if len(group) <= REGION_LINKS:
            regions.append(group)
            continue
        order = _across(links, at, group, rng)
        middle = len(order) // 2
        waiting += [order[:middle], order[middle:]]
    return regions


def _across(
    links: Sequence[Link], at: dict[int, list[int]], group: list[int], rng: random.Random
) -> list[int]:
    """The links of a group from one far end to the other."""
    near = _spread(links, at, group, _spread(links, at, group, rng.choice(group))[-1])
    far = {link: place for place, link in enumerate(_spread(links, at, group, near[-1]))}
    from_near = {link: place for place, link in enumerate(near)}
    return sorted(near, key=lambda link: from_near[link] - far[link])


def _spread(
    links: Sequence[Link], at: dict[int, list[int]], group: list[int], first: int
) -> list[int]:
    """The links of a group in breadth-first order from one of them."""
    left = dict.fromkeys([first, *group])
    order: list[int] = []
    while left:
        del left[start := next(iter(left))]
        order.append(start)
        place = len(order) - 1
        while place < len(order):
            for node in links[order[place]][:2]:
                for i in at[node]:
                    if i in left:
                        del left[i]
                        order.append(i)
            place += 1
    return order


def _bound_by_region(links: Sequence[Link], wanted: set[int], regions: list[list[int]]) -> float:
    nodes_of = [{n for i in region for n in links[i][:2]} for region in regions]
    sharing = Counter(node for nodes in nodes_of for node in nodes)
    total = 0.0
    for region, nodes in zip(regions, nodes_of, strict=True):
        shared = sorted(n for n in nodes if sharing[n] > 1)
        free = [(a, b, 0.0) for a, b in pairwise(shared)]
        odd = {n for n in nodes if n in wanted and sharing[n] == 1}
        if len(odd) % 2:
            odd.add(shared[0])
        part = [links[i] for i in region] + free
        total += join_length(part, exact_join(part, odd))
    return total
