"""Definitions of what people do: alone (lying, sitting, running …) and together."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from simulation.actors.kinds import LYING, OLD, Body, Posture
from simulation.actors.spec import Rgb
from simulation.actors.state import Motion
from simulation.scenarios.definition import Definition
from simulation.scenarios.grounds import Ground
from simulation.scenarios.scene import Moment

NIGHT_H = (22.0, 5.0)  # an unusual hour for the young and the old
FIGHT_M = 1.6  # between fighters, at most


@dataclass(frozen=True, kw_only=True)
class Lies(Definition):
    """Lies on the ground and stays there."""

    for_s: float = 5.0

    KIND: ClassVar[str] = "lies"

    def holds(self, moment: Moment, who: Sequence[str], ground: Ground) -> bool:
        """Down, not still falling, not carried."""
        state = moment.actors[who[0]].state
        return moment.is_here(who[0]) and state.posture in LYING and state.motion is None


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
            moment.is_here(who[0])
            and low
            and ground.conditions.is_dark
            and ground.is_driven_on(state.x_m, state.y_m)
        )


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
        if not (moment.is_person(name) and (body in OLD or body is Body.CHILD)):
            return False
        others = [o for o in moment.actors if o != name and moment.is_person(o)]
        alone = all(moment.apart_m(name, other) > self.company_m for other in others)
        return alone and ground.is_between(*NIGHT_H)


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
        return moment.is_person(who[0]) and same and outfit.body is self.body


@dataclass(frozen=True, kw_only=True)
class Runs(Definition):
    """A person who runs: faster than anybody walks (Alexander 1989: 2.2 m/s)."""

    speed_mps: float = 2.5
    for_s: float = 2.0

    KIND: ClassVar[str] = "runs"

    def holds(self, moment: Moment, who: Sequence[str], ground: Ground) -> bool:
        """By its true speed."""
        fast = moment.actors[who[0]].state.speed_mps >= self.speed_mps
        return fast and moment.is_person(who[0])


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
        return any(moment.apart_m(a, b) <= FIGHT_M for a, b in pairs)


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
        people = [name for name in who if moment.is_person(name)]
        counts = (
            sum(moment.apart_m(middle, other) <= self.radius_m for other in people)
            for middle in people
        )
        return max(counts, default=0) >= self.people


@dataclass(frozen=True, kw_only=True)
class Tampers(Definition):
    """Somebody holds something over a camera."""

    for_s: float = 2.0

    KIND: ClassVar[str] = "tampers"

    def holds(self, moment: Moment, who: Sequence[str], ground: Ground) -> bool:
        """At arm's length of the vehicle, reaching for it."""
        return moment.actors[who[0]].state.motion is Motion.REACHING
