"""A plane of any slope and surface, to measure a simulated vehicle on."""

from __future__ import annotations

from collections.abc import Sequence

from patrol.geodesy import GeoPoint
from patrol.geometry import Pose2
from patrol.map import Building, Edge, Node, PatrolMap, WayClass
from patrol.vehicle import VehicleSpec
from simulation.conditions import FAIR, Conditions
from simulation.mujoco.simulator import Simulator
from simulation.world import World, build_world

HALF_M = 60.0
ORIGIN = Pose2(0.0, 0.0, 0.0)


def plane_map(
    grade: float = 0.0, surface: str = "asphalt", buildings: Sequence[Building] = ()
) -> PatrolMap:
    """A square that rises to the east, with one unlit street along its southern edge."""
    corners = [(-HALF_M, -HALF_M), (HALF_M, -HALF_M), (HALF_M, HALF_M), (-HALF_M, HALF_M)]
    nodes = {i: Node(i, x, y, grade * x) for i, (x, y) in enumerate(corners, start=1)}
    street = Edge(
        1, 1, 2, 2 * HALF_M, 1.39, 6.0, WayClass.STREET, surface=surface, lit=False
    )  # fmt: skip
    return PatrolMap("plane", "", GeoPoint(37.48, 126.93), nodes, {1: street}, buildings=buildings)


def plane_world(
    grade: float = 0.0,
    surface: str = "asphalt",
    buildings: Sequence[Building] = (),
    conditions: Conditions = FAIR,
) -> World:
    """The world of `plane_map`."""
    return build_world(plane_map(grade, surface, buildings), conditions=conditions)


def on_plane(world: World, spec: VehicleSpec, start: Pose2 = ORIGIN, seed: int = 0) -> Simulator:
    """A vehicle without cameras on a plane."""
    return Simulator(world, spec, start, seed, cameras=False)
