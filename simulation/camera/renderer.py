"""The seam between the simulator and whatever draws its pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from patrol.signals import SignalLight
from patrol.vehicle import CameraSpec
from simulation.actors.company import ActorNow
from simulation.truth_box import TruthBox
from simulation.world import World


@dataclass(frozen=True)
class SceneNow:
    """What changes from picture to picture; `now_s` counts from the world's beginning.

    `covered` names cameras that somebody covers. `dark_posts` are numbers of the world's posts
    whose lamps do not burn. `set_lights` is what pedestrian lights were set to, by crosswalk.
    """

    actors: Sequence[ActorNow] = ()
    now_s: float = 0.0
    headlights: bool = True
    covered: frozenset[str] = frozenset()
    dark_posts: frozenset[int] = frozenset()
    set_lights: Mapping[str, SignalLight] = field(default_factory=dict)


class CameraRenderer(Protocol):
    """Draws the world from a camera on the vehicle: base_link at (3,) m with rotation (3, 3)."""

    def render(
        self,
        camera: CameraSpec,
        position_map: NDArray[np.float64],
        map_from_base: NDArray[np.float64],
        scene: SceneNow,
    ) -> NDArray[np.uint8]:
        """A (height, width, 3) BGR picture."""
        ...

    def render_thermal(
        self,
        camera: CameraSpec,
        position_map: NDArray[np.float64],
        map_from_base: NDArray[np.float64],
        scene: SceneNow,
    ) -> NDArray[np.float32]:
        """A (height, width) picture of temperatures in degrees Celsius."""
        ...

    def drawn_boxes(
        self,
        camera: CameraSpec,
        position_map: NDArray[np.float64],
        map_from_base: NDArray[np.float64],
        scene: SceneNow,
    ) -> list[TruthBox]:
        """Boxes of what it draws; only where opened with `truth`. For scoring: Simulator.boxes."""
        ...

    def close(self) -> None:
        """Free what the renderer holds."""
        ...


def open_renderer(
    world: World, cameras: Sequence[CameraSpec], backend: str = "auto", *, truth: bool = False
) -> CameraRenderer:
    """The renderer of a backend (auto, gl, osmesa, software); `truth` is needed for `drawn_boxes`.

    Raises ConfigError where it cannot run, StandInError where it needs a compiler to.
    """
    from simulation.camera.panda import PandaRenderer

    return PandaRenderer(world, cameras, backend, truth=truth)
