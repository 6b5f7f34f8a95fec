"""Pictures by Panda3D without a screen: GL through EGL, else through OSMesa, else in software.

A process that also needs torchvision imports it before the first GL renderer: PIL's font module,
loaded after it, crashes (Pillow 13, Mesa 22). The simulator's own process never needs it.
"""

from __future__ import annotations

import logging
import math
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from panda3d.core import (
    Camera,
    FrameBufferProperties,
    GraphicsEngine,
    GraphicsOutput,
    GraphicsPipe,
    GraphicsPipeSelection,
    LMatrix4f,
    NodePath,
    PerspectiveLens,
    Texture,
    WindowProperties,
    load_prc_file_data,
)

from patrol.errors import ConfigError
from patrol.vehicle import CameraSpec
from simulation.camera.no_x11 import ensure_libx11
from simulation.camera.osmesa import ensure_gl_on_osmesa, has_egl
from simulation.camera.people import Crowd
from simulation.camera.renderer import PeopleNow
from simulation.camera.scene import build_scenery
from simulation.camera.sky import HAZE, sky_dome
from simulation.world import World

log = logging.getLogger(__name__)

PIPES = {  # backend → Panda3D module and pipe type, the best first
    "gl": ("p3headlessgl", "eglGraphicsPipe"),
    "osmesa": ("p3headlessgl", "eglGraphicsPipe"),  # on our own EGL over OSMesa
    "software": ("p3tinydisplay", "TinyOffscreenGraphicsPipe"),
}
BACKENDS = ("auto", *PIPES)
VIEW_M = 90.0  # nothing is drawn beyond
NEAR_M = 0.15
ENVIRONMENT = "SUNRA_CAMERA"
STAND_INS = Path(__file__).resolve().parents[2] / "build" / "stand_ins"

load_prc_file_data(
    "",
    "notify-level-glgsg fatal\nnotify-level-display error\n",
)


class PandaRenderer:
    """One scene, one off-screen buffer for each camera."""

    def __init__(self, world: World, cameras: Sequence[CameraSpec], backend: str = "auto") -> None:
        self._engine = GraphicsEngine()
        self.backend, pipe = _open_pipe(self._engine, backend)
        self._scene = NodePath("world")
        self._scenery = build_scenery(world)
        self._scenery.reparent_to(self._scene)
        self._crowd = Crowd(self._scene, world.terrain)
        self._sky = self._scene.attach_new_node(sky_dome(VIEW_M * 0.9, world.seed))
        self._sky.set_bin("background", 0)
        self._sky.set_depth_write(False)
        self._sky.set_depth_test(False)
        self._sky.set_two_sided(True)
        self._views = {camera.name: _View(self._engine, pipe, self._scene, camera)
                       for camera in cameras}  # fmt: skip
        for view in self._views.values():
            self._scenery.prepare_scene(view.buffer.get_gsg())
        log.info("camera_renderer backend=%s cameras=%d", self.backend, len(self._views))

    def render(
        self,
        camera: CameraSpec,
        position_map: NDArray[np.float64],
        map_from_base: NDArray[np.float64],
        people: PeopleNow,
    ) -> NDArray[np.uint8]:
        """A (height, width, 3) BGR picture from the camera on a vehicle there."""
        view = self._views[camera.name]
        place = view.aim(position_map, map_from_base)
        self._sky.set_pos(*place)
        self._crowd.update(people)
        for other in self._views.values():
            other.buffer.set_active(other is view)
        self._engine.render_frame()
        return view.picture()

    def close(self) -> None:
        """Free buffers and scene."""
        self._engine.remove_all_windows()
        self._scene.remove_node()


