"""What an operator changes about an order under way, and how that stands: values and decisions.

A change takes the place of the order: the vehicle is asked to drop it, and gets another one when
it says that it stands without it. Where it does not stand in time, the patrol goes on as it was.
"""

from __future__ import annotations

from enum import Enum
from typing import Literal

import msgspec

STAND_WITHIN_S = 60.0  # braking, and a crosswalk that must be crossed first

ChangeKind = Literal["divert", "skip", "resume"]
DiversionPhase = Literal["stopping", "driving", "waiting", "returning", "over", "given_up"]
OPEN_PHASES = ("stopping", "driving", "waiting", "returning")


class Diversion(msgspec.Struct, frozen=True):
    """A vehicle called away from its patrol to a place (map metres); kept with the patrol."""

    asked_by: str
    asked_at_s: float
    x_m: float
    y_m: float
    incident_id: str | None = None
    node_id: int | None = None  # where it waits
    left_x_m: float | None = None  # where it was when it had stopped
    left_y_m: float | None = None
    phase: DiversionPhase = "stopping"
    reason: str | None = None  # why it was given up


class Change(msgspec.Struct, frozen=True):
    """One change, from the request until the new order is made."""

    kind: ChangeKind
    asked_at_s: float
    cancel_id: str = ""  # of the request to drop the order
    over: list[str] = []  # action ids that were done, or had failed, when it was asked
    visit_index: int | None = None  # of the checkpoint to leave out
    keeps_way: bool = False  # drive the way to it all the same

    @property
    def words(self) -> str:
        """What operators read meanwhile."""
        if self.kind == "divert":
            return "stops, to drive to an incident"
        if self.kind == "skip":
            return "stops, to leave a checkpoint out"
        return "goes back to its patrol"


class Stand(Enum):
    """How far a vehicle is that was asked to drop its order."""

    STANDS = "stands"
    STOPS = "stops"
    TOO_LATE = "too_late"


def stand_of(change: Change, is_standing: bool, received_s: float, now_s: float) -> Stand:
    """What a vehicle's last state, and the time, mean for a change that waits for it."""
    if change.kind == "resume":
        return Stand.STANDS  # it was without an order when this was decided
    if is_standing and received_s > change.asked_at_s:
        return Stand.STANDS
    return Stand.TOO_LATE if now_s - change.asked_at_s > STAND_WITHIN_S else Stand.STOPS


def not_changed(kind: ChangeKind, why: str) -> str:
    """Why a change was not made, for operators."""
    if kind == "divert":
        return f"not sent to the incident: {why}; the patrol goes on"
    if kind == "skip":
        return f"the checkpoint was not left out: {why}; the patrol goes on"
    return why


def closed(diversions: list[Diversion], reason: str | None = None) -> list[Diversion]:
    """The diversions with the one under way given up, or over where it was on its way back."""
    return [_closed(d, reason) for d in diversions]


def _closed(diversion: Diversion, reason: str | None) -> Diversion:
    if diversion.phase == "returning":
        return msgspec.structs.replace(diversion, phase="over")
    if diversion.phase not in OPEN_PHASES:
        return diversion
    return msgspec.structs.replace(diversion, phase="given_up", reason=reason)


def followed(
    diversions: list[Diversion], wait_status: str | None, is_back: bool
) -> list[Diversion]:
    """The diversions after a state: how the wait stands, whether it is on patrol again."""
    return [_followed(d, wait_status, is_back) for d in diversions]


def _followed(diversion: Diversion, wait_status: str | None, is_back: bool) -> Diversion:
    phase = diversion.phase
    if phase not in ("driving", "waiting", "returning"):
        return diversion
    if wait_status in ("RUNNING", "PAUSED"):
        phase = "waiting"
    elif wait_status in ("FINISHED", "FAILED"):
        phase = "returning"
    if phase == "returning" and is_back:
        phase = "over"
    return (
        diversion if phase == diversion.phase else msgspec.structs.replace(diversion, phase=phase)
    )
