"""What happened to a running plan, and what of its promises moved because of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from navigation.planning.fleet.types import PlanVehicle
from patrol.errors import PlanError


@dataclass(frozen=True, slots=True)
class Away:
    """A vehicle that an incident calls to a node until `until_s`; then it goes on from there."""

    node_id: int
    until_s: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.until_s) and self.until_s >= 0):
            raise PlanError(f"away: until {self.until_s} s is not a number of 0 or more")


@dataclass(frozen=True)
class Changes:
    """Everything that happened by one moment; times are seconds after the first plan's start.

    `charge` names vehicles that must charge now. Edges are added to those that are closed, or
    taken from them (`opened`). `back` are vehicles as they stand and join the team, known to the
    plan or not.
    """

    failed: frozenset[str] = frozenset()
    charge: frozenset[str] = frozenset()
    away: Mapping[str, Away] = field(default_factory=dict)
    closed: frozenset[int] = frozenset()
    opened: frozenset[int] = frozenset()
    back: tuple[PlanVehicle, ...] = ()

    def named(self) -> Iterator[str]:
        """Vehicles of the team that something happened to; one may be named twice."""
        yield from sorted(self.failed)
        yield from sorted(self.charge)
        yield from self.away

    def check(self, team: frozenset[str]) -> None:
        """Raises PlanError for an unknown vehicle, or one that two things happened to."""
        seen: set[str] = set()
        for vehicle_id in (*self.named(), *(vehicle.id for vehicle in self.back)):
            if vehicle_id in seen:
                raise PlanError(f"vehicle {vehicle_id}: is named twice; one thing at a time")
            seen.add(vehicle_id)
        for vehicle_id in self.named():
            if vehicle_id not in team:
                known = ", ".join(sorted(team)) or "none"
                raise PlanError(f"plan: no vehicle {vehicle_id!r} in the team; known: {known}")
        for vehicle in self.back:
            if vehicle.id in team:
                raise PlanError(f"vehicle {vehicle.id}: is in the team already, so not back")
        both = sorted(self.closed & self.opened)
        if both:
            raise PlanError(f"edge {both[0]}: cannot be closed and opened at the same time")


@dataclass(frozen=True, slots=True)
class Moved:
    """A promise that changed hands; empty ids stand for nobody."""

    what: str
    from_id: str
    to_id: str
    why: str

    def __str__(self) -> str:
        who = f"from {self.from_id or 'nobody'} to {self.to_id or 'nobody'}"
        return f"{self.what}: {who}, because {self.why}"
