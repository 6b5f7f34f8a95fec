"""Cast: the people of a world while time runs, and their bodies in the physics."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulation.actors.walk import Walker
from simulation.camera.renderer import PeopleNow
from simulation.mujoco.plant import Plant
from simulation.world import World


class Cast:
    """Everybody in a world; a function of time and of the vehicle's outline alone."""

    def __init__(self, world: World, plant: Plant) -> None:
        self._terrain, self._plant = world.terrain, plant
        self._walkers = [Walker(person) for person in world.people]
        self._place()

    @property
    def people(self) -> PeopleNow:
        """Everybody with the state of now."""
        return [(walker.person, walker.state) for walker in self._walkers]

    def step(self, duration_s: float, vehicle_outline_map: NDArray[np.float64]) -> None:
        """Live on, seeing points of the vehicle's outline on the ground, (n, 2)."""
        moving = [walker for walker in self._walkers if walker.moves]
        for walker in moving:
            walker.step(duration_s, vehicle_outline_map)
        if moving:
            self._place()

    def _place(self) -> None:
        for walker in self._walkers:
            state = walker.state
            ground = float(self._terrain.height_at(state.x_m, state.y_m))
            self._plant.place_person(
                walker.person.name, state.x_m, state.y_m, ground, state.yaw_rad
            )
