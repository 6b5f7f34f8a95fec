"""Circuits: passes over streets that one vehicle can drive as one closed walk.

`free` passes may be driven in either direction and meet every node an even number of times;
`fixed` arcs enter every node as often as they leave it. Where all of them hang together they make
a closed walk (Euler 1736; Hierholzer 1873): first the free ones get directions, component by
component, then one walk takes all. Parts of a circuit are circuits again when they keep whole
cycles together, which is how `splitting` shares one among vehicles without an added metre.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass

from navigation.planning.coverage.streets import StreetGraph


@dataclass(frozen=True, slots=True)
class Circuit:
    """Streets passed in any direction (a street as often as it is passed), and directed arcs."""

    free: tuple[int, ...] = ()
    fixed: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.free or self.fixed)

    def length(self, graph: StreetGraph) -> float:
        """Length of the walk."""
        return math.fsum(graph.lengths[i] for i in self.streets())

    def streets(self) -> list[int]:
        """The street of each pass."""
        return [*self.free, *(arc >> 1 for arc in self.fixed)]

    def nodes(self, graph: StreetGraph) -> set[int]:
        """Nodes the walk comes through."""
        return {n for i in self.streets() for n in (graph.tails[2 * i], graph.heads[2 * i])}

    def walk(self, graph: StreetGraph, start: int) -> list[int]:
        """The arcs of a closed walk from a node of the circuit."""
        arcs = list(self.fixed)
        free = _Passes(graph, [2 * i for i in self.free], both_ways=True)
        for node in list(free.out):
            arcs += free.euler(node)
        return _Passes(graph, arcs, both_ways=False).euler(start)


class _Passes:
    """Arcs to be driven once each, taken off one after another.

    A pass is written `2 × its number`, plus 1 where it is driven against its arc.
    """

    def __init__(self, graph: StreetGraph, arcs: list[int], both_ways: bool) -> None:
        self.arcs, self.heads = arcs, graph.heads
        self.used = bytearray(len(arcs))
        self.out: defaultdict[int, list[int]] = defaultdict(list)
        out, tails, heads = self.out, graph.tails, graph.heads
        for number, arc in enumerate(arcs):
            out[tails[arc]].append(2 * number)
            if both_ways:
                out[heads[arc]].append(2 * number + 1)

    def take(self, node: int) -> int:
        """An arc out of a node that was not driven yet; -1 when there is none."""
        here, used = self.out[node], self.used
        while here:
            choice = here.pop()
            if not used[choice >> 1]:
                used[choice >> 1] = 1
                return self.arcs[choice >> 1] ^ (choice & 1)
        return -1

    def euler(self, start: int) -> list[int]:
        """Hierholzer's closed walk over all that hangs together with a node."""
        stack = [(start, -1)]  # where, and the arc that led there
        walk = []
        while stack:
            arc = self.take(stack[-1][0])
            if arc >= 0:
                stack.append((self.heads[arc], arc))
            else:
                walk.append(stack.pop()[1])
        return walk[-2::-1]
