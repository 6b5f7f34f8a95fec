"""Which arcs cost something else where some edges do; compiled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from navigation.planning.compiled import compiled, inlined
from navigation.planning.route_arcs import NONE, Makings, Now, least, place_of
from navigation.planning.route_changes import cost_now, put_all, slot_of
from navigation.planning.route_contraction import Arcs
from navigation.planning.route_heap import pop, push

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


@compiled
def changed_arcs(arcs: Arcs, made: Makings, now: Now, tails: Ints, heads: Ints
                 ) -> tuple[Ints, Floats]:  # fmt: skip
    """Places whose costs change, and these, given the ends of the edges that change by rank.

    From the arcs of these edges upwards, those of nodes that left sooner first: so each is found
    from final costs. `now` has the edges' changes and none of the arcs'.
    """
    count, core_in = len(arcs.first) >> 1, len(made.edge)
    keys, items, size = np.empty((1, 64)), np.empty((1, 64), np.int32), 0
    slots, costs, used = np.full(64, NONE, np.int32), np.zeros(64), 0
    for i in range(len(tails)):
        if tails[i] != heads[i]:
            keys, items = _with_room(keys, items, size)
            size = _wait(arcs, keys, items, size, tails[i], heads[i])
    while size > 0:
        lower, place = int(keys[0, 0]), items[0, 0]
        pop(keys, items, 0, size)
        size -= 1
        then = Now(now.edge_costs, now.edge_slots, now.edge_changed, now.costs, slots, costs)
        cost = least(made, then, place)
        if cost == cost_now(slots, costs, place, now.costs[place]):
            continue
        if 4 * (used + 2) > len(slots):
            slots, costs = _doubled(slots, costs)
        used += _put(slots, costs, place, cost)
        far = arcs.others[place]
        if lower == arcs.gone:  # an arc of the core
            for k in range(arcs.first[count + far], arcs.first[count + far + 1]):
                if made.twins[k - core_in] == place:
                    used += _put(slots, costs, k, cost)
            continue
        is_out = place < arcs.first[count]
        row = count + lower if is_out else lower
        for k in range(arcs.first[row], arcs.first[row + 1]):
            other = arcs.others[k]
            if other != far:
                tail, head = (other, far) if is_out else (far, other)
                keys, items = _with_room(keys, items, size)
                size = _wait(arcs, keys, items, size, tail, head)
    filled = np.flatnonzero(slots >= 0)
    return slots[filled], costs[filled]


@compiled
def _with_room(keys: Floats, items: Ints, size: int) -> tuple[Floats, Ints]:
    """A heap that one more entry fits into."""
    if size < keys.shape[1]:
        return keys, items
    more_keys, more_items = np.empty((1, 2 * size)), np.empty((1, 2 * size), np.int32)
    more_keys[0, :size], more_items[0, :size] = keys[0, :size], items[0, :size]
    return more_keys, more_items


@inlined
def _wait(arcs: Arcs, keys: Floats, items: Ints, size: int, tail: int, head: int) -> int:
    """Let an arc wait, those of nodes that left sooner first; the heap's size then."""
    push(keys, items, 0, size, min(tail, head, arcs.gone), place_of(arcs, tail, head))
    return size + 1


@compiled
def _doubled(slots: Ints, costs: Floats) -> tuple[Ints, Floats]:
    filled = np.flatnonzero(slots >= 0)
    more_slots, more_costs = np.full(2 * len(slots), NONE, np.int32), np.zeros(2 * len(slots))
    put_all(more_slots, more_costs, slots[filled], costs[filled])
    return more_slots, more_costs


@inlined
def _put(slots: Ints, costs: Floats, place: int, cost: float) -> int:
    """Put a cost into a table that has room; how many entries that added."""
    slot = slot_of(slots, place)
    added = 1 if slots[slot] < 0 else 0
    slots[slot], costs[slot] = place, cost
    return added
