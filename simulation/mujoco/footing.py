"""Footing: the ground under each wheel as a plane that goes with it.

A wheel touches the ground in the point that is nearest to its hub: the contact with a plane there
is that with the terrain, at a fraction of the work that the engine has with its height field. The
planes are laid once a tick, in which a wheel rolls some 14 mm: in a dip where the grade changes by
10 % it sinks up to 3 mm into the far side, twice as far as into a height field.

Of the world's solid things wheels meet kerbs; they stay out of the engine's search for contacts
until one is near.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import mujoco
import numpy as np
from shapely import STRtree
from shapely.geometry import LineString, Point

from patrol.vehicle import VehicleSpec
from simulation.mujoco.ground_kernels import Floats, lay_planes
from simulation.mujoco.groups import FOOTING_BITS, GROUND_BIT, GROUND_GROUP
from simulation.mujoco.vehicle_mjcf import WHEELS
from simulation.pits import pit_at
from simulation.props import Kerb
from simulation.world import World

MARGIN_M = 0.1  # a kerb counts as near from here on to the outermost tyre


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
        self._pits = world.pits
        self.over: frozenset[str] = frozenset()  # names of pits that a wheel is over
        model.geom_contype[model.geom("ground").id] = 0  # the planes stand for it
        self.step()

    def step(self) -> None:
        """Lay the planes under the wheels of now."""
        ground = self._terrain
        lay_planes(
            self._heights, ground.west_m, ground.south_m, ground.cell_m, self._radius_m,
            self._places, self._wheels, self._planes, self._at, self._turns,
        )  # fmt: skip
        if self._pits:
            self._fall()
        x_m, y_m, _ = self._chassis.tolist()
        if self._kerbs.are_near(x_m, y_m):
            self._world_bits |= GROUND_BIT
        else:
            self._world_bits &= ~GROUND_BIT

    def _fall(self) -> None:
        """Put the planes of wheels over a pit on its floor."""
        over = set()
        for wheel, plane in zip(self._wheels, self._planes, strict=True):
            x_m, y_m, _ = self._places[wheel].tolist()
            pit = pit_at(self._pits, x_m, y_m)
            if pit is not None:
                self._at[plane, 2] -= pit.depth_m
                over.add(f"pit {pit.name}")
        self.over = frozenset(over)


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
