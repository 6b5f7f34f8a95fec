"""Short ways to play actors in tests: a bare street, a robot, a company that steps."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from patrol.geodesy import GeoPoint
from patrol.geometry import Pose2
from patrol.map import Building, Edge, Node, PatrolMap, WayClass
from patrol.map_features import Crosswalk
from simulation.actors.company import ActorNow, Company
from simulation.actors.kinds import ActorKind
from simulation.actors.script import Step
from simulation.actors.spec import ActorSpec, Look
from simulation.actors.state import RobotNow
from simulation.conditions import FAIR, Conditions
from simulation.world import World, build_world


def bare_map(buildings: Sequence[Building] = (), crosswalk: Crosswalk | None = None) -> PatrolMap:
    """A flat street along x from -60 to 60; edge 2 crosses it at x = 20 where asked."""
    places = {1: (-60.0, 0.0), 2: (60.0, 0.0), 3: (20.0, -7.0), 4: (20.0, 7.0)}
    nodes = {i: Node(i, x, y, 0.0) for i, (x, y) in places.items()}
    edges = {1: Edge(1, 1, 2, 120.0, 1.39, 6.0, WayClass.STREET, lit=False)}
    if crosswalk is not None:
        edges[2] = Edge(2, 3, 4, 14.0, 1.39, 3.0, WayClass.CROSSWALK, lit=False)
    return PatrolMap(
        "bare", "bare", GeoPoint(37.48, 126.93, 75.0), nodes, edges, buildings=tuple(buildings),
        crosswalks=() if crosswalk is None else (crosswalk,),
    )  # fmt: skip


def person(
    name: str, place: tuple[float, float], *script: Step, look: Look | None = None,
    yaw_rad: float = 0.0,
) -> ActorSpec:  # fmt: skip
    """A person with a script."""
    return ActorSpec(name, ActorKind.PERSON, place, yaw_rad, look or Look(carries=()), script)


def world_of(
    *actors: ActorSpec, seed: int = 0, buildings: Sequence[Building] = (),
    crosswalk: Crosswalk | None = None, conditions: Conditions = FAIR,
) -> World:  # fmt: skip
    """The bare street with actors."""
    return build_world(bare_map(buildings, crosswalk), actors, seed=seed, conditions=conditions)


def robot_at(x_m: float, y_m: float, yaw_rad: float = 0.0, speed_mps: float = 0.0) -> RobotNow:
    """A robot of the goalie's size."""
    pose = Pose2(x_m, y_m, yaw_rad)
    xs = np.linspace(-0.285, 1.235, 5)
    outline = np.array([pose.transform(float(x), y) for x in xs for y in (-0.45, 0.0, 0.45)])
    return RobotNow(pose, speed_mps, outline)


FAR_ROBOT = robot_at(0.0, 25.0)


def play(company: Company, duration_s: float, robot: RobotNow | None = FAR_ROBOT) -> None:
    """Step for a time."""
    company.step(duration_s, robot)


def track(
    company: Company, name: str, duration_s: float, robot: RobotNow | None = FAR_ROBOT
) -> list[ActorNow]:
    """What one actor did, every tenth of a second."""
    seen = []
    for _ in range(round(duration_s * 10)):
        company.step(0.1, robot)
        seen.append(now(company, name))
    return seen


def now(company: Company, name: str) -> ActorNow:
    """One actor."""
    return next(actor for actor in company.now if actor.spec.name == name)


def place(company: Company, name: str) -> tuple[float, float]:
    """Where an actor is."""
    state = now(company, name).state
    return state.x_m, state.y_m


def apart(company: Company, a: str, b: str) -> float:
    """Metres between two actors."""
    return math.dist(place(company, a), place(company, b))
