"""Short ways to describe the commonest actors."""

from __future__ import annotations

from simulation.actors.kinds import ActorKind, Posture
from simulation.actors.script import Point, Repeat, Stay, Walk
from simulation.actors.spec import ActorSpec, Look


def stays(
    name: str,
    place_map: Point,
    posture: Posture = Posture.STANDING,
    yaw_rad: float = 0.0,
    look: Look | None = None,
) -> ActorSpec:
    """A person who keeps a posture; a lying one's head points along `yaw_rad`."""
    script = (Stay(posture=posture),)
    return ActorSpec(name, ActorKind.PERSON, place_map, yaw_rad, look or Look(), script)


def walks(
    name: str,
    path_map: tuple[Point, ...],
    speed_mps: float | None = None,
    repeat: Repeat = Repeat.TO_AND_FRO,
    phase_s: float = 0.0,
    look: Look | None = None,
) -> ActorSpec:
    """A person who walks a path, to and fro unless told otherwise."""
    step = Walk(path_map=path_map, speed_mps=speed_mps, repeat=repeat, phase_s=phase_s)
    return ActorSpec(name, ActorKind.PERSON, path_map[0], 0.0, look or Look(), (step,))
