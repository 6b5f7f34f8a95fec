"""What actors do: steps that follow each other, each with its end.

A step ends by itself (a path has been walked) or when its `until` holds; the last step of a
script goes on for ever. Places are metres in the map frame, times are seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from simulation.actors.kinds import LYING, Posture

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Until:
    """The end of a step: as soon as one of the conditions that are given holds."""

    for_s: float | None = None  # since the step began
    at_s: float | None = None  # since the world began
    robot_within_m: float | None = None  # from this actor to the robot's hull
    robot_beyond_m: float | None = None
    actor: str = ""  # another actor, for the next two
    actor_within_m: float | None = None
    actor_step: int | None = None  # it has come to this step of its script, counted from 0

    def __post_init__(self) -> None:
        for name in ("for_s", "at_s", "robot_within_m", "robot_beyond_m", "actor_within_m"):
            value = getattr(self, name)
            if value is not None and not 0.0 <= value < 1e6:
                raise ValueError(f"{name}: {value:g} is outside [0, 1e6)")
        if (self.actor_within_m is not None or self.actor_step is not None) and not self.actor:
            raise ValueError("actor: a condition on another actor needs its name")

    @property
    def never(self) -> bool:
        """Whether no condition is given."""
        values = (self.for_s, self.at_s, self.robot_within_m, self.robot_beyond_m,
                  self.actor_within_m, self.actor_step)  # fmt: skip
        return all(value is None for value in values)


NEVER = Until()


class Repeat(StrEnum):
    """What happens at the end of a path."""

    ONCE = "once"
    TO_AND_FRO = "to_and_fro"
    ROUND = "round"  # from the last point to the first


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that an actor does; ends when `until` holds, if not before."""

    until: Until = NEVER


@dataclass(frozen=True, slots=True)
class Stay(Step):
    """Stand, sit, lie, crouch, talk, wait: a posture at the place where the actor is.

    `facing` names an actor (or "robot") to turn to; `yaw_rad` is used where it is empty.
    """

    posture: Posture = Posture.STANDING
    yaw_rad: float | None = None
    facing: str = ""


@dataclass(frozen=True, slots=True)
class Walk(Step):
    """Walk a path among others and walls (social force model); runs above 2.2 m/s.

    A speed of None is the body's own. With `obeys_signals` nobody enters a signalled crosswalk
    unless its light says walk, nor an unsignalled one before cars that come. `phase_s` is a lead
    on the path at the start.
    """

    path_map: tuple[Point, ...] = ()
    speed_mps: float | None = None
    repeat: Repeat = Repeat.ONCE
    obeys_signals: bool = True
    phase_s: float = 0.0

    def __post_init__(self) -> None:
        _check_path(self.path_map, self.repeat)
        _check_speed(self.speed_mps, 9.0)


@dataclass(frozen=True, slots=True)
class Drive(Step):
    """Ride or drive along a path; brakes for whoever is ahead unless `reckless`.

    The actor ends exactly on the last point: a car that parks has its place there. With
    `backwards` it reverses.
    """

    path_map: tuple[Point, ...] = ()
    speed_mps: float = 5.0
    repeat: Repeat = Repeat.ONCE
    reckless: bool = False
    backwards: bool = False

    def __post_init__(self) -> None:
        _check_path(self.path_map, self.repeat)
        _check_speed(self.speed_mps, 30.0)


@dataclass(frozen=True, slots=True)
class Fall(Step):
    """Go down from upright to lying within `duration_s`, then lie until the step ends."""

    to: Posture = Posture.LYING_SUPINE
    duration_s: float = 1.0

    def __post_init__(self) -> None:
        _check_duration(self.duration_s)
        if self.to not in LYING and self.to is not Posture.SITTING:
            raise ValueError(f"to: nobody falls to {self.to}")


@dataclass(frozen=True, slots=True)
class GetUp(Step):
    """Rise from the ground to standing."""

    duration_s: float = 3.0

    def __post_init__(self) -> None:
        _check_duration(self.duration_s)


