"""Changes: costs that hold for a query only, as large as they are many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

HASH = 0x9E3779B1  # 2^32 / golden ratio (Knuth 1998, 6.4): spreads neighbouring edges


@dataclass(frozen=True, eq=False)
class Changes:
    """Costs that differ from the graph's, as a hash table with open addressing.

    `slots` (2^k,) holds places in the rows, -1 where free, and `costs` (2^k,) what the edge there
    costs now. It is as large as the changes, not as the graph, never written again, and may be
    used by many searches at once.
    """

    edges: NDArray[np.int64]  # (changes,)
    values: Floats  # (changes,)
    slots: Ints
    costs: Floats

    @classmethod
    def of(cls, edges: NDArray[np.int64], values: Floats, places: Ints) -> Changes:
        """From checked edges, their costs and their places, (places an edge, changes).

        The table is at most a quarter full.
        """
        size = 1 << (4 * places.size - 1).bit_length() if places.size else 1
        slots, costs = np.full(size, -1, np.int32), np.zeros(size)
        for row in places.tolist():
            for place, value in zip(row, values.tolist(), strict=True):
                slot = (place * HASH) & 0xFFFFFFFF & (size - 1)
                while slots[slot] >= 0:
                    slot = (slot + 1) & (size - 1)
                slots[slot], costs[slot] = place, value
        return cls(edges, values, slots, costs)


NO_CHANGES = Changes.of(np.zeros(0, np.int64), np.zeros(0), np.zeros((2, 0), np.int32))
