"""Changes: costs that hold for a query only, as large as they are many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from navigation.planning.compiled import compiled, inlined

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

HASH = 0x9E3779B1  # 2^32 / golden ratio (Knuth 1998, 6.4): spreads neighbouring edges


@inlined
def cost_now(slots: Ints, changed: Floats, number: int, cost: float) -> float:
    """What a number costs under changes, given what it costs without."""
    slot = slot_of(slots, number)
    return float(changed[slot]) if slots[slot] == number else cost


@inlined
def slot_of(slots: Ints, number: int) -> int:
    """Where a number stands in a table, or the free slot it would take."""
    mask = len(slots) - 1
    slot = (number * HASH) & 0xFFFFFFFF & mask
    while slots[slot] >= 0 and slots[slot] != number:
        slot = (slot + 1) & mask
    return slot


@compiled
def put_all(slots: Ints, costs: Floats, numbers: Ints, values: Floats) -> None:
    """Into an empty table that has room."""
    for i in range(len(numbers)):
        slot = slot_of(slots, numbers[i])
        slots[slot], costs[slot] = numbers[i], values[i]


@dataclass(frozen=True, eq=False)
class CostTable:
    """Costs by number, as a hash table with open addressing.

    `slots` (2^k,) holds numbers, -1 where free, and `costs` (2^k,) what each costs now. It is
    never written again, and may be used by many searches at once.
    """

    slots: Ints
    costs: Floats

    @classmethod
    def of(cls, numbers: Ints, costs: Floats) -> CostTable:
        """From different numbers and their costs; the table is at most a quarter full."""
        size = 1 << (4 * len(numbers) - 1).bit_length() if len(numbers) else 1
        slots, filled = np.full(size, -1, np.int32), np.zeros(size)
        if len(numbers):  # nothing need be compiled for none
            put_all(slots, filled, numbers, costs)
        return cls(slots, filled)


@dataclass(frozen=True, eq=False)
class Changes:
    """Costs that differ from the graph's: of edges as they were given, and of all arcs that these
    are part of (`route_arcs`). As large as the changes, not as the graph.
    """

    edges: NDArray[np.int64]  # (changes,)
    values: Floats  # (changes,)
    by_edge: CostTable
    by_place: CostTable


_NONE = CostTable.of(np.zeros(0, np.int32), np.zeros(0))
NO_CHANGES = Changes(np.zeros(0, np.int64), np.zeros(0), _NONE, _NONE)
