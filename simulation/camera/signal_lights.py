"""Crosswalk lights: a post with a red and a green lamp at each end, as the programme says."""

from __future__ import annotations

import math
from collections.abc import Mapping

from panda3d.core import GeomNode, NodePath

from patrol.signals import SignalLight
from simulation.camera.light import Daylight
from simulation.camera.mesh import Rgb
from simulation.camera.scene import MATERIAL_TAG, SIGNALS, draw_in_order, white
from simulation.camera.shape import Shape
from simulation.signals import Lamp, shines
from simulation.world import World

POST_M = 2.9
POST: Rgb = (0.45, 0.46, 0.47)
CASE: Rgb = (0.08, 0.08, 0.09)
RED: Rgb = (1.0, 0.16, 0.12)
GREEN: Rgb = (0.15, 1.0, 0.55)
LIT_LAMP = "lit lamp"  # a material of thermal pictures
LAMP_Z_M = {Lamp.RED: POST_M - 0.20, Lamp.GREEN: POST_M - 0.52}
COLOURS = {Lamp.RED: RED, Lamp.GREEN: GREEN}
FACE_M = 0.11  # the lamps' faces before the post's middle


class SignalLights:
    """All lights of a world; `shining` tells what shines, for pictures in the dark."""

    def __init__(self, parent: NodePath, world: World, light: Daylight) -> None:
        self._signals = world.signals
        self._lamps: list[dict[Lamp, NodePath]] = []
        root = parent.attach_new_node("signals")
        root.set_texture(white())
        root.set_tag(MATERIAL_TAG, "plain")
        draw_in_order(root, SIGNALS)
        post = _post().node("post", light, 0.0)
        lamps = {lamp: _lamp(colour) for lamp, colour in COLOURS.items()}
        for signal in world.signals:
            for head in signal.heads:
                place = root.attach_new_node("signal")
                place.set_pos(head.x_m, head.y_m, head.z_m)
                place.set_h(math.degrees(head.yaw_rad))
                place.attach_new_node(post)
                self._lamps.append({name: _hung(place, node, name)
                                    for name, node in lamps.items()})  # fmt: skip

    def update(
        self, now_s: float, set_lights: Mapping[str, SignalLight]
    ) -> list[tuple[float, float, float, Rgb]]:
        """Show the lights of a time; places and colours of the lamps that are lit."""
        lit: list[tuple[float, float, float, Rgb]] = []
        at = iter(self._lamps)
        for signal in self._signals:
            light = signal.at(now_s, set_lights)
            for head in signal.heads:
                for lamp, node in next(at).items():
                    burns = shines(light, lamp, now_s)
                    node.set_color_scale(*((1.0,) * 3 if burns else (0.18,) * 3), 1.0)
                    node.set_tag(MATERIAL_TAG, LIT_LAMP if burns else "plain")
                    if burns:
                        x_m = head.x_m + FACE_M * math.cos(head.yaw_rad)
                        y_m = head.y_m + FACE_M * math.sin(head.yaw_rad)
                        lit.append((x_m, y_m, head.z_m + LAMP_Z_M[lamp], COLOURS[lamp]))
        return lit


def _post() -> Shape:
    shape = Shape()
    shape.tube((0, 0, -0.2), (0, 0, POST_M), 0.06, POST)
    shape.box((0.16, 0.34, 0.70), (0.02, 0.0, POST_M - 0.36), CASE)
    return shape


def _lamp(colour: Rgb) -> GeomNode:
    shape = Shape()
    shape.box((0.02, 0.24, 0.24), (FACE_M, 0.0, 0.0), colour)
    flat = Daylight.flat()
    return shape.node("lamp", flat, 0.0)


def _hung(place: NodePath, node: GeomNode, name: Lamp) -> NodePath:
    lamp = place.attach_new_node(node)
    lamp.set_z(LAMP_Z_M[name])
    return lamp
