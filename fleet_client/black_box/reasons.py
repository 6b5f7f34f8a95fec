"""What is sealed: the ONE table of which faults are worth one, and who notices that they open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from patrol.faults import FAULTS, FaultKind, Response

SETTLE_S = 10.0  # from the first state on: sensors come up one by one, nothing to keep

# Every fault that stops the vehicle is sealed, but these; a new one is, too.
NOT_SEALED: dict[FaultKind, str] = {
    FaultKind.OBSTACLE_IN_STOP_ZONE: "people in the way are a patrol's everyday life",
}
# These are sealed though they do not stop it at once.
ALSO_SEALED: dict[FaultKind, str] = {
    FaultKind.BATTERY_CRITICAL: "the vehicle may be found dead",
}


class SealKind(StrEnum):
    """Why something is sealed; the least worthy first, where room is short."""

    FAULT = "fault"
    STOP = "stop"  # a fault that latches: emergency stop, tilt
    INCIDENT = "incident"


@dataclass(frozen=True, slots=True)
class SealReason:
    """Why, and of what: the name of a fault or the id of an incident."""

    kind: SealKind
    subject: str


def is_sealed(fault: FaultKind) -> bool:
    """Whether the opening of a fault is sealed."""
    stops = FAULTS[fault].response >= Response.STOP
    return fault in ALSO_SEALED or (stops and fault not in NOT_SEALED)


def latches(fault: FaultKind) -> bool:
    """Whether only a person starts the vehicle again."""
    return FAULTS[fault].response is Response.STOP_AND_LATCH


class OpeningWatch:
    """Tells which faults and incidents have opened, from what the vehicle's nodes say."""

    def __init__(self) -> None:
        self._settled_s: float | None = None  # unknown until a source has spoken
        self._open: dict[str, frozenset[FaultKind]] = {}
        self._incidents: set[str] = set()

    def faults(
        self, source: str, faults: Iterable[FaultKind], now_s: float
    ) -> tuple[SealReason, ...]:
        """What is to be sealed, now that a source says that these are open."""
        if self._settled_s is None:
            self._settled_s = now_s + SETTLE_S
        is_settled = now_s >= self._settled_s
        found = frozenset(faults)
        opened = found - self._open.get(source, frozenset())
        self._open[source] = found
        return tuple(
            SealReason(SealKind.STOP if latches(fault) else SealKind.FAULT, fault.value)
            for fault in sorted(opened)
            if is_sealed(fault) and (latches(fault) or is_settled)
        )

    def incident(self, incident_id: str) -> tuple[SealReason, ...]:
        """What is to be sealed, now that an incident is reported: its first revision alone."""
        if incident_id in self._incidents:
            return ()
        self._incidents.add(incident_id)
        return (SealReason(SealKind.INCIDENT, incident_id),)