@dataclass(frozen=True, slots=True)
class Loiter(Step):
    """Stroll and stand about within a radius of a point."""

    centre_map: Point = (0.0, 0.0)
    radius_m: float = 2.0

    def __post_init__(self) -> None:
        if not 0.2 <= self.radius_m <= 50.0:
            raise ValueError(f"radius_m: {self.radius_m:g} is outside [0.2, 50]")


@dataclass(frozen=True, slots=True)
class Fight(Step):
    """Close in on another actor and exchange blows: fast limbs, fast bodies, loud voices."""

    opponent: str = ""


@dataclass(frozen=True, slots=True)
class Pursue(Step):
    """Run after an actor (or "robot"); the step ends on catching it."""

    target: str = ""
    speed_mps: float = 4.0
    catch_m: float = 0.9

    def __post_init__(self) -> None:
        _check_speed(self.speed_mps, 9.0)


@dataclass(frozen=True, slots=True)
class Flee(Step):
    """Run (a bird: fly) away from whoever comes within `within_m`: robot, people, dogs."""

    within_m: float = 3.0
    speed_mps: float = 3.0

    def __post_init__(self) -> None:
        _check_speed(self.speed_mps, 15.0)


@dataclass(frozen=True, slots=True)
class PutDown(Step):
    """Bend and leave a held thing on the ground."""

    thing: str = ""


@dataclass(frozen=True, slots=True)
class PickUp(Step):
    """Go to a thing that lies somewhere, bend and take it."""

    thing: str = ""


@dataclass(frozen=True, slots=True)
class Block(Step):
    """Walk up to the robot and stay `distance_m` before its nose, facing it."""

    distance_m: float = 1.0


@dataclass(frozen=True, slots=True)
class Push(Step):
    """Walk up to the robot and push it away with a force at chest height."""

    force_n: float = 200.0

    def __post_init__(self) -> None:
        if not 0.0 < self.force_n <= 1500.0:
            raise ValueError(f"force_n: {self.force_n:g} is outside (0, 1500]")


@dataclass(frozen=True, slots=True)
class CoverCamera(Step):
    """Walk up to the robot and hold a hand or a cloth over a camera ("" covers the first)."""

    camera: str = ""


@dataclass(frozen=True, slots=True)
class Drift(Step):
    """Be blown along by the wind in gusts; for light things."""


@dataclass(frozen=True, slots=True)
class Grow(Step):
    """A fire or a column of smoke grows to a width."""

    to_m: float = 1.0
    within_s: float = 60.0

    def __post_init__(self) -> None:
        if not 0.05 <= self.to_m <= 30.0:
            raise ValueError(f"to_m: {self.to_m:g} is outside [0.05, 30]")
        _check_duration(self.within_s)


@dataclass(frozen=True, slots=True)
class Swing(Step):
    """A door turns to an opening angle (0 is shut)."""

    to_rad: float = 1.4
    within_s: float = 1.5

    def __post_init__(self) -> None:
        _check_duration(self.within_s)


@dataclass(frozen=True, slots=True)
class Vanish(Step):
    """Be nowhere: not seen, not touched, not heard."""


def ends_itself(step: Step) -> bool:
    """Whether a step comes to an end without its `until`."""
    if isinstance(step, Walk | Drive):
        return step.repeat is Repeat.ONCE
    return isinstance(step, GetUp | Pursue | PutDown | PickUp | Grow | Swing)


def _check_path(path_map: tuple[Point, ...], repeat: Repeat) -> None:
    least = 1 if repeat is Repeat.ONCE else 2
    if len(path_map) < least:
        raise ValueError(f"path_map: a path {repeat} needs at least {least} points")


def _check_speed(speed_mps: float | None, most: float) -> None:
    if speed_mps is not None and not 0.0 < speed_mps <= most:
        raise ValueError(f"speed_mps: {speed_mps:g} is outside (0, {most:g}]")


def _check_duration(duration_s: float) -> None:
    if not 0.0 < duration_s <= 86_400.0:
        raise ValueError(f"duration: {duration_s:g} s is outside (0, 86400]")
