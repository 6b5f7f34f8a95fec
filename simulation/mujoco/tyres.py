"""Tyres: friction and rolling resistance of each wheel by the ground that it stands on."""

from __future__ import annotations

import math

import mujoco

from patrol.vehicle import GRAVITY_MPS2, VehicleSpec
from simulation.mujoco.vehicle_mjcf import WHEELS
from simulation.surfaces import Grip, SurfaceMap, grip_of
from simulation.world import World

LOOK_AGAIN_M = 0.2  # a wheel's ground is looked up anew when it has rolled this far


class Tyres:
    """Looks the ground up under each wheel and sets the tyre's friction in the model."""

    def __init__(
        self, model: mujoco.MjModel, data: mujoco.MjData, world: World, spec: VehicleSpec
    ) -> None:
        self._model = model
        self._surfaces = SurfaceMap(world.patrol_map)
        self._rain_mmph = world.conditions.raining_mmph
        self._load_nm = spec.mass_kg * GRAVITY_MPS2 / len(WHEELS) * spec.wheel_radius_m
        self._wheels = [data.xpos[model.body(wheel).id] for wheel in WHEELS]
        self._geoms = [model.geom(f"tyre_{wheel}").id for wheel in WHEELS]
        self._places = [(math.inf, math.inf)] * len(WHEELS)
        self.surfaces = [""] * len(WHEELS)
        self.rolling_nm = [0.0] * len(WHEELS)

    def step(self) -> None:
        """Give every wheel that has moved on the grip of its new place."""
        for i, wheel in enumerate(self._wheels):
            x_m, y_m, _ = wheel.tolist()
            if math.dist(self._places[i], (x_m, y_m)) < LOOK_AGAIN_M:
                continue
            self._places[i] = (x_m, y_m)
            surface = self._surfaces.at(x_m, y_m)
            if surface != self.surfaces[i]:
                self.surfaces[i] = surface
                self._set(i, grip_of(surface))

    def _set(self, i: int, grip: Grip) -> None:
        self._model.geom_friction[self._geoms[i], 0] = grip.friction(self._rain_mmph)
        self.rolling_nm[i] = grip.rolling * self._load_nm
