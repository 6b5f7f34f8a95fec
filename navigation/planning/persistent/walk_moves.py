"""Edits of closed walks: pass a place more, pass one less, pass another, hand over a loop.

Each edit changes the walks it names and measures them; the search puts them back if it does not
like the outcome. An edit that is not possible changes nothing and returns False.
"""

from __future__ import annotations

import numpy as np

from navigation.planning.compiled import compiled
from navigation.planning.persistent.walk_state import NO_MOVE, Ints, Moves, Walks, measure


@compiled
def _replace(moves: Moves, walks: Walks, g: int, at: int, drop: int, put: Ints) -> bool:
    """Stops at, at+1 … (`drop` of them, round the end) give way to others."""
    size, added = walks.sizes[g], len(put)
    after = size - drop + added
    if after > walks.stops.shape[1] or after < 1:
        return False
    stops = walks.stops[g]
    wrapped = max(at + drop - size, 0)
    for q in range(size - wrapped if wrapped else 0):
        stops[q] = stops[q + wrapped]
    at, drop, size = at - wrapped, drop - wrapped, size - wrapped
    if added > drop:
        for q in range(size - 1, at + drop - 1, -1):
            stops[q + added - drop] = stops[q]
    elif added < drop:
        for q in range(at + drop, size):
            stops[q + added - drop] = stops[q]
    for q in range(added):
        stops[at + q] = put[q]
    walks.sizes[g] = after
    measure(moves, walks, g)
    return True


@compiled
def visit_more(moves: Moves, walks: Walks, g: int, i: int) -> bool:
    """Pass a random neighbour after stop i: on the way to the next stop, or there and back."""
    size = walks.sizes[g]
    a, b = walks.stops[g, i], walks.stops[g, (i + 1) % size]
    u = moves.neighbours[a, np.random.randint(moves.degrees[a])]
    put = np.empty(2, np.int64)
    put[0], put[1] = u, a
    if moves.move_s[u, a] == NO_MOVE and size == 1:
        return False
    if size == 1:  # a vehicle that stood begins to drive
        return walks.vehicles[g] > 0 and _replace(moves, walks, g, 1, 0, put[:1])
    direct = u != b and moves.move_s[u, b] < NO_MOVE and np.random.random() < 0.6
    if not direct and moves.move_s[u, a] == NO_MOVE:
        return False
    return _replace(moves, walks, g, (i + 1) % size, 0, put[:1] if direct else put)


@compiled
def visit_less(moves: Moves, walks: Walks, g: int, i: int) -> bool:
    """Leave out the stop after stop i."""
    size = walks.sizes[g]
    if size < 2:
        return False
    a, c = walks.stops[g, i], walks.stops[g, (i + 2) % size]
    none = np.empty(0, np.int64)
    if size == 2:  # the vehicle stands at the other place; two cannot
        return walks.vehicles[g] == 1 and _replace(moves, walks, g, (i + 1) % size, 1, none)
    if a == c:
        if size == 3:
            return False
        return _replace(moves, walks, g, (i + 1) % size, 2, none)
    return moves.move_s[a, c] < NO_MOVE and _replace(moves, walks, g, (i + 1) % size, 1, none)


@compiled
def visit_other(moves: Moves, walks: Walks, g: int, i: int) -> bool:
    """Another place instead of the stop after stop i."""
    size = walks.sizes[g]
    if size < 3:
        return False
    a, b, c = walks.stops[g, i], walks.stops[g, (i + 1) % size], walks.stops[g, (i + 2) % size]
    put = np.empty(1, np.int64)
    put[0] = moves.neighbours[a, np.random.randint(moves.degrees[a])]
    if put[0] in (b, c) or moves.move_s[put[0], c] == NO_MOVE:
        return False
    return _replace(moves, walks, g, (i + 1) % size, 1, put)


@compiled
def hand_over(moves: Moves, walks: Walks, g: int, i: int, h: int) -> bool:
    """The loop of g from stop i to the next stop at the same place goes to walk h."""
    size, a, count = walks.sizes[g], walks.stops[g, i], 1
    if g == h or walks.passes[h, a] == 0 or walks.passes[g, a] < 2:
        return False
    while walks.stops[g, (i + count) % size] != a:
        count += 1
    loop = np.empty(count, np.int64)
    for q in range(count):
        loop[q] = walks.stops[g, (i + 1 + q) % size]
    at = 0
    while walks.stops[h, at] != a:
        at += 1
    if walks.sizes[h] == 1:
        loop = loop[: count - 1]
    if not _replace(moves, walks, h, (at + 1) % walks.sizes[h], 0, loop):
        return False
    return _replace(moves, walks, g, (i + 1) % size, count, np.empty(0, np.int64))
