"""Pictures by Panda3D without a screen: the world from each of a vehicle's cameras."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from panda3d.core import GraphicsEngine, NodePath

from patrol.vehicle import CameraSpec
from simulation.camera.atmosphere import Atmosphere, Moment
from simulation.camera.camera_view import CameraView, DepthWay
from simulation.camera.cover import covered_picture
from simulation.camera.light import daylight
from simulation.camera.mesh import Rgb
from simulation.camera.off_screen import open_buffer, open_pipe
from simulation.camera.renderer import SceneNow
from simulation.camera.scene import build_scenery
from simulation.camera.signal_lights import SignalLights
from simulation.camera.sky import GREY, HAZE, sky_dome
from simulation.camera.stage import SEEN, SHADE, SPRITES, WARM, Stage
from simulation.camera.thermal import air_c, finished, sky_c
from simulation.camera.truth import drawn_actors, drawn_cars
from simulation.camera.view import View
from simulation.camera.warm_scene import colour_by_warmth
from simulation.conditions import Weather
from simulation.truth_box import TruthBox
from simulation.world import World

log = logging.getLogger(__name__)

VIEW_M = 90.0  # nothing is drawn beyond
NEAR_M = 0.15


class PandaRenderer:
    """One scene, an off-screen buffer for each camera, a second one for its thermal pictures."""

    def __init__(
        self,
        world: World,
        cameras: Sequence[CameraSpec],
        backend: str = "auto",
        *,
        truth: bool = False,
    ) -> None:
        self._world = world
        self._engine = GraphicsEngine()
        self.backend, self._pipe = open_pipe(self._engine, backend)
        self._first = cameras[0].name if cameras else ""
        light = daylight(world.conditions)
        self._scene = NodePath("world")
        self._scenery = build_scenery(world, light)
        self._scenery.reparent_to(self._scene)
        self._stage = Stage(self._scene, world.terrain, light, air_c(world.conditions))
        self._signals = SignalLights(self._scene, world, light)
        self._sky = self._hang_sky()
        self._air = Atmosphere(world, light)
        self._flames = any(a.kind in SPRITES for a in world.actors)
        needs_depth = truth or self._air.needs_depth or self._flames
        depth = DepthWay.of(self.backend) if needs_depth else None
        self._views = {c.name: self._open_view(c, depth) for c in cameras}
        self._thermal: dict[str, CameraView] = {}
        for view in self._views.values():
            self._scenery.prepare_scene(view.buffer.get_gsg())
        log.info("camera_renderer backend=%s cameras=%d", self.backend, len(self._views))

    def render(
        self,
        camera: CameraSpec,
        position_map: NDArray[np.float64],
        map_from_base: NDArray[np.float64],
        scene: SceneNow,
    ) -> NDArray[np.uint8]:
        """A (height, width, 3) BGR picture from the camera on a vehicle there."""
        seed = self._picture_seed(camera, scene.now_s)
        if camera.name in scene.covered or ("" in scene.covered and camera.name == self._first):
            return covered_picture(camera, seed, self._world.conditions.is_dark)
        view = self._views[camera.name]
        axes, place = view.aim(position_map, map_from_base)
        glows = self._prepare(scene, place)
        self._draw(view)
        picture = view.picture()
        if self._air.leaves_alone and not self._flames:
            return picture
        seen = View(camera, place, axes, view.depth_m(NEAR_M, VIEW_M))
        moment = Moment(scene, glows, position_map, map_from_base, seed)
        return self._air.apply(picture, seen, moment)

    def render_thermal(
        self,
        camera: CameraSpec,
        position_map: NDArray[np.float64],
        map_from_base: NDArray[np.float64],
        scene: SceneNow,
    ) -> NDArray[np.float32]:
        """A (height, width) picture of temperatures in degrees Celsius."""
        view = self._thermal.get(camera.name)
        if view is None:
            view = self._thermal[camera.name] = self._open_thermal(camera)
        axes, place = view.aim(position_map, map_from_base)
        self._prepare(scene, place)
        self._draw(view)
        degrees = SHADE.degrees_c(view.picture()[..., 0])
        seen = View(camera, place, axes, view.depth_m(NEAR_M, VIEW_M))
        actors = [a for a in scene.actors if a.state.visible]
        seed = self._picture_seed(camera, scene.now_s)
        return finished(
            degrees, seen, actors, scene.now_s, self._world.terrain, self._world.conditions, seed
        )

    def drawn_boxes(
        self,
        camera: CameraSpec,
        position_map: NDArray[np.float64],
        map_from_base: NDArray[np.float64],
        scene: SceneNow,
    ) -> list[TruthBox]:
        """Boxes of all actors and parked cars in the picture; needs `truth` from the start."""
        view = self._views[camera.name]
        axes, place = view.aim(position_map, map_from_base)
        self._prepare(scene, place)
        self._draw(view)
        seen = View(camera, place, axes, view.depth_m(NEAR_M, VIEW_M))
        return [
            *drawn_actors(seen, scene.actors, scene.now_s, self._world.terrain),
            *drawn_cars(seen, self._world.cars),
        ]

    def close(self) -> None:
        """Free buffers and scene."""
        self._engine.remove_all_windows()
        self._scene.remove_node()

    def _hang_sky(self) -> NodePath:
        dome = sky_dome(VIEW_M * 0.9, self._world.seed, self._world.conditions)
        sky = self._scene.attach_new_node(dome)
        sky.set_bin("background", 0)
        sky.set_depth_write(False)
        sky.set_depth_test(False)
        sky.set_two_sided(True)
        sky.hide(WARM)
        return sky

    def _prepare(
        self, scene: SceneNow, place: NDArray[np.float64]
    ) -> list[tuple[float, float, float, Rgb]]:
        self._sky.set_pos(*place)
        self._stage.update(scene.actors)
        return self._signals.update(scene.now_s, scene.set_lights)

    def _draw(self, view: CameraView) -> None:
        for other in (*self._views.values(), *self._thermal.values()):
            other.set_active(other is view)
        self._engine.render_frame()

    def _open_view(self, camera: CameraSpec, depth: DepthWay | None) -> CameraView:
        haze = HAZE if self._world.conditions.weather is Weather.CLEAR else GREY
        opener = partial(open_buffer, self._engine, self._pipe)
        return CameraView(opener, self._scene, camera, haze, SEEN, depth, (NEAR_M, VIEW_M))

    def _open_thermal(self, camera: CameraSpec) -> CameraView:
        self._stage.warm_up()
        sky = float(SHADE.grey(np.array(sky_c(self._world.conditions))))
        opener = partial(open_buffer, self._engine, self._pipe)
        view = CameraView(opener, self._scene, camera, (sky,) * 3, WARM,
                          DepthWay.of(self.backend), (NEAR_M, VIEW_M))  # fmt: skip
        colour_by_warmth(view, self._world.conditions)
        return view

    def _picture_seed(self, camera: CameraSpec, now_s: float) -> int:
        return (round(now_s * 1000) * 31 + sum(camera.name.encode())) % 2**31
