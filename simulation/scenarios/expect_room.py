"""Expectations about what the control room hears: incidents, errors, states."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from patrol.incident import AnomalyKind
from simulation.scenarios.places import Place, place_map
from simulation.scenarios.trace import Trace
from simulation.scenarios.verdicts import Expectation, require_positive


@dataclass(frozen=True, slots=True)
class IncidentRaised(Expectation):
    """Perception raises an incident of a kind, in time and (if asked) near a place."""

    incident: AnomalyKind
    within_s: float
    near: Place | None = None
    within_m: float = 3.0

    KIND: ClassVar[str] = "incident"

    def __post_init__(self) -> None:
        require_positive(within_s=self.within_s, within_m=self.within_m)

    @property
    def sentence(self) -> str:
        """What is expected, for people."""
        return f"raises {self.incident} within {self.within_s:g} s"

    @property
    def times_s(self) -> tuple[float, ...]:
        """When it must have come true."""
        return (self.within_s,)

    def check(self, trace: Trace) -> tuple[bool, str]:
        """By the first incident that fits."""
        for t_s, found in trace.incidents:
            if found.kind is self.incident and self._is_near(trace, found.x_m, found.y_m):
                return t_s <= self.within_s, f"raised at {t_s:.1f} s"
        return False, "not raised"

    def _is_near(self, trace: Trace, x_m: float, y_m: float) -> bool:
        if self.near is None:
            return True
        there = place_map(trace.patrol_map, self.near)
        return math.dist((x_m, y_m), (there.x_m, there.y_m)) <= self.within_m


@dataclass(frozen=True, slots=True)
class NoIncident(Expectation):
    """Perception raises nothing of a kind."""

    incident: AnomalyKind

    KIND: ClassVar[str] = "no_incident"

    @property
    def sentence(self) -> str:
        """What is expected, for people."""
        return f"raises no {self.incident}"

    def check(self, trace: Trace) -> tuple[bool, str]:
        """Over the whole run."""
        at = [t_s for t_s, found in trace.incidents if found.kind is self.incident]
        return not at, f"raised at {at[0]:.1f} s" if at else "none"


@dataclass(frozen=True, slots=True)
class AllDelivered(Expectation):
    """Every state reaches the control room: sooner or later, each counted once."""

    may_miss: int = 2  # the newest may be on their way at the end

    KIND: ClassVar[str] = "all_delivered"

    @property
    def sentence(self) -> str:
        """What is expected, for people."""
        return "every state reaches the control room"

    def check(self, trace: Trace) -> tuple[bool, str]:
        """By header ids: without gaps."""
        room = trace.room
        told = f"{room.states} states, {room.missing} missing, {room.duplicates} twice"
        return room.missing <= self.may_miss and room.states > 0, told


@dataclass(frozen=True, slots=True)
class Reported(Expectation):
    """The control room reads an error of this type in the vehicle's state."""

    error_type: str

    KIND: ClassVar[str] = "reported"

    @property
    def sentence(self) -> str:
        """What is expected, for people."""
        return f"the control room reads {self.error_type}"

    def check(self, trace: Trace) -> tuple[bool, str]:
        """By the states that arrived."""
        seen = ", ".join(sorted(trace.room.reported)) or "nothing"
        return self.error_type in trace.room.reported, f"read {seen}"


@dataclass(frozen=True, slots=True)
class Monitored(Expectation):
    """The control room is never without news for longer than this."""

    gap_s: float

    KIND: ClassVar[str] = "monitored"

    def __post_init__(self) -> None:
        require_positive(gap_s=self.gap_s)

    @property
    def sentence(self) -> str:
        """What is expected, for people."""
        return f"the control room hears of it at least every {self.gap_s:g} s"

    def check(self, trace: Trace) -> tuple[bool, str]:
        """By the arrival of states."""
        gap_s = trace.room.largest_gap_s
        return 0 < gap_s <= self.gap_s, f"longest silence {gap_s:.1f} s"
