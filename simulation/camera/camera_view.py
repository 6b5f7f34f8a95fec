"""CameraView: one camera's buffer and lens, and how its pixels' distances are found."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from panda3d.core import (
    BitMask32,
    Camera,
    GraphicsOutput,
    LMatrix4f,
    NodePath,
    PerspectiveLens,
    SamplerState,
    TexGenAttrib,
    Texture,
    TextureStage,
)

from patrol.vehicle import CameraSpec
from simulation.camera.mesh import rotation_map

Array = NDArray[np.float64]
Opener = Callable[[int, int], GraphicsOutput]
RAMP = 256  # steps of depth of a backend without a depth buffer to read
OVERRIDE = 100  # beats every state of the scene


class DepthWay(StrEnum):
    """How a backend tells distances."""

    BUFFER = "buffer"  # the depth buffer is read
    RAMP = "ramp"  # a second pass paints every surface with a ramp along the line of sight

    @staticmethod
    def of(backend: str) -> DepthWay:
        """What a backend of simulation.camera.off_screen can do."""
        return DepthWay.RAMP if backend == "software" else DepthWay.BUFFER


class CameraView:
    """One camera's buffer, drawn only while active."""

    def __init__(
        self, opener: Opener, scene: NodePath, camera: CameraSpec,
        background: tuple[float, float, float] | Array, mask: BitMask32, depth: DepthWay | None,
        near_far: tuple[float, float],
    ) -> None:  # fmt: skip
        self._camera, self._depth = camera, depth
        self.buffer = opener(camera.width_px, camera.height_px)
        self._texture = Texture(camera.name)
        self.buffer.add_render_texture(self._texture, GraphicsOutput.RTM_copy_ram)
        self.buffer.set_clear_color((*background, 1.0))
        lens = PerspectiveLens()
        lens.set_film_size(camera.width_px, camera.height_px)
        lens.set_focal_length(camera.focal_px)
        lens.set_near_far(*near_far)
        self.eye = Camera(camera.name, lens)
        self.eye.set_camera_mask(mask)
        self._node = scene.attach_new_node(self.eye)
        self.buffer.make_display_region().set_camera(self._node)
        self._ramp: GraphicsOutput | None = None
        self._depth_texture = Texture(f"{camera.name} depth")
        if depth is DepthWay.BUFFER:
            self._depth_texture.set_format(Texture.F_depth_component)
            self.buffer.add_render_texture(
                self._depth_texture, GraphicsOutput.RTM_copy_ram, GraphicsOutput.RTP_depth
            )
        elif depth is DepthWay.RAMP:
            self._ramp = self._open_ramp(opener, lens, mask, near_far[1])

    def set_active(self, active: bool) -> None:
        """Draw on the engine's next frame, or do not."""
        self.buffer.set_active(active)
        if self._ramp is not None:
            self._ramp.set_active(active)

    def aim(self, position_map: Array, map_from_base: Array) -> tuple[Array, Array]:
        """Put the camera on the vehicle; its axes (forward, left, up as rows) and its place."""
        camera = self._camera
        turn = map_from_base @ rotation_map(camera.yaw_rad, camera.pitch_rad)
        forward, left, up = turn.T
        place: Array = position_map + map_from_base @ (camera.x_m, camera.y_m, camera.z_m)
        # Panda3D's camera looks along +y with x to the right; rows are its axes in the map.
        rows = np.vstack((-left, forward, up, place))
        self._node.set_mat(LMatrix4f(*np.column_stack((rows, (0, 0, 0, 1))).ravel().tolist()))
        return np.vstack((forward, left, up)), place

    def picture(self) -> NDArray[np.uint8]:
        """The last frame, top row first."""
        return _pixels(self._texture)

    def depth_m(self, near_m: float, far_m: float) -> NDArray[np.float32] | None:
        """Metres along the line of sight of the last frame, top row first."""
        if self._depth is None:
            return None
        if self._ramp is not None:
            level = _pixels(self._ramp_texture)[..., 2].astype(np.float32)
            depth: NDArray[np.float32] = (level + np.float32(0.5)) * np.float32(far_m / RAMP)
            return depth
        size = (self._camera.height_px, self._camera.width_px)
        raw = np.frombuffer(self._depth_texture.get_ram_image(), np.float32).reshape(size)[::-1]
        real: NDArray[np.float32] = near_m * far_m / (far_m - raw * np.float32(far_m - near_m))
        return real

    def _open_ramp(
        self, opener: Opener, lens: PerspectiveLens, mask: BitMask32, far_m: float
    ) -> GraphicsOutput:
        buffer = opener(self._camera.width_px, self._camera.height_px)
        self._ramp_texture = Texture(f"{self._camera.name} ramp")
        buffer.add_render_texture(self._ramp_texture, GraphicsOutput.RTM_copy_ram)
        buffer.set_clear_color((1, 1, 1, 1))
        dress = NodePath("ramp")
        stage = TextureStage.get_default()
        dress.set_texture(stage, _ramp_picture(), OVERRIDE)
        dress.set_tex_gen(stage, TexGenAttrib.M_eye_position, OVERRIDE)
        dress.set_tex_scale(stage, 1 / far_m, 1 / far_m)
        dress.set_color(1, 1, 1, 1, OVERRIDE)
        dress.set_color_scale_off(OVERRIDE)
        eye = Camera("ramp", lens)
        eye.set_camera_mask(mask)
        eye.set_initial_state(dress.get_state())
        buffer.make_display_region().set_camera(self._node.attach_new_node(eye))
        return buffer


def _pixels(texture: Texture) -> NDArray[np.uint8]:
    data = np.frombuffer(texture.get_ram_image_as("BGR"), np.uint8)
    shape = (texture.get_y_size(), texture.get_x_size(), 3)
    return np.ascontiguousarray(data.reshape(shape)[::-1])


def _ramp_picture() -> Texture:
    """Grey that grows along v."""
    texture = Texture("ramp")
    texture.setup_2d_texture(8, RAMP, Texture.T_unsigned_byte, Texture.F_rgb)
    levels = np.repeat(np.arange(RAMP, dtype=np.uint8)[:, None], 8, axis=1)
    texture.set_ram_image(np.repeat(levels[..., None], 3, axis=2).tobytes())
    texture.set_minfilter(SamplerState.FT_nearest)
    texture.set_magfilter(SamplerState.FT_nearest)
    texture.set_wrap_v(SamplerState.WM_clamp)
    return texture
