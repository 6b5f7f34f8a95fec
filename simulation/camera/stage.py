"""Stage: everything in the picture that moves, put where its state says."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from panda3d.core import BitMask32, GeomNode, NodePath, TransparencyAttrib

from simulation.actors.company import ActorNow
from simulation.actors.kinds import HUMAN, LYING, ActorKind
from simulation.actors.looks import Outfit
from simulation.camera.figures import Key, figure_key, shape_for
from simulation.camera.light import Daylight
from simulation.camera.mesh import make_geom
from simulation.camera.scene import ACTORS, SHADOWS, draw_in_order, white
from simulation.camera.shape import ThermalShade
from simulation.terrain import Terrain, attitude_on

SECTORS = 8  # headings for which light on a figure is baked
SHADOW_COLOUR = (0.0, 0.0, 0.0, 0.42)
SEEN, WARM = BitMask32.bit(0), BitMask32.bit(1)  # what ordinary and thermal cameras draw
SPRITES = frozenset({ActorKind.FIRE, ActorKind.SMOKE})  # painted into the finished picture
SHADE = ThermalShade()
MAX_NODES = 1500  # kept ready
What = tuple[Outfit, ActorKind, Key, bool]


class Stage:
    """All actors of a world under one node."""

    def __init__(self, parent: NodePath, terrain: Terrain, light: Daylight, air_c: float) -> None:
        self._terrain, self._light, self._air_c = terrain, light, air_c
        self._thermal = False
        self._root = parent.attach_new_node("actors")
        self._root.set_texture(white())
        draw_in_order(self._root, ACTORS)
        self._paths: dict[str, NodePath] = {}
        self._shown: dict[str, tuple[object, ...]] = {}
        self._nodes: dict[tuple[object, ...], GeomNode] = {}

    def warm_up(self) -> None:
        """From now on figures are also dressed for thermal cameras."""
        self._thermal = True
        self._shown.clear()

    def update(self, actors: Sequence[ActorNow]) -> None:
        """Put everybody where they are, in the pose they have; hide who is not listed."""
        present = {a.spec.name for a in actors if a.state.visible and a.spec.kind not in SPRITES}
        for name, path in self._paths.items():
            if name not in present:
                path.hide()
        for actor in actors:
            if actor.spec.name in present:
                self._put(actor)

    def _put(self, actor: ActorNow) -> None:
        name, state = actor.spec.name, actor.state
        path = self._paths.get(name)
        if path is None:
            path = self._paths[name] = self._root.attach_new_node(name)
            _shadow(path, _half_size(actor))
        path.show()
        yaw = state.yaw_rad + (state.amount if actor.spec.kind is ActorKind.DOOR else 0.0)
        self._dress(path, actor, yaw)
        ground = float(self._terrain.height_at(state.x_m, state.y_m))
        path.set_pos(state.x_m, state.y_m, ground + state.z_offset_m)
        roll, pitch = (
            attitude_on(self._terrain, state.x_m, state.y_m, yaw) if _follows_ground(actor)
            else (-state.lean_rad, 0.0)
        )  # fmt: skip
        # Panda3D turns about z, then x, then y; x ahead here, so its pitch is our roll.
        path.set_hpr(math.degrees(yaw), math.degrees(roll), math.degrees(pitch))

    def _dress(self, path: NodePath, actor: ActorNow, yaw_rad: float) -> None:
        key = figure_key(actor.spec.kind, actor.state)
        runs = actor.state.temperature_c is not None
        sector = round(yaw_rad * SECTORS / math.tau) % SECTORS
        shown = (key, sector, runs)
        if self._shown.get(actor.spec.name) == shown:
            return
        self._shown[actor.spec.name] = shown
        for old in path.find_all_matches("body"):
            old.remove_node()
        body = path.attach_new_node("body")
        what = (actor.outfit, actor.spec.kind, key, runs)
        body.attach_new_node(self._node(what, sector)).hide(WARM)
        if self._thermal:
            body.attach_new_node(self._node(what, None)).hide(SEEN)

    def _node(self, what: What, sector: int | None) -> GeomNode:
        """A node made once: lit for a sector of headings, or in thermal grey for None."""
        node = self._nodes.get((what, sector))
        if node is None:
            if len(self._nodes) >= MAX_NODES:
                self._nodes.clear()
            shape = shape_for(*what)
            node = (
                shape.warm_node("warm", self._air_c, SHADE)
                if sector is None
                else shape.node("seen", self._light, sector * math.tau / SECTORS)
            )
            self._nodes[what, sector] = node
        return node


def _follows_ground(actor: ActorNow) -> bool:
    """Whether a figure tilts with the slope, as upright people do not."""
    kind, state = actor.spec.kind, actor.state
    if kind in HUMAN:
        return kind is not ActorKind.PERSON or (state.motion is None and state.posture in LYING)
    return kind is not ActorKind.DOOR and state.z_offset_m < 0.05


def _half_size(actor: ActorNow) -> tuple[float, float]:
    """Half length and width of the dark patch below an actor."""
    kind, state = actor.spec.kind, actor.state
    if kind is ActorKind.CAR:
        return 2.2, 0.95
    if kind in HUMAN:
        return (0.85, 0.34) if state.posture in LYING else (0.30, 0.24)
    length, width, _ = actor.outfit.size_m
    return (0.0, 0.0) if kind is ActorKind.DOOR else (0.5 * length, 0.5 * width)


def _shadow(path: NodePath, half: tuple[float, float]) -> None:
    """A soft dark patch on the ground below an actor."""
    if half[0] == 0.0:
        return
    angles = 2 * np.pi * np.arange(16) / 16
    rim = np.column_stack((half[0] * np.cos(angles), half[1] * np.sin(angles), np.zeros(16)))
    node = GeomNode("shadow")
    triangles = np.array([(i, (i + 1) % 16, 16) for i in range(16)])
    points = np.vstack((rim, (0.0, 0.0, 0.0)))
    node.add_geom(make_geom(points, np.ones((17, 3)), np.zeros((17, 2)), triangles))
    shadow = path.attach_new_node(node)
    shadow.set_pos(0, 0, 0.02)
    shadow.set_color_scale(*SHADOW_COLOUR)
    shadow.set_transparency(TransparencyAttrib.M_alpha)
    shadow.set_depth_write(False)
    draw_in_order(shadow, SHADOWS)
    shadow.hide(WARM)
