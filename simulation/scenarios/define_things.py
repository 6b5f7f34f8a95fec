"""Definitions of what becomes of things: bags, doors, fires, cars, street lamps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from patrol.map import ZoneKind
from simulation.actors.company import ActorNow
from simulation.actors.kinds import HUMAN, THINGS, ActorKind
from simulation.scenarios.definition import Definition
from simulation.scenarios.grounds import Ground, blocked_to_m
from simulation.scenarios.places import Place
from simulation.scenarios.scene import Moment

OBSTACLES = HUMAN | (THINGS - {ActorKind.PLASTIC_BAG}) | {ActorKind.CAR}


@dataclass(frozen=True, kw_only=True)
class LeftAlone(Definition):
    """A thing that somebody carried lies there, and nobody is near it."""

    owner_m: float = 3.0
    for_s: float = 30.0

    KIND: ClassVar[str] = "left_alone"

    def first(self, moments: Sequence[Moment], who: Sequence[str]) -> int:
        """After it was carried for the last time."""
        carried = [i for i, m in enumerate(moments) if _is_carried(m.actors[who[0]])]
        if carried:
            return carried[-1] + 1
        return 0 if moments[0].actors[who[0]].spec.held_by else len(moments)

    def holds(self, moment: Moment, who: Sequence[str], ground: Ground) -> bool:
        """On the ground, every person further than `owner_m`."""
        if not moment.is_here(who[0]):
            return False
        people = [name for name in moment.actors if moment.is_person(name)]
        return all(moment.apart_m(who[0], name) > self.owner_m for name in people)


@dataclass(frozen=True, kw_only=True)
class Changed(Definition):
    """A door that is kept shut stands open, or a thing that belongs there is gone.

    The operator has the ground before it watched (`zone`), and reference views made of it.
    """

    open_rad: float = 0.35
    moved_m: float = 1.0
    for_s: float = 3.0
    zone: tuple[Place, ...] = ()

    KIND: ClassVar[str] = "changed"
    ZONE: ClassVar[ZoneKind] = ZoneKind.WATCHED_PROPERTY

    @property
    def places(self) -> tuple[Place, ...]:
        """The ring's corners."""
        return self.zone

    def place_of(self, moment: Moment, name: str) -> tuple[float, float] | None:
        """Where it belongs, wherever somebody has taken it."""
        return moment.actors[name].spec.place_map

    def holds(self, moment: Moment, who: Sequence[str], ground: Ground) -> bool:
        """Against the state that the actor's entry describes."""
        actor = moment.actors[who[0]]
        if actor.spec.kind is ActorKind.DOOR:
            return abs(actor.state.amount) >= self.open_rad
        here = moment.place_of(who[0])
        return here is None or math.dist(here, actor.spec.place_map) >= self.moved_m


@dataclass(frozen=True, kw_only=True)
class Grown(Definition):
    """Flames or smoke of at least a width."""

    what: ActorKind
    to_m: float = 0.3
    for_s: float = 2.0

    KIND: ClassVar[str] = "grown"

    def holds(self, moment: Moment, who: Sequence[str], ground: Ground) -> bool:
        """By its true width."""
        actor = moment.actors[who[0]]
        return (
            moment.is_here(who[0])
            and actor.spec.kind is self.what
            and actor.state.amount >= self.to_m
        )


@dataclass(frozen=True, kw_only=True)
class Blocks(Definition):
    """What stands about leaves too little of a way for a vehicle or a wheelchair."""

    leaves_m: float = 1.2
    for_s: float = 5.0

    KIND: ClassVar[str] = "blocks"
    JOINT: ClassVar[bool] = True

    def holds(self, moment: Moment, who: Sequence[str], ground: Ground) -> bool:
        """The widest gap across the way, by the outlines of what rests."""
        resting = [
            moment.actors[name]
            for name in who
            if moment.is_here(name)
            and moment.actors[name].spec.kind in OBSTACLES
            and moment.actors[name].state.speed_mps < 0.2
        ]
        return blocked_to_m(resting, ground) < self.leaves_m


@dataclass(frozen=True, kw_only=True)
class ParksBadly(Definition):
    """A car at rest on a pavement or within 10 m of a crosswalk (Road Traffic Act, art. 32)."""

    within_m: float = 10.0
    for_s: float = 8.0

    KIND: ClassVar[str] = "parks_badly"

    def holds(self, moment: Moment, who: Sequence[str], ground: Ground) -> bool:
        """By its middle."""
        actor = moment.actors[who[0]]
        rests = actor.spec.kind is ActorKind.CAR and actor.state.speed_mps < 0.05
        here = moment.place_of(who[0])
        return rests and here is not None and ground.no_parking(here, self.within_m)


@dataclass(frozen=True, kw_only=True)
class LampDark(Definition):
    """A street lamp that does not burn when it should."""

    for_s: float = 2.0

    KIND: ClassVar[str] = "lamp_dark"
    OF_LAMPS: ClassVar[bool] = True

    def holds(self, moment: Moment, who: Sequence[str], ground: Ground) -> bool:
        """Out, in the dark."""
        return ground.conditions.is_dark and who[0] in moment.dark


def _is_carried(actor: ActorNow) -> bool:
    return actor.spec.kind in THINGS and (
        actor.state.z_offset_m > 0.05 or actor.state.speed_mps > 0.1
    )
