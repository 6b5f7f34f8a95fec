"""The seam between the simulator and whatever draws its pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from patrol.vehicle import CameraSpec
from simulation.actors.person import Person
from simulation.actors.walk import PersonState
from simulation.world import World

PeopleNow = Sequence[tuple[Person, PersonState]]


class CameraRenderer(Protocol):
    """Draws the world from a camera on the vehicle."""

    def render(
        self,
        camera: CameraSpec,
        position_map: NDArray[np.float64],
        map_from_base: NDArray[np.float64],
        people: PeopleNow,
    ) -> NDArray[np.uint8]:
        """A (height, width, 3) BGR picture; base_link at (3,) metres with rotation (3, 3)."""
        ...

    def close(self) -> None:
        """Free what the renderer holds."""
        ...


def open_renderer(
    world: World, cameras: Sequence[CameraSpec], backend: str = "auto"
) -> CameraRenderer:
    """The renderer of a backend (auto, gl, osmesa, software).

    Raises ConfigError where it cannot run, StandInError where it needs a compiler to.
    """
    from simulation.camera.panda import PandaRenderer

    return PandaRenderer(world, cameras, backend)
