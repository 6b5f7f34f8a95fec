"""What the world must know of a spec before it plays: the ground it needs, the names it uses."""

from __future__ import annotations

from collections.abc import Iterator, Set

from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from simulation.actors.kinds import ActorKind
from simulation.actors.script import (
    Drive,
    Fight,
    Loiter,
    PickUp,
    Pursue,
    PutDown,
    Stay,
    Step,
    Walk,
)
from simulation.actors.spec import ROBOT, ActorSpec

STAND_M, WALK_M, DRIVE_M = 1.2, 0.6, 1.4  # kept free around a place, and beside a way


def ground_of(actor: ActorSpec) -> BaseGeometry:
    """The ground that nothing may be built on: where an actor stays and goes."""
    stands = DRIVE_M + 1.2 if actor.kind is ActorKind.CAR else STAND_M
    shapes = [Point(actor.place_map).buffer(stands)]
    here = actor.place_map
    for step in actor.script:
        if isinstance(step, Walk | Drive):
            beside = WALK_M if isinstance(step, Walk) else DRIVE_M
            points = [here, *step.path_map] if step.path_map[0] != here else list(step.path_map)
            line = LineString(points) if len(points) > 1 else Point(points[0])
            shapes.append(line.buffer(beside))
            here = step.path_map[-1]
        elif isinstance(step, Loiter):
            shapes.append(Point(step.centre_map).buffer(step.radius_m + WALK_M))
    return unary_union(shapes)


def unknown_names(actor: ActorSpec, names: Set[str]) -> Iterator[str]:
    """Names in a spec that are neither an actor's nor the robot's."""
    used = [actor.held_by, *(name for step in actor.script for name in _named(step))]
    return (name for name in used if name and name != ROBOT and name not in names)


def _named(step: Step) -> tuple[str, ...]:
    others = (step.until.actor,)
    if isinstance(step, Stay):
        return (*others, step.facing)
    if isinstance(step, Fight):
        return (*others, step.opponent)
    if isinstance(step, Pursue):
        return (*others, step.target)
    if isinstance(step, PutDown | PickUp):
        return (*others, step.thing)
    return others
