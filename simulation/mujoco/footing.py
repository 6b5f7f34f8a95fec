"""Footing: the ground under each wheel as a plane that goes with it.

A wheel touches the ground in one point, where the terrain is as good as flat: the contact with a
plane there is that with the terrain, at a fraction of the work that the engine has with its height
field. Of the world's solid things wheels meet kerbs; they stay out of the engine's search for
contacts until one is near.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import mujoco
import numpy as np
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry import LineString, Point

from navigation.planning.compiled import compiled
from patrol.vehicle import VehicleSpec
from simulation.mujoco.groups import FOOTING_BITS, GROUND_BIT, GROUND_GROUP
from simulation.mujoco.vehicle_mjcf import WHEELS
from simulation.props import Kerb
from simulation.world import World

MARGIN_M = 0.1  # a kerb counts as near from here on to the outermost tyre
Floats = NDArray[np.float64]


def footing_xml() -> str:
    """The `<body>` elements of the planes; they move with the wheels (mocap)."""
    return "\n".join(
        f'<body name="{_name(wheel)}" mocap="true"><geom name="{_name(wheel)}" type="plane"'
        f' size="1 1 1" contype="{bit}" conaffinity="0" group="{GROUND_GROUP}"/></body>'
        for wheel, bit in zip(WHEELS, FOOTING_BITS, strict=True)
    )


class Footing:
    """Moves the planes; lets wheels touch the world's kerbs while one is near."""

    def __init__(
        self, model: mujoco.MjModel, data: mujoco.MjData, world: World, spec: VehicleSpec
    ) -> None:
        self._terrain, self._radius_m = world.terrain, spec.wheel_radius_m
        self._heights: Floats = np.ascontiguousarray(world.terrain.heights_m)
        self._wheels = np.array([model.body(wheel).id for wheel in WHEELS], np.int32)
        self._planes = np.array([model.body(_name(w)).mocapid[0] for w in WHEELS], np.int32)
        self._places, self._chassis = data.xpos, data.xpos[model.body("chassis").id]
        self._at, self._turns = data.mocap_pos, data.mocap_quat
        self._world_bits = model.body_contype[:1]
        self._kerbs = _NearKerbs(world.kerbs, _reach_m(spec))
        model.geom_contype[model.geom("ground").id] = 0  # the planes stand for it
        self.step()

    def step(self) -> None:
        """Lay the planes under the wheels of now."""
        ground = self._terrain
        lay_planes(
            self._heights, ground.west_m, ground.south_m, ground.cell_m, self._radius_m,
            self._places, self._wheels, self._planes, self._at, self._turns,
        )  # fmt: skip
        x_m, y_m, _ = self._chassis.tolist()
        if self._kerbs.are_near(x_m, y_m):
            self._world_bits |= GROUND_BIT
        else:
            self._world_bits &= ~GROUND_BIT


@compiled
def lay_planes(
    heights: Floats, west: float, south: float, cell: float, radius: float,
    places: Floats, wheels: NDArray[np.int32], planes: NDArray[np.int32],
    at: Floats, turns: Floats,
) -> None:  # fmt: skip
    """Set rows `planes` of `at` (n, 3) and of the quaternions `turns` (n, 4): tangents of the
    ground where the wheels at rows `wheels` of `places` touch it.
    """
    rows, columns = heights.shape
    for k in range(len(wheels)):
        x, y, _ = places[wheels[k]]
        east, north, height = 0.0, 0.0, 0.0
        for _ in range(2):  # first below the hub, then where that slope has its foot
            flat = radius / math.sqrt(1.0 + east * east + north * north)
            x, y = places[wheels[k], 0] + flat * east, places[wheels[k], 1] + flat * north
            u = min(max((x - west) / cell, 0.0), columns - 1 - 1e-9)
            v = min(max((y - south) / cell, 0.0), rows - 1 - 1e-9)
            i, j = int(u), int(v)
            low, high = heights[j, i], heights[j + 1, i]
            along, twist = heights[j, i + 1] - low, heights[j + 1, i + 1] - high
            twist -= along
            east = (along + (v - j) * twist) / cell
            north = (high - low + (u - i) * twist) / cell
            height = low + (u - i) * along + (v - j) * (high - low + (u - i) * twist)
        up = 1.0 / math.sqrt(1.0 + east * east + north * north)
        half = math.sqrt((1.0 + up) / 2)  # cosine of half the tilt
        at[planes[k], 0], at[planes[k], 1], at[planes[k], 2] = x, y, height
        turns[planes[k], 0], turns[planes[k], 3] = half, 0.0
        turns[planes[k], 1], turns[planes[k], 2] = north * up / (2 * half), -east * up / (2 * half)


class _NearKerbs:
    """Whether a kerb is within a reach; looks anew only where the last answer may not hold."""

    def __init__(self, kerbs: Sequence[Kerb], reach_m: float) -> None:
        self._tree = STRtree([LineString((kerb.start[:2], kerb.end[:2])) for kerb in kerbs])
        self._reach_m = reach_m + max((kerb.width_m / 2 for kerb in kerbs), default=0.0)
        self._looked_at = (math.inf, math.inf)
        self._sure_m = 0.0  # so far from there the answer is the same
        self._near = False

    def are_near(self, x_m: float, y_m: float) -> bool:
        """For base_link's place."""
        if math.dist(self._looked_at, (x_m, y_m)) < self._sure_m:
            return self._near
        self._looked_at = (x_m, y_m)
        _, away = self._tree.query_nearest(Point(x_m, y_m), return_distance=True)
        spare_m = (float(away[0]) if len(away) else math.inf) - self._reach_m
        self._near, self._sure_m = spare_m <= MARGIN_M, abs(spare_m - MARGIN_M)
        return self._near


def _reach_m(spec: VehicleSpec) -> float:
    """From base_link to the far side of the outermost tyre."""
    return math.hypot(spec.wheelbase_m, spec.track_m / 2) + spec.wheel_radius_m


def _name(wheel: str) -> str:
    return f"footing_{wheel}"
