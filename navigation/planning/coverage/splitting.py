"""Sharing a circuit among vehicles so that the longest share is as short as can be.

Every share is a union of whole cycles that hang together, so it is a circuit itself and sharing
adds no length: parities stay even whatever is moved. The search is recombination, as in
redistricting (DeFord, Duchin and Solomon 2021), on cycles instead of precincts: two shares that
meet are merged, cut at random into cycles anew, joined by a random spanning tree of cycles, and
divided at the tree's best edge (`kernels.divide`). A worse division may be taken, ever less as
the search goes on (threshold accepting, Dueck and Scheuer 1990).

Where a network hangs together at single nodes and bridges, whole cycles may not divide evenly.
So a step may first add a detour, a way driven there and back, that lets a share reach past
another; it stays only where it shortens the longer of the two and nothing hangs on it in vain.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from navigation.planning.coverage.circuit import Circuit
from navigation.planning.coverage.kernels import Flags, Floats, Ints, divide, loads, share_cost
from navigation.planning.coverage.shares import Holder, Share, tidied
from navigation.planning.coverage.streets import StreetGraph

CLOSE_ENOUGH = 0.001  # relative: stop when the longest is this near the mean
FOCUS = 0.6  # how often a step works on the longest share
PATIENCE = 0.03  # relative: how much worse than the best a division may be at first
REASSIGN_EVERY = 50  # steps between looks at who should have which share
FIRST_TRIES = 8
DETOURS = 0.4  # how often a step on the longest share tries a detour
BOTTLENECK_POWER = 8  # sums of such powers are ruled by the longest


def share_out(
    graph: StreetGraph, circuit: Circuit, holders: Sequence[Holder], steps: int, seed: int
) -> list[Share]:
    """A share for each holder, together `circuit`, after some steps of search."""
    return _Search(graph, circuit, holders, seed).run(steps)


class _Search:
    def __init__(
        self, graph: StreetGraph, circuit: Circuit, holders: Sequence[Holder], seed: int
    ) -> None:
        self.graph, self.holders, self.node_count = graph, holders, graph.node_count
        self.added = set[int]()  # arcs of detours
        self.ends = np.array(graph.heads, np.int64)
        self.lengths = np.array(graph.lengths, np.float64)
        nowhere = np.zeros(graph.node_count)
        self.access = [nowhere if h.access is None else h.access for h in holders]
        self.terms = [holder.terms for holder in holders]
        self.rng = np.random.default_rng(seed)
        arcs = np.array([*(2 * i for i in circuit.free), *circuit.fixed], np.int64)
        both = np.arange(len(arcs)) < len(circuit.free)
        self.shares = [self._share(arcs[:0], both[:0], 0)] * len(holders)
        self._deal(arcs, both, list(range(len(holders))))
        self._reassign()

    def run(self, steps: int) -> list[Share]:
        best, longest = list(self.shares), self._longest()
        for step in range(steps if len(self.holders) > 1 else 0):
            if step % REASSIGN_EVERY == REASSIGN_EVERY - 1:
                self._reassign()
            self._recombine(longest * (1 + PATIENCE * (1 - step / steps)))
            now = self._longest()
            if now < longest * (1 - 1e-9):
                best, longest = list(self.shares), now
                mean = sum(share.cost for share in best) / len(best)
                if longest <= mean * (1 + CLOSE_ENOUGH):
                    break
        return best

    def _longest(self) -> float:
        return max(share.cost for share in self.shares)

    def _share(self, arcs: Ints, both: Flags, holder: int) -> Share:
        if not len(arcs):
            return Share(arcs, both, frozenset(), 0.0)
        one = np.zeros(len(arcs), np.int64)
        length, nearest, moment = loads(arcs, one, self.ends, self.lengths, self.access[holder])
        cost = share_cost(length[0], nearest[0], moment[0], self.terms[holder])
        nodes = np.unique(self.ends[np.concatenate((arcs, arcs ^ 1))])
        return Share(arcs, both, frozenset(nodes.tolist()), cost)

    def _divide(
        self, arcs: Ints, both: Flags, access: tuple[Floats, Floats], terms: tuple[Floats, Floats]
    ) -> tuple[float, Flags]:
        order, nodes = self.rng.permutation(len(arcs)), self.rng.permutation(self.node_count)
        return divide(arcs, both, order, nodes, self.ends, self.lengths, access, terms)

    def _deal(self, arcs: Ints, both: Flags, among: list[int]) -> None:
        """First shares: halve the circuit and the holders until one holder is left."""
        if len(among) == 1 or not len(arcs):
            self.shares[among[0]] = self._share(arcs, both, among[0])
            return
        middle, access = len(among) // 2, np.zeros(self.node_count)
        parts = middle / len(among), 1 - middle / len(among)
        terms = tuple(np.array((math.inf, 0.0, 1 / part)) for part in parts)
        tries = [
            self._divide(arcs, both, (access, access), (terms[0], terms[1]))
            for _ in range(FIRST_TRIES)
        ]
        cost, mine = min(tries, key=lambda found: found[0])
        if math.isinf(cost):
            mine = np.ones(len(arcs), bool)
        self._deal(arcs[mine], both[mine], among[:middle])
        self._deal(arcs[~mine], both[~mine], among[middle:])

    def _pair(self) -> tuple[int, int] | None:
        """Two holders whose shares meet, often with the longest share among them."""
        count = len(self.holders)
        first = int(self.rng.integers(count))
        if self.rng.random() < FOCUS:
            first = max(range(count), key=lambda i: self.shares[i].cost)
        nodes = self.shares[first].nodes
        others = [
            i for i, share in enumerate(self.shares)
            if i != first and not (share.nodes and nodes and nodes.isdisjoint(share.nodes))
        ]  # fmt: skip
        if not others:
            return None
        drawn = [others[i] for i in self.rng.integers(len(others), size=2).tolist()]
        return first, min(drawn, key=lambda i: self.shares[i].cost)

    def _recombine(self, allowed: float) -> None:
        """Merge two shares and divide them anew."""
        pair = self._pair()
        if pair is None:
            return
        a, b = pair
        one, two = self.shares[a], self.shares[b]
        arcs, both = np.concatenate((one.arcs, two.arcs)), np.concatenate((one.both, two.both))
        if not len(arcs):
            return
        detour = self._detour(one, two)
        arcs = np.concatenate((arcs, np.repeat(detour, 2)))
        both = np.concatenate((both, np.ones(2 * len(detour), bool)))
        access, terms = (self.access[a], self.access[b]), (self.terms[a], self.terms[b])
        cost, mine = self._divide(arcs, both, access, terms)
        limit = max(one.cost, two.cost)
        if len(detour) or not self.added.isdisjoint(arcs.tolist()):
            if cost - 2 * self.lengths[detour >> 1].sum() < limit:
                self._divide_tidily(pair, (arcs, both), mine, limit)
        elif cost < max(limit, allowed):
            self.shares[a] = self._share(arcs[mine], both[mine], a)
            self.shares[b] = self._share(arcs[~mine], both[~mine], b)

    def _detour(self, one: Share, two: Share) -> Ints:
        """Arcs of a way into the longer of two shares, or none; worth trying for the longest."""
        none = np.zeros(0, np.int64)
        far, near = (one, two) if one.cost > two.cost else (two, one)
        if far.cost < self._longest() or self.rng.random() > DETOURS or not near.nodes:
            return none
        meeting = sorted(far.nodes & near.nodes) or sorted(near.nodes)
        start, end = (int(self.rng.choice(nodes)) for nodes in (meeting, sorted(far.nodes)))
        way = self.graph.network.way(start, end) or []
        too_long = 2 * self.graph.length_of(way) > far.cost - near.cost
        if too_long or any(self.graph.streets[arc >> 1].one_way for arc in way):
            return none
        return np.array([arc & ~1 for arc in way], np.int64)

    def _divide_tidily(
        self, pair: tuple[int, int], passes: tuple[Ints, Flags], mine: Flags, limit: float
    ) -> None:
        """Take a division when the longer share gets shorter, without needless detours."""
        arcs, both = passes
        passed = Counter(arcs[both].tolist())
        several = [arc for arc in sorted(passed) if passed[arc] > 2]
        shares = []
        for holder, side in zip(pair, (mine, ~mine), strict=True):
            kept = tidied(arcs, both, side, several, passed, self.ends)
            shares.append(self._share(arcs[kept], both[kept], holder))
        if max(share.cost for share in shares) < limit * (1 - 1e-9):
            self.shares[pair[0]], self.shares[pair[1]] = shares
            self.added.update(arc for arc in several if passed[arc] > 2)

    def _reassign(self) -> None:
        """Give shares to the holders that do them at the least greatest cost, about."""
        if len(set(self.holders)) == 1:
            return
        options = [
            [self._share(share.arcs, share.both, holder) for holder in range(len(self.holders))]
            for share in self.shares
        ]
        costs = np.array([[option.cost for option in row] for row in options])
        if np.isfinite(costs).all() and costs.any():
            rows, columns = linear_sum_assignment((costs / costs.max()) ** BOTTLENECK_POWER)
            pairs = sorted(zip(columns.tolist(), rows.tolist(), strict=True))
            self.shares = [options[row][column] for column, row in pairs]