class _View:
    """One camera's buffer and lens."""

    def __init__(
        self, engine: GraphicsEngine, pipe: GraphicsPipe, scene: NodePath, camera: CameraSpec
    ) -> None:
        self._camera = camera
        self.buffer = _open_buffer(engine, pipe, camera.width_px, camera.height_px)
        self._texture = Texture(camera.name)
        self.buffer.add_render_texture(self._texture, GraphicsOutput.RTM_copy_ram)
        self.buffer.set_clear_color((*HAZE, 1.0))
        lens = PerspectiveLens()
        lens.set_film_size(camera.width_px, camera.height_px)
        lens.set_focal_length(camera.focal_px)
        lens.set_near_far(NEAR_M, VIEW_M)
        self._node = scene.attach_new_node(Camera(camera.name, lens))
        self.buffer.make_display_region().set_camera(self._node)

    def aim(
        self, position_map: NDArray[np.float64], map_from_base: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Put the camera on the vehicle; returns its place."""
        camera = self._camera
        cy, sy = math.cos(camera.yaw_rad), math.sin(camera.yaw_rad)
        cp, sp = math.cos(camera.pitch_rad), math.sin(camera.pitch_rad)
        base_from_camera = np.array([[cy * cp, -sy, cy * sp], [sy * cp, cy, sy * sp],
                                     [-sp, 0.0, cp]])  # fmt: skip
        forward, left, up = (map_from_base @ base_from_camera).T
        place: NDArray[np.float64] = position_map + map_from_base @ (
            camera.x_m, camera.y_m, camera.z_m,
        )  # fmt: skip
        # Panda3D's camera looks along +y with x to the right; rows are its axes in the map.
        rows = np.vstack((-left, forward, up, place))
        self._node.set_mat(LMatrix4f(*np.column_stack((rows, (0, 0, 0, 1))).ravel().tolist()))
        return place

    def picture(self) -> NDArray[np.uint8]:
        """The last frame, top row first."""
        data = np.frombuffer(self._texture.get_ram_image_as("BGR"), np.uint8)
        shape = (self._texture.get_y_size(), self._texture.get_x_size(), 3)
        return np.ascontiguousarray(data.reshape(shape)[::-1])


def _open_pipe(engine: GraphicsEngine, backend: str) -> tuple[str, GraphicsPipe]:
    """The first pipe that can open a buffer; the environment decides where the caller does not."""
    wanted = os.environ.get(ENVIRONMENT, "auto") if backend == "auto" else backend
    if wanted not in BACKENDS:
        raise ConfigError(f"camera backend: {wanted!r} is none of: {', '.join(BACKENDS)}")
    for name in _candidates() if wanted == "auto" else (wanted,):
        module, kind = PIPES[name]
        if not _is_prepared(name):
            continue
        pipe = GraphicsPipeSelection.get_global_ptr().make_pipe(kind, module)
        if pipe is not None and pipe.is_valid() and _can_draw(engine, pipe):
            return name, pipe
    raise ConfigError(f"camera backend {wanted!r}: cannot draw on this machine")


def _candidates() -> tuple[str, ...]:
    """A real EGL and our own exclude each other in one process."""
    return ("gl", "software") if has_egl() else ("osmesa", "software")


def _is_prepared(backend: str) -> bool:
    """Load what stands in for missing libraries; False where the backend has no base here."""
    if backend == "osmesa":
        return ensure_gl_on_osmesa(STAND_INS)
    if backend == "software":
        ensure_libx11(STAND_INS)
    return True


def _can_draw(engine: GraphicsEngine, pipe: GraphicsPipe) -> bool:
    try:
        buffer = _open_buffer(engine, pipe, 64, 64)
    except ConfigError:
        return False
    engine.remove_window(buffer)
    return True


def _open_buffer(
    engine: GraphicsEngine, pipe: GraphicsPipe, width: int, height: int
) -> GraphicsOutput:
    properties = FrameBufferProperties()
    properties.set_rgba_bits(8, 8, 8, 0)
    properties.set_depth_bits(24)
    buffer = engine.make_output(
        pipe, "camera", 0, properties, WindowProperties.size(width, height),
        GraphicsPipe.BF_refuse_window,
    )  # fmt: skip
    if buffer is None:
        raise ConfigError("camera backend: no off-screen buffer of this size")
    engine.open_windows()
    return buffer
