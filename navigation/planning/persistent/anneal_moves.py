"""Moves of the partition search; each tries itself once and says whether it was taken."""

from __future__ import annotations

import numpy as np

from navigation.planning.compiled import compiled
from navigation.planning.persistent.anneal_state import (
    Board,
    Floats,
    Groups,
    Ints,
    accepts,
    measure,
    own_term,
    term,
)

LONGEST_SEGMENT = 3


@compiled
def shift_vehicle(groups: Groups, a: int, b: int, temperature: float) -> bool:
    """A vehicle leaves group a, which keeps at least one, for group b."""
    vehicles = groups.vehicles
    if a == b or vehicles[a] < 2:
        return False
    change = term(groups, groups.laps_s[a], vehicles[a] - 1, groups.heaviest[a])
    change += term(groups, groups.laps_s[b], vehicles[b] + 1, groups.heaviest[b])
    change -= own_term(groups, a) + own_term(groups, b)
    if not accepts(groups, change, temperature):
        return False
    vehicles[a] -= 1
    vehicles[b] += 1
    return True


@compiled
def merge(board: Board, groups: Groups, u: int, v: int, temperature: float) -> bool:
    """The cycle of v's group is driven between u and the place after it; both become one group."""
    a, b = groups.group_of[u], groups.group_of[v]
    if a == b:
        return False
    travel_s, order_a, order_b = board.travel_s, groups.orders[a], groups.orders[b]
    size_a, size_b = groups.sizes[a], groups.sizes[b]
    i, j = groups.index_of[u], groups.index_of[v]
    after, last = order_a[(i + 1) % size_a], order_b[(j - 1) % size_b]
    lap_s = groups.laps_s[a] + groups.laps_s[b] + travel_s[u, v] + travel_s[last, after]
    lap_s -= travel_s[u, after] + travel_s[last, v]  # a place alone leaves itself in no time
    vehicles = groups.vehicles[a] + groups.vehicles[b]
    heaviest = max(groups.heaviest[a], groups.heaviest[b])
    change = term(groups, lap_s, vehicles, heaviest) - own_term(groups, a) - own_term(groups, b)
    if not accepts(groups, change, temperature):
        return False
    order_a[i + 1 + size_b : size_a + size_b] = order_a[i + 1 : size_a].copy()
    for q in range(size_b):
        order_a[i + 1 + q] = order_b[(j + q) % size_b]
    groups.sizes[a], groups.vehicles[a] = size_a + size_b, vehicles
    groups.sizes[b], groups.vehicles[b] = 0, 0
    measure(board, groups, b)
    measure(board, groups, a)
    return True


@compiled
def along_s(board: Board, groups: Groups, g: int, start: int, count: int) -> float:
    """Time over `count` places of an order from an index, round its end if need be."""
    size, ahead_s = groups.sizes[g], groups.ahead_s[g]
    end = start + count - 1
    if end < size:
        return float(ahead_s[end] - ahead_s[start])
    return float(groups.laps_s[g] - ahead_s[start] + ahead_s[end - size])


@compiled
def heaviest_of(board: Board, order: Ints, size: int, start: int, count: int) -> float:
    """The greatest weight among `count` places of an order from an index, round its end."""
    greatest = 0.0
    for q in range(count):
        greatest = max(greatest, board.weights[order[(start + q) % size]])
    return greatest


@compiled
def split(board: Board, groups: Groups, u: int, temperature: float) -> bool:
    """Part of a cycle from u on becomes a cycle of its own, with its share of the vehicles."""
    a = groups.group_of[u]
    size, vehicles = groups.sizes[a], groups.vehicles[a]
    if vehicles < 2 or size < 2:
        return False
    travel_s, order, i = board.travel_s, groups.orders[a], groups.index_of[u]
    count = np.random.randint(1, size)
    end, before = order[(i + count - 1) % size], order[(i - 1) % size]
    after = order[(i + count) % size]
    inner_s = along_s(board, groups, a, i, count)
    lap_s = inner_s + travel_s[end, u]
    rest_s = groups.laps_s[a] - inner_s - travel_s[before, u] - travel_s[end, after]
    rest_s = rest_s + travel_s[before, after]
    share = vehicles * lap_s / (lap_s + rest_s + 1e-9)
    moved = min(max(int(share + np.random.random()), 1), vehicles - 1)
    heaviest = heaviest_of(board, order, size, i, count)
    others = heaviest_of(board, order, size, i + count, size - count)
    change = term(groups, lap_s, moved, heaviest) - own_term(groups, a)
    change += term(groups, max(rest_s, 0.0), vehicles - moved, others)
    if not accepts(groups, change, temperature):
        return False
    b = 0
    while groups.vehicles[b]:
        b += 1
    rolled = np.empty(size, np.int64)
    for q in range(size):
        rolled[q] = order[(i + q) % size]
    groups.orders[b, :count], groups.orders[a, : size - count] = rolled[:count], rolled[count:]
    groups.sizes[b], groups.sizes[a] = count, size - count
    groups.vehicles[b], groups.vehicles[a] = moved, vehicles - moved
    measure(board, groups, b)
    measure(board, groups, a)
    return True


