"""Tyres: friction and rolling resistance of each wheel by the ground that it stands on."""

from __future__ import annotations

import math

import mujoco

from patrol.vehicle import GRAVITY_MPS2, VehicleSpec
from simulation.mujoco.vehicle_mjcf import WHEELS
from simulation.surfaces import Grip, SurfaceMap, grip_of
from simulation.world import World

LOOK_AGAIN_M = 0.2  # the wheels' ground is looked up anew when one has rolled this far


class Tyres:
    """Looks the ground up under each wheel and sets the tyre's friction in the model."""

    def __init__(
        self, model: mujoco.MjModel, data: mujoco.MjData, world: World, spec: VehicleSpec
    ) -> None:
        self._friction = model.geom_friction
        self._surfaces = SurfaceMap(world.patrol_map)
        self._rain_mmph = world.conditions.raining_mmph
        self._load_nm = spec.mass_kg * GRAVITY_MPS2 / len(WHEELS) * spec.wheel_radius_m
        self._wheels = [data.xpos[model.body(wheel).id] for wheel in WHEELS]
        self._geoms = [model.geom(f"tyre_{wheel}").id for wheel in WHEELS]
        self._places = [(math.inf, math.inf)] * len(WHEELS)
        self.surfaces = [""] * len(WHEELS)
        self.rolling_nm = [0.0] * len(WHEELS)

    def step(self) -> None:
        """Give all wheels the grip of their places when one has moved on."""
        places = [(float(wheel[0]), float(wheel[1])) for wheel in self._wheels]
        if all(map(_is_near, places, self._places)):
            return
        self._places = places
        for i, surface in enumerate(self._surfaces.at_all(places)):
            if surface != self.surfaces[i]:
                self.surfaces[i] = surface
                self._set(i, grip_of(surface))

    def _set(self, i: int, grip: Grip) -> None:
        self._friction[self._geoms[i], 0] = grip.friction(self._rain_mmph)
        self.rolling_nm[i] = grip.rolling * self._load_nm


def _is_near(place: tuple[float, float], before: tuple[float, float]) -> bool:
    return math.dist(place, before) < LOOK_AGAIN_M
