"""A changed tour in words: why each member got what it got, and which promises moved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from navigation.planning.fleet.replanning.changes import Moved
from navigation.planning.fleet.replanning.orders import Orders
from navigation.planning.fleet.replanning.team import KEEPS
from navigation.planning.fleet.types import VehiclePlan


def reason(orders: Orders, v: int) -> str:
    """Why a member got what it got."""
    member, order = orders.now.members[v], orders.of[v]
    got = [orders.problem.tasks[i].id for i in order if i in orders.adopted[v]]
    own = len(order) - len(got)
    parts = [member.because] if member.because else []
    if got:
        parts.append(f"takes over {', '.join(got)}, which makes the tour least longer here")
    if own:
        parts.append(f"keeps its other {own} in their order" if parts else KEEPS)
    if not order:
        parts.append("has nothing more to visit")
    return "; ".join(parts)


def moves(orders: Orders, plans: Sequence[VehiclePlan], missed: set[int]) -> Iterator[Moved]:
    """The promises that moved; `missed` tasks are in no plan."""
    longest_s = max((plan.end_s for plan in plans), default=0.0)
    for v, order in enumerate(orders.of):
        for task in (t for t in order if t in orders.adopted[v]):
            own = [t for t in order if t != task]
            extra_s = orders.cost_s(v, order) - orders.cost_s(v, own)
            why = (
                f"{_because(orders, task)}; it takes {max(extra_s, 0.0):.0f} s more there, the "
                f"last vehicle is back after {longest_s / 60:.1f} min"
            )
            to_id = orders.now.members[v].vehicle.id
            yield Moved(_what(orders, task), orders.before.get(task, ""), to_id, why)
    for task in sorted(missed & orders.before.keys()):
        yield Moved(_what(orders, task), orders.before[task], "", _because(orders, task))


def _what(orders: Orders, task: int) -> str:
    return f"checkpoint {orders.problem.tasks[task].id}"


def _because(orders: Orders, task: int) -> str:
    if task in orders.why:
        return orders.why[task]
    before = orders.before.get(task)
    if before is None:
        return "it was left out before and fits now"
    return orders.now.why(before)
