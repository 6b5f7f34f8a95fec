"""Shares of a circuit: who gets one, what it costs, and whether it hangs together."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from navigation.planning.coverage.circuit import Circuit
from navigation.planning.coverage.kernels import Flags, Floats, Ints


@dataclass(frozen=True, eq=False)
class Holder:
    """Who gets a share: the cost of coming to each node and back, and how far it can go.

    `access` (n,) is None for a vehicle that may start anywhere; `recharge` is added between two
    sorties; `handicap` multiplies the estimate, as learnt from sorties that were planned.
    """

    access: Floats | None = None
    reach: float = math.inf
    recharge: float = 0.0
    handicap: float = 1.0

    @property
    def terms(self) -> Floats:
        """(3,) for `kernels.share_cost`."""
        return np.array((self.reach, self.recharge, self.handicap))


@dataclass(frozen=True, eq=False)
class Share:
    """Passes as arrays (m,), the nodes they come through, and what they cost their holder."""

    arcs: Ints
    both: Flags
    nodes: frozenset[int]
    cost: float

    @property
    def circuit(self) -> Circuit:
        """The passes as a circuit."""
        free, fixed = self.arcs[self.both] >> 1, self.arcs[~self.both]
        return Circuit(tuple(free.tolist()), tuple(fixed.tolist()))


def tidied(
    arcs: Ints, both: Flags, side: Flags, several: list[int], passed: Counter[int], ends: Ints
) -> Flags:
    """One side of a division without pairs of passes that it needs for nothing.

    `passed` counts the passes of each arc on both sides, and is brought up to date.
    """
    kept = side.copy()
    for arc in several:
        here = np.flatnonzero(kept & both & (arcs == arc))
        if len(here) > 1 and passed[arc] > 2:
            kept[here[:2]] = False
            if kept.any() and _hangs_together(arcs[kept], ends):
                passed[arc] -= 2
            else:
                kept[here[:2]] = True
    return kept


def _hangs_together(arcs: Ints, ends: Ints) -> bool:
    _, numbers = np.unique(ends[np.concatenate((arcs, arcs ^ 1))], return_inverse=True)
    half, count = len(arcs), int(numbers.max()) + 1
    links = coo_array((np.ones(half), (numbers[:half], numbers[half:])), shape=(count, count))
    return int(connected_components(links, directed=False)[0]) == 1
