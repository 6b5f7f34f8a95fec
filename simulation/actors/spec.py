"""ActorSpec: somebody or something in the world that is not the street: who, where, what it does.

Everything random about an actor (colours, height, gait, where it loiters) follows from the
world's seed and the actor's name; the order of actors does not matter.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from simulation.actors.kinds import OF_THE_HOUSE, THINGS, Accessory, ActorKind, Body
from simulation.actors.script import Drive, Loiter, Point, Step, Swing, Walk, ends_itself
from simulation.props import CarBody

Rgb = tuple[float, float, float]
ROBOT = "robot"  # the vehicle, where a script names somebody


@dataclass(frozen=True, slots=True)
class Look:
    """How an actor looks; None and empty are drawn by seed. Colours are RGB in 0..1."""

    body: Body | None = None  # of a person; None draws an adult
    height_m: float | None = None  # of a person
    top: Rgb | None = None
    trousers: Rgb | None = None
    hair: Rgb | None = None
    carries: tuple[Accessory, ...] | None = None  # None draws; () carries nothing
    drunk: bool = False  # weaves and sways
    car: CarBody | None = None
    colour: Rgb | None = None  # of a car, an animal, a thing
    size_m: tuple[float, float, float] | None = None  # of a box or a door: length, width, height

    def __post_init__(self) -> None:
        if self.height_m is not None and not 0.5 <= self.height_m <= 2.3:
            raise ValueError(f"height_m: {self.height_m:g} is outside [0.5, 2.3]")
        for name in ("top", "trousers", "hair", "colour"):
            value = getattr(self, name)
            if value is not None and not all(0.0 <= part <= 1.0 for part in value):
                raise ValueError(f"{name}: {value} is no colour, three parts in [0, 1]")


@dataclass(frozen=True, slots=True)
class ActorSpec:
    """One actor; `yaw_rad` is where it faces at first (a lying person's head, a door's wall).

    An empty script is to stand (or lie about) for ever. A thing may begin in the hands of
    `held_by`. Fires begin with the width `begins_m`.
    """

    name: str
    kind: ActorKind
    place_map: Point
    yaw_rad: float = 0.0
    look: Look = field(default_factory=Look)
    script: tuple[Step, ...] = ()
    held_by: str = ""
    begins_m: float = 0.3

    def __post_init__(self) -> None:
        if not self.name or self.name == ROBOT:
            raise ValueError(f"name: {self.name!r} cannot name an actor")
        if not all(math.isfinite(v) for v in self.place_map):
            raise ValueError(f"place_map: actor {self.name!r} has a coordinate that is no number")
        if not math.isfinite(self.yaw_rad):
            raise ValueError(f"yaw_rad: {self.yaw_rad} of actor {self.name!r} is no heading")
        if self.held_by and self.kind not in THINGS:
            raise ValueError(f"held_by: {self.name!r} is a {self.kind}, which nobody carries")
        if self.kind is not ActorKind.DOOR and any(isinstance(s, Swing) for s in self.script):
            raise ValueError(f"script: {self.name!r} is a {self.kind}; only doors swing")

        _check_ends(self.name, self.script)

    @property
    def places_map(self) -> tuple[Point, ...]:
        """Every point that the spec itself names, the first place first."""
        points = [self.place_map]
        for step in self.script:
            if isinstance(step, Walk | Drive):
                points += step.path_map
            elif isinstance(step, Loiter):
                points.append(step.centre_map)
        return tuple(points)

    @property
    def needs_free_ground(self) -> bool:
        """Whether its places must be outside of buildings."""
        return self.kind not in OF_THE_HOUSE


def _check_ends(name: str, script: tuple[Step, ...]) -> None:
    """Raises ValueError where a step that never ends has others behind it."""
    for i, step in enumerate(script[:-1]):
        if step.until.never and not ends_itself(step):
            raise ValueError(
                f"script: step {i} of {name!r} ({type(step).__name__}) never ends, but others"
                " follow; give it an until"
            )
