"""Definitions: when something counts as an event, judged by the true states of actors.

Each holds at a moment or not; the event is there once it has held for `for_s`. The definitions of
single bodies look at each actor by itself, the joint ones at all of them together. Sources: KISA's
test of intelligent CCTV (2019: loitering, intrusion, abandonment, fight, fire, collapse), the Road
Traffic Act of Korea (art. 32 on parking), and the rules that perception is to have.
"""

from __future__ import annotations

import itertools
import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from simulation.actors.company import ActorNow
from simulation.actors.kinds import HUMAN, LYING, OLD, THINGS, ActorKind, Body, Posture
from simulation.actors.spec import Rgb
from simulation.actors.state import Motion
from simulation.scenarios.grounds import Ground, blocked_to_m
from simulation.scenarios.places import Place
from simulation.scenarios.scene import Moment

NIGHT_H = (22.0, 5.0)  # an unusual hour for the young and the old
FIGHT_M = 1.6  # between fighters, at most
OBSTACLES = HUMAN | (THINGS - {ActorKind.PLASTIC_BAG}) | {ActorKind.CAR}


@dataclass(frozen=True, kw_only=True)
class Definition(ABC):
    """One definition; `for_s` is how long it must hold before the event is there."""

    for_s: float

    KIND: ClassVar[str] = ""
    JOINT: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if not 0 <= self.for_s <= 3600:
            raise ValueError(f"for_s: {self.for_s:g} is outside [0, 3600]")

    @abstractmethod
    def holds(self, moment: Moment, who: Sequence[str], ground: Ground) -> bool:
        """Whether it holds for these at a moment; `who` is one name unless the kind is joint."""

    def first(self, moments: Sequence[Moment], who: Sequence[str]) -> int:
        """The number of the first moment that counts; their count where none does."""
        return 0


@dataclass(frozen=True, kw_only=True)
class Lies(Definition):
    """Lies on the ground and stays there."""

    for_s: float = 5.0

    KIND: ClassVar[str] = "lies"

    def holds(self, moment: Moment, who: Sequence[str], ground: Ground) -> bool:
        """Down, not still falling, not carried."""
        state = moment.actors[who[0]].state
        return _is_here(moment, who[0]) and state.posture in LYING and state.motion is None


@dataclass(frozen=True, kw_only=True)
class SitsOnRoad(Definition):
    """Sits or squats in the dark where vehicles drive."""

    for_s: float = 10.0

    KIND: ClassVar[str] = "sits_on_road"

    def holds(self, moment: Moment, who: Sequence[str], ground: Ground) -> bool:
        """On the ground of a street or carriageway, while street lamps burn."""
        state = moment.actors[who[0]].state
        low = state.posture in (Posture.SITTING, Posture.CROUCHING) and state.motion is None
        return (
            _is_here(moment, who[0])
            and low
            and ground.conditions.is_dark
            and ground.is_driven_on(state.x_m, state.y_m)
        )


@dataclass(frozen=True, kw_only=True)
class Loiters(Definition):
    """Stays in a zone (KISA: 10 s; nobody is bothered for as little)."""

    zone: tuple[Place, ...]
    for_s: float = 20.0

    KIND: ClassVar[str] = "loiters"

    def holds(self, moment: Moment, who: Sequence[str], ground: Ground) -> bool:
        """A person within the ring."""
        return _is_person(moment, who[0]) and _is_inside(moment, who[0], self.zone, ground)


@dataclass(frozen=True, kw_only=True)
class Intrudes(Definition):
    """Gets into a zone, or over the line that its edge is, within the forbidden hours."""

    zone: tuple[Place, ...]
    hours: tuple[float, ...] = (0.0, 24.0)  # from, to; over midnight where the first is later
    for_s: float = 0.0

    KIND: ClassVar[str] = "intrudes"

    def __post_init__(self) -> None:
        Definition.__post_init__(self)
        if len(self.hours) != 2 or not all(0 <= hour_h <= 24 for hour_h in self.hours):
            raise ValueError(f"hours: {list(self.hours)} is not two hours in [0, 24]")

    def holds(self, moment: Moment, who: Sequence[str], ground: Ground) -> bool:
        """A person within the ring, then."""
        return (
            _is_person(moment, who[0])
            and _is_within(ground.conditions.hour_h, self.hours)
            and _is_inside(moment, who[0], self.zone, ground)
        )


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
        if not _is_here(moment, who[0]):
            return False
        people = [name for name in moment.actors if _is_person(moment, name)]
        return all(_apart_m(moment, who[0], name) > self.owner_m for name in people)


@dataclass(frozen=True, kw_only=True)
class Changed(Definition):
    """A door that is kept shut stands open, or a thing that belongs there is gone."""

    open_rad: float = 0.35
    moved_m: float = 1.0
    for_s: float = 3.0

    KIND: ClassVar[str] = "changed"

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
            _is_here(moment, who[0])
            and actor.spec.kind is self.what
            and actor.state.amount >= self.to_m
        )


@dataclass(frozen=True, kw_only=True)
class Fights(Definition):
    """Two or more exchange blows."""

    for_s: float = 2.0

    KIND: ClassVar[str] = "fights"
    JOINT: ClassVar[bool] = True

    def holds(self, moment: Moment, who: Sequence[str], ground: Ground) -> bool:
        """Blows are struck within arm's reach."""
        at_it = [n for n in who if moment.actors[n].state.motion is Motion.FIGHTING]
        pairs = itertools.combinations(at_it, 2)
        return any(_apart_m(moment, a, b) <= FIGHT_M for a, b in pairs)