@compiled
def reverse(board: Board, groups: Groups, u: int, v: int, temperature: float) -> bool:
    """2-opt: the part of a cycle between u and v is driven the other way round."""
    a, travel_s = groups.group_of[u], board.travel_s
    size, order = groups.sizes[a], groups.orders[a]
    i = min(groups.index_of[u], groups.index_of[v])
    j = max(groups.index_of[u], groups.index_of[v])
    first, last = order[i], order[(j + 1) % size]
    if size < 4 or i == j or first == last:
        return False
    lap_s = groups.laps_s[a] + travel_s[first, order[j]] + travel_s[order[i + 1], last]
    lap_s -= travel_s[first, order[i + 1]] + travel_s[order[j], last]
    lap_s -= groups.ahead_s[a, j] - groups.ahead_s[a, i + 1]
    lap_s += groups.back_s[a, j] - groups.back_s[a, i + 1]
    change = term(groups, lap_s, groups.vehicles[a], groups.heaviest[a]) - own_term(groups, a)
    if not accepts(groups, change, temperature):
        return False
    order[i + 1 : j + 1] = order[i + 1 : j + 1][::-1].copy()
    measure(board, groups, a)
    return True


@compiled
def _gap(groups: Groups, v: int, after: bool, first: int, count: int) -> tuple[int, int]:
    """The places before and after the gap next to v, a segment of its group taken out."""
    b = groups.group_of[v]
    size, order, j = groups.sizes[b], groups.orders[b], groups.index_of[v]
    other = (j + 1) % size if after else (j - 1) % size
    if count and (other - first) % size < count:  # the neighbour is in the segment: beyond it
        other = (first + count) % size if after else (first - 1) % size
    return (v, order[other]) if after else (order[other], v)


@compiled
def relocate(board: Board, groups: Groups, u: int, v: int, temperature: float) -> bool:
    """Or-opt: one to three places from u on go next to v, in v's group, either way round."""
    a, b, travel_s = groups.group_of[u], groups.group_of[v], board.travel_s
    order, size, i = groups.orders[a], groups.sizes[a], groups.index_of[u]
    count = np.random.randint(1, LONGEST_SEGMENT + 1)
    if count >= size or (a == b and (groups.index_of[v] - i) % size < count):
        return False
    end, before = order[(i + count - 1) % size], order[(i - 1) % size]
    beyond = order[(i + count) % size]
    inner_s, inverse_s = along_s(board, groups, a, i, count), 0.0
    for q in range(count - 1):
        inverse_s += travel_s[order[(i + q + 1) % size], order[(i + q) % size]]
    rest_s = groups.laps_s[a] - inner_s - travel_s[before, u] - travel_s[end, beyond]
    rest_s = max(rest_s + travel_s[before, beyond], 0.0)
    after = np.random.random() < 0.5
    x, y = _gap(groups, v, after, i, count if a == b else 0)
    forth_s = travel_s[x, u] + inner_s + travel_s[end, y]
    turned_s = travel_s[x, end] + inverse_s + travel_s[u, y]
    longer_s = min(forth_s, turned_s) - travel_s[x, y]
    if a == b:
        change = term(groups, rest_s + longer_s, groups.vehicles[a], groups.heaviest[a])
    else:
        moved = heaviest_of(board, order, size, i, count)
        left = groups.heaviest[a]
        if moved >= left:
            left = heaviest_of(board, order, size, i + count, size - count)
        heaviest = max(groups.heaviest[b], moved)
        change = term(groups, rest_s, groups.vehicles[a], left) - own_term(groups, b)
        change += term(groups, groups.laps_s[b] + longer_s, groups.vehicles[b], heaviest)
    if not accepts(groups, change - own_term(groups, a), temperature):
        return False
    _move(board, groups, i, count, turned_s < forth_s, v, after, a)
    return True


@compiled
def _move(
    board: Board, groups: Groups, i: int, count: int, turned: bool, v: int, after: bool, a: int
) -> None:
    """Take places out of a's order and put them next to v."""
    order, size, segment = groups.orders[a], groups.sizes[a], np.empty(count, np.int64)
    for q in range(count):
        segment[count - 1 - q if turned else q] = order[(i + q) % size]
    kept = np.empty(size - count, np.int64)
    for q in range(size - count):
        kept[q] = order[(i + count + q) % size]
    order[: size - count] = kept
    groups.sizes[a] = size - count
    measure(board, groups, a)
    b = groups.group_of[v]
    at = groups.index_of[v] + (1 if after else 0)
    size, order = groups.sizes[b], groups.orders[b]
    order[at + count : size + count] = order[at:size].copy()
    order[at : at + count] = segment
    groups.sizes[b] = size + count
    measure(board, groups, b)


def nearest(travel_s: Floats, count: int) -> Ints:
    """(n, count) the nearest other places of each, there and back."""
    count = min(count, len(travel_s) - 1)
    found = np.empty((len(travel_s), count), np.int64)
    for place in range(len(travel_s)):
        both_s = travel_s[place] + travel_s[:, place]
        both_s[place] = np.inf
        closest = np.argpartition(both_s, count - 1)[:count]
        found[place] = closest[np.argsort(both_s[closest], kind="stable")]
    return found
