"""Checkpoints of a tour that one member hands over to another because it is late."""

from __future__ import annotations

from navigation.planning.fleet.replanning.orders import Orders
from navigation.planning.fleet.replanning.team import IS_BACK

HAND_OVER = 0.1  # of the time to the end of the tour: what handing checkpoints over must save
HAND_OVER_S = 60.0  # and at least this


def hand_over(orders: Orders) -> None:
    """Checkpoints of a vehicle that was held up to any other, or of one that is late to one
    that is back: as few as save about as much for the tour as can be saved so."""
    begin_s = orders.longest_s()
    tried, handed = [(begin_s, orders.copy())], set[int]()
    while (found := _best(orders, handed)) is not None:
        task, v, at, from_v = found
        handed.add(task)
        orders.of[from_v].remove(task)
        orders.adopted[from_v].discard(task)
        orders.of[v].insert(at, task)
        orders.adopted[v].add(task)
        orders.why[task] = _because(orders, from_v)
        tried.append((orders.longest_s(), orders.copy()))
    least_s = min(longest_s for longest_s, _ in tried)
    worth_s = max(HAND_OVER_S, HAND_OVER * (begin_s - orders.now.now_s))
    _, (orders.of, orders.adopted) = next(pair for pair in tried if pair[0] <= least_s + worth_s)


def _best(orders: Orders, handed: set[int]) -> tuple[int, int, int, int] | None:
    """(task, to whom, where in its order, from whom) that makes the tour shortest."""
    ends_s = [orders.end_s(v, order) for v, order in enumerate(orders.of)]
    last = max(range(len(ends_s)), key=ends_s.__getitem__)
    order, found = orders.of[last], []
    for task in (t for t in order if t not in handed):
        orders.of[last] = [t for t in order if t != task]
        places = [p for p in orders.places(task) if _may(orders, last, p[2])]
        found += [(*min(places), task)] if places else []
    orders.of[last] = order
    if not found:
        return None
    _, _, v, at, task = min(found)
    return task, v, at, last


def _may(orders: Orders, from_v: int, to_v: int) -> bool:
    members = orders.now.members
    return from_v != to_v and (bool(members[from_v].prelude) or members[to_v].because == IS_BACK)


def _because(orders: Orders, from_v: int) -> str:
    members = orders.now.members
    if members[from_v].because:
        return orders.now.why(members[from_v].vehicle.id)
    back = [member.vehicle.id for member in members if member.because == IS_BACK]
    return f"{', '.join(back)} {IS_BACK}"