@dataclass(frozen=True, kw_only=True)
class Crowds(Definition):
    """So many people within a circle around one of them."""

    people: int = 8
    radius_m: float = 2.5
    for_s: float = 5.0

    KIND: ClassVar[str] = "crowds"
    JOINT: ClassVar[bool] = True

    def holds(self, moment: Moment, who: Sequence[str], ground: Ground) -> bool:
        """Eight in 2.5 m: 0.4 of them to a square metre."""
        people = [name for name in who if _is_person(moment, name)]
        counts = (
            sum(_apart_m(moment, middle, other) <= self.radius_m for other in people)
            for middle in people
        )
        return max(counts, default=0) >= self.people


@dataclass(frozen=True, kw_only=True)
class Runs(Definition):
    """A person who runs: faster than anybody walks (Alexander 1989: 2.2 m/s)."""

    speed_mps: float = 2.5
    for_s: float = 2.0

    KIND: ClassVar[str] = "runs"

    def holds(self, moment: Moment, who: Sequence[str], ground: Ground) -> bool:
        """By its true speed."""
        fast = moment.actors[who[0]].state.speed_mps >= self.speed_mps
        return fast and _is_person(moment, who[0])


@dataclass(frozen=True, kw_only=True)
class OnCarriageway(Definition):
    """A person where only cars should be, and no crosswalk."""

    for_s: float = 3.0

    KIND: ClassVar[str] = "on_carriageway"

    def holds(self, moment: Moment, who: Sequence[str], ground: Ground) -> bool:
        """On an area of the kind road."""
        state = moment.actors[who[0]].state
        return _is_person(moment, who[0]) and ground.is_carriageway(state.x_m, state.y_m)


@dataclass(frozen=True, kw_only=True)
class AloneAtNight(Definition):
    """A child or an old person at night with nobody near."""

    company_m: float = 6.0
    for_s: float = 8.0

    KIND: ClassVar[str] = "alone_at_night"

    def holds(self, moment: Moment, who: Sequence[str], ground: Ground) -> bool:
        """Between 22 and 5 o'clock; every other person further than `company_m`."""
        name = who[0]
        body = moment.actors[name].outfit.body
        if not (_is_person(moment, name) and (body in OLD or body is Body.CHILD)):
            return False
        others = [o for o in moment.actors if o != name and _is_person(moment, o)]
        alone = all(_apart_m(moment, name, other) > self.company_m for other in others)
        return alone and _is_within(ground.conditions.hour_h, NIGHT_H)


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
            if _is_here(moment, name)
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

    def holds(self, moment: Moment, who: Sequence[str], ground: Ground) -> bool:
        """Out, in the dark."""
        return ground.conditions.is_dark and who[0] in moment.dark


@dataclass(frozen=True, kw_only=True)
class Sought(Definition):
    """A person who is looked for: body and colours of an open case (RGB in 0..1)."""

    body: Body
    top: Rgb
    trousers: Rgb
    for_s: float = 2.0

    KIND: ClassVar[str] = "sought"

    def holds(self, moment: Moment, who: Sequence[str], ground: Ground) -> bool:
        """The same body in clothes of the same colours."""
        outfit = moment.actors[who[0]].outfit
        same = math.dist(outfit.top, self.top) < 0.1
        same &= math.dist(outfit.trousers, self.trousers) < 0.1
        return _is_person(moment, who[0]) and same and outfit.body is self.body


@dataclass(frozen=True, kw_only=True)
class Tampers(Definition):
    """Somebody holds something over a camera."""

    for_s: float = 2.0

    KIND: ClassVar[str] = "tampers"

    def holds(self, moment: Moment, who: Sequence[str], ground: Ground) -> bool:
        """At arm's length of the vehicle, reaching for it."""
        return moment.actors[who[0]].state.motion is Motion.REACHING


AnyDefinition = (
    Lies | SitsOnRoad | Loiters | Intrudes | LeftAlone | Changed | Grown | Fights | Crowds | Runs
    | OnCarriageway | AloneAtNight | Blocks | ParksBadly | LampDark | Sought | Tampers
)  # fmt: skip


def _is_here(moment: Moment, name: str) -> bool:
    return moment.place_of(name) is not None


def _is_carried(actor: ActorNow) -> bool:
    return actor.spec.kind in THINGS and (
        actor.state.z_offset_m > 0.05 or actor.state.speed_mps > 0.1
    )


def _is_person(moment: Moment, name: str) -> bool:
    actor = moment.actors.get(name)
    return actor is not None and actor.spec.kind is ActorKind.PERSON and actor.state.visible


def _is_inside(moment: Moment, name: str, zone: Sequence[Place], ground: Ground) -> bool:
    here = moment.place_of(name)
    return here is not None and ground.is_inside(zone, here)


def _apart_m(moment: Moment, one: str, other: str) -> float:
    a, b = moment.place_of(one), moment.place_of(other)
    return math.inf if a is None or b is None else math.dist(a, b)


def _is_within(hour_h: float, hours: Sequence[float]) -> bool:
    begin_h, end_h = hours
    if begin_h <= end_h:
        return begin_h <= hour_h <= end_h
    return hour_h >= begin_h or hour_h <= end_h
