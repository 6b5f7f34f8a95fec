"""Definitions of people who are where they should not be, or there for too long.

Where a definition speaks of a zone, the operator has drawn it on the vehicle's map
(`watched_zone`): that is what makes the event one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from patrol.map import PatrolMap, Zone, ZoneKind
from simulation.scenarios.define_things import Changed
from simulation.scenarios.definition import Definition
from simulation.scenarios.grounds import Ground
from simulation.scenarios.places import Place, place_map
from simulation.scenarios.scene import Moment


@dataclass(frozen=True, kw_only=True)
class _InZone(Definition):
    zone: tuple[Place, ...]

    ZONE: ClassVar[ZoneKind]

    def __post_init__(self) -> None:
        Definition.__post_init__(self)
        if len(self.zone) < 3:
            raise ValueError(f"zone: {len(self.zone)} corners are no area; give at least 3")

    @property
    def places(self) -> tuple[Place, ...]:
        """The ring's corners."""
        return self.zone

    @property
    def windows(self) -> str:
        """When the zone holds, in opening_hours words; empty: always."""
        return ""

    def holds(self, moment: Moment, who: Sequence[str], ground: Ground) -> bool:
        """A person within the ring."""
        here = moment.place_of(who[0]) if moment.is_person(who[0]) else None
        return here is not None and ground.is_inside(self.zone, here)


@dataclass(frozen=True, kw_only=True)
class Loiters(_InZone):
    """Stays in a zone (KISA: 10 s; nobody is bothered for as little)."""

    for_s: float = 20.0

    KIND: ClassVar[str] = "loiters"
    ZONE: ClassVar[ZoneKind] = ZoneKind.NO_LOITERING


@dataclass(frozen=True, kw_only=True)
class Intrudes(_InZone):
    """Gets into a zone, or over the line that its edge is, within the forbidden hours."""

    hours: tuple[float, ...] = (0.0, 24.0)  # from, to; over midnight where the first is later
    for_s: float = 0.0

    KIND: ClassVar[str] = "intrudes"
    ZONE: ClassVar[ZoneKind] = ZoneKind.RESTRICTED

    def __post_init__(self) -> None:
        _InZone.__post_init__(self)
        if len(self.hours) != 2 or not all(0 <= hour_h <= 24 for hour_h in self.hours):
            raise ValueError(f"hours: {list(self.hours)} is not two hours in [0, 24]")

    @property
    def windows(self) -> str:
        """The forbidden hours."""
        return "-".join(_clock(hour_h) for hour_h in self.hours)

    def holds(self, moment: Moment, who: Sequence[str], ground: Ground) -> bool:
        """A person within the ring, then."""
        return ground.is_between(*self.hours) and _InZone.holds(self, moment, who, ground)


@dataclass(frozen=True, kw_only=True)
class OnCarriageway(Definition):
    """A person where only cars should be, and no crosswalk."""

    for_s: float = 3.0

    KIND: ClassVar[str] = "on_carriageway"

    def holds(self, moment: Moment, who: Sequence[str], ground: Ground) -> bool:
        """On an area of the kind road."""
        state = moment.actors[who[0]].state
        return moment.is_person(who[0]) and ground.is_carriageway(state.x_m, state.y_m)


def watched_zone(definition: Definition, patrol_map: PatrolMap) -> Zone | None:
    """The zone that a map needs for a definition; None where it speaks of none."""
    if not isinstance(definition, _InZone | Changed) or not definition.zone:
        return None
    windows = definition.windows if isinstance(definition, _InZone) else ""
    corners = (place_map(patrol_map, place) for place in definition.zone)
    ring = tuple((corner.x_m, corner.y_m) for corner in corners)
    return Zone(f"{definition.KIND}-here", definition.ZONE, ring, windows=windows)


def _clock(hour_h: float) -> str:
    """7.5 as 07:30; to the minute."""
    minutes = round(hour_h * 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
