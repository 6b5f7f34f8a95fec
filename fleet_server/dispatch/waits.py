"""Who waits for a narrow way, since when, and for whom: the order of turns, and the words for it.

Who has waited for longest goes next: others do not follow into a way against which it waits, as
long as those who hold it are driving out. Turns are not kept; after a restart they begin anew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from fleet_server.dispatch.assignment import Assignment
from fleet_server.dispatch.claims import Claim, Step
from patrol.map import PatrolMap


class Holding(Enum):
    """How another vehicle keeps one waiting, in the words of operators; what asks most of them
    comes first."""

    IN_TURN = (
        "waits for {who}, which waits for it in turn in {where}: cancel one of the two and drive"
        " it out by hand"
    )
    STANDS = "waits for {who}, which stands in {where} without an order: send it away"
    BY_HAND = "waits for {who}, which is not in automatic mode, to leave {where}"
    HELD_UP = "waits for {who}, which cannot go on yet, to leave {where}"
    DRIVES = "waits for {who} to leave {where}"
    GOES_FIRST = "lets {who} go first in {where}"


ORDER = tuple(Holding)
HELD = tuple(h for h in ORDER if h is not Holding.GOES_FIRST)


@dataclass(frozen=True, slots=True)
class Blocker:
    """Another vehicle, the step on which it is in the way, and how."""

    vehicle_id: str
    where: Step
    holding: Holding


@dataclass(frozen=True, slots=True)
class Grant:
    """The node (an index) up to which a base may go; -1 where the order may not be sent yet.

    `words` say why it goes less far than is wanted.
    """

    end: int
    words: str | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """What a vehicle asks for beyond a node (an index) of an order, and who keeps it waiting."""

    order_id: str
    after: int
    since_s: float
    claim: Claim
    blockers: tuple[Blocker, ...]


class Waits:
    """All of them, by vehicle; one that its assignment has outlived is none."""

    def __init__(self, active: Mapping[str, Assignment]) -> None:
        self._active = active
        self._waits: dict[str, Wait] = {}

    def forget(self, vehicle_id: str) -> None:
        """It waits no more."""
        self._waits.pop(vehicle_id, None)

    def note(self, wait: Wait, patrol_map: PatrolMap) -> str:
        """It waits, since it began to wait there; in words, for whom."""
        vehicle_id = wait.claim.vehicle_id
        before = self._of(vehicle_id)
        if before is not None and (before.order_id, before.after) == (wait.order_id, wait.after):
            wait = replace(wait, since_s=before.since_s)
        self._waits[vehicle_id] = wait
        blocker = min(wait.blockers, key=lambda b: ORDER.index(b.holding))
        holding = blocker.holding
        if holding is not Holding.GOES_FIRST and self._waits_for(vehicle_id, vehicle_id, HELD):
            holding = Holding.IN_TURN
        where = _way_words(patrol_map, blocker.where)
        return holding.value.format(who=blocker.vehicle_id, where=where)

    def earlier(self, vehicle_id: str, other_id: str) -> Claim | None:
        """What a vehicle waits for that another one, which asks now, shall let go first."""
        wait, others = self._of(vehicle_id), self._of(other_id)
        if wait is None or (others is not None and others.since_s <= wait.since_s):
            return None
        are_leaving = all(b.holding is Holding.DRIVES for b in wait.blockers)
        if not are_leaving or self._waits_for(vehicle_id, other_id, ORDER):
            return None
        return wait.claim

    def _of(self, vehicle_id: str) -> Wait | None:
        wait, assignment = self._waits.get(vehicle_id), self._active.get(vehicle_id)
        if wait is None or assignment is None:
            return None
        progress = assignment.progress
        is_asked = progress.change is not None or progress.cancel_requested_at_s is not None
        return None if is_asked or progress.order_id != wait.order_id else wait

    def _waits_for(self, vehicle_id: str, other_id: str, by: Collection[Holding]) -> bool:
        """Whether a vehicle waits for another one, by way of others or not."""
        seen: set[str] = set()
        ahead = [vehicle_id]
        while ahead:
            wait = self._of(ahead.pop())
            blockers = () if wait is None else wait.blockers
            found = {b.vehicle_id for b in blockers if b.holding in by} - seen
            if other_id in found:
                return True
            seen |= found
            ahead.extend(found)
        return False


def _way_words(patrol_map: PatrolMap, step: Step) -> str:
    edge = patrol_map.edge_between.get(step) or patrol_map.edge_between.get(step[::-1])
    if edge is not None and edge.name:
        return f"the way {edge.name}"
    return f"the way between nodes {step[0]} and {step[1]}"
