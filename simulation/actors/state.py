"""ActorState: where an actor is now and what shows of it; and what actors see of the world."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from patrol.geometry import Pose2
from patrol.signals import SignalLight
from simulation.actors.crossings import Crossing
from simulation.actors.kinds import ActorKind, Posture
from simulation.actors.walls import Walls


class Motion(StrEnum):
    """What a body does besides staying in a posture; `phase` says how far it is."""

    WALKING = "walking"  # phase: cycles of two steps
    RUNNING = "running"
    FALLING = "falling"  # phase: 0 upright to 1 down
    RISING = "rising"  # phase: 0 down to 1 upright
    FIGHTING = "fighting"  # phase: blows
    BENDING = "bending"  # phase: 0 upright, 1 at the ground
    REACHING = "reaching"  # an arm towards the robot's mast
    PUSHING = "pushing"  # both arms against something
    RIDING = "riding"  # phase: turns of the pedals
    STILL = "still"  # things, cars at rest, animals that rest
    FLYING = "flying"


@dataclass(frozen=True, slots=True)
class ActorState:
    """An actor at one moment; metres and radians in the map frame, yaw as in ActorSpec.

    `posture` is the one that a person is in, falls to or rises from. `amount` is the width of a
    fire or of smoke in metres, a door's opening in radians. `sound_dba` is what one would hear at
    1 m. `step` counts the script.
    """

    x_m: float
    y_m: float
    yaw_rad: float
    z_offset_m: float = 0.0  # above the ground
    motion: Motion | None = None  # None: stays in its posture
    posture: Posture = Posture.STANDING
    phase: float = 0.0
    lean_rad: float = 0.0  # a drunk's sway, to the left
    speed_mps: float = 0.0
    velocity_map: tuple[float, float] = (0.0, 0.0)
    visible: bool = True
    temperature_c: float | None = None  # of skin, engine, flame; None: as the air
    sound_dba: float = 0.0
    amount: float = 0.0
    step: int = 0


@dataclass(frozen=True, slots=True)
class RobotNow:
    """What actors see of the robot: pose of base_link, speed, points around its hull (n, 2)."""

    pose: Pose2
    speed_mps: float
    outline_map: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RobotPush:
    """A force on the robot: newtons in the map frame, at a point in the map frame."""

    actor: str
    force_map: tuple[float, float]
    x_m: float
    y_m: float
    height_m: float


@dataclass(frozen=True)
class Surroundings:
    """What an actor can know at one moment; `others` is everybody by name, itself included."""

    now_s: float  # since the world began
    robot: RobotNow | None
    others: Mapping[str, ActorState]
    kinds: Mapping[str, ActorKind] = field(default_factory=dict)
    walls: Walls = field(default_factory=Walls)
    crossings: Sequence[Crossing] = ()
    light_of: Callable[[str], SignalLight | None] = lambda _: None  # by crosswalk; None: no signal
    wind_map: tuple[float, float] = (0.0, 0.0)  # m/s

    def robot_distance_m(self, x_m: float, y_m: float) -> float:
        """From a point to the robot's hull; infinite without a robot."""
        if self.robot is None:
            return math.inf
        return float(np.hypot(*(self.robot.outline_map - (x_m, y_m)).T).min())
