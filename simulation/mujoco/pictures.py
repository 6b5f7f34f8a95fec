"""Pictures: what the vehicle's cameras take, each at its own rate."""

from __future__ import annotations

from patrol.vehicle import VehicleSpec
from simulation.camera.renderer import CameraRenderer, open_renderer
from simulation.mujoco.cast import Cast
from simulation.mujoco.plant import Plant
from simulation.mujoco.schedule import due
from simulation.types import ImageReading, ThermalReading
from simulation.world import World


class Pictures:
    """Collects `images` and `thermal` pictures until they are cleared.

    Renders the cameras where `colour` is set and the thermal ones where `thermal` is set as well,
    with a backend as for `open_renderer`, which says what is raised.
    """

    def __init__(
        self, world: World, spec: VehicleSpec, colour: bool, thermal: bool, backend: str
    ) -> None:
        self._cameras = spec.cameras if colour else ()
        self._thermal_cameras = spec.thermal_cameras if colour and thermal else ()
        self._renderer: CameraRenderer | None = None
        if self._cameras or self._thermal_cameras:
            self._renderer = open_renderer(world, spec.cameras, backend)
        self.clear()

    def clear(self) -> None:
        """Forget the pictures so far."""
        self.images: list[ImageReading] = []
        self.thermal: list[ThermalReading] = []

    def take(self, tick: int, now_s: float, plant: Plant, cast: Cast) -> None:
        """Take the pictures that are due on this tick."""
        renderer = self._renderer
        if renderer is None:
            return
        place, turn = plant.position_map, plant.map_from_base
        for camera in self._cameras:
            if due(tick, camera.rate_hz):
                bgr = renderer.render(camera, place, turn, cast.scene())
                self.images.append(ImageReading(now_s, camera, bgr))
        for camera in self._thermal_cameras:
            if due(tick, camera.rate_hz):
                celsius = renderer.render_thermal(camera, place, turn, cast.scene())
                self.thermal.append(ThermalReading(now_s, camera, celsius))

    def close(self) -> None:
        """Free the renderer; no picture is taken from now on."""
        if self._renderer is not None:
            self._renderer.close()
            self._renderer = None
