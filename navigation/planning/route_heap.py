"""Binary heaps of numbers by key, several in one pair of arrays; compiled into their callers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from navigation.planning.compiled import inlined

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


@inlined
def push(keys: Floats, items: Ints, heap: int, size: int, key: float, item: int) -> None:
    """Add an entry to a heap of `size` entries."""
    at = size
    while at > 0:
        parent = (at - 1) >> 1
        if keys[heap, parent] <= key:
            break
        keys[heap, at], items[heap, at] = keys[heap, parent], items[heap, parent]
        at = parent
    keys[heap, at], items[heap, at] = key, item


@inlined
def pop(keys: Floats, items: Ints, heap: int, size: int) -> None:
    """Take the first entry from a heap of `size` entries; read it before."""
    last = size - 1
    key, item, at = keys[heap, last], items[heap, last], 0
    while True:
        child = 2 * at + 1
        if child >= last:
            break
        if child + 1 < last and keys[heap, child + 1] < keys[heap, child]:
            child += 1
        if keys[heap, child] >= key:
            break
        keys[heap, at], items[heap, at] = keys[heap, child], items[heap, child]
        at = child
    keys[heap, at], items[heap, at] = key, item
