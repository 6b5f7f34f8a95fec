"""People in the picture: baked meshes by pose and clothing, moved as their states say."""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from panda3d.core import (
    GeomNode,
    NodePath,
    TransparencyAttrib,
)

from simulation.actors.person import LYING, Person, Pose
from simulation.actors.walk import STRIDE_M
from simulation.camera.mesh import Rgb, light_on, make_geom, rotation_map
from simulation.camera.renderer import PeopleNow
from simulation.terrain import Terrain, attitude_on

ASSETS = Path(__file__).parents[1] / "assets" / "people.npz"
BODIES = ("man", "woman")
# skin, hair, top, trousers, shoes
PALETTES: tuple[tuple[Rgb, ...], ...] = (
    ((0.82, 0.64, 0.52), (0.10, 0.08, 0.08), (0.17, 0.23, 0.38), (0.26, 0.26, 0.28),
     (0.85, 0.85, 0.85)),
    ((0.85, 0.68, 0.56), (0.12, 0.09, 0.08), (0.72, 0.20, 0.18), (0.16, 0.20, 0.33),
     (0.20, 0.18, 0.17)),
    ((0.78, 0.60, 0.48), (0.16, 0.12, 0.10), (0.80, 0.78, 0.72), (0.35, 0.31, 0.25),
     (0.30, 0.22, 0.16)),
    ((0.84, 0.66, 0.54), (0.45, 0.44, 0.43), (0.24, 0.38, 0.29), (0.13, 0.13, 0.15),
     (0.12, 0.12, 0.12)),
)  # fmt: skip
SECTORS = 8  # headings for which light on a body is baked
SHADOW_COLOUR = (0.0, 0.0, 0.0, 0.42)


@lru_cache(maxsize=1)
def baked() -> dict[str, NDArray[np.generic]]:
    """The baked arrays."""
    with np.load(ASSETS) as data:
        return {key: data[key] for key in data.files}


@lru_cache(maxsize=512)
def person_node(pose_name: str, palette: int, sector: int) -> GeomNode:
    """The mesh of a pose in a palette, lit for a heading sector.

    Even palettes dress the man, odd ones the woman.
    """
    data = baked()
    body = BODIES[palette % len(BODIES)]
    pose = list(data["pose_names"]).index(pose_name)
    points = data[f"{body}_points"][pose].astype(float)
    faces = data[f"{body}_faces"].astype(np.int64)
    colours = np.array(PALETTES[palette % len(PALETTES)])[data[f"{body}_regions"].astype(int)]
    normals = _normals(points, faces) @ rotation_map(sector * 2 * math.pi / SECTORS).T
    node = GeomNode(f"{pose_name} {palette}")
    light = light_on(normals)[:, None]
    node.add_geom(make_geom(points, colours * light, np.zeros((len(points), 2)), faces))
    return node


def _normals(points: NDArray[np.float64], faces: NDArray[np.int64]) -> NDArray[np.float64]:
    a, b, c = (points[faces[:, i]] for i in range(3))
    face = np.cross(b - a, c - a)
    sums = np.zeros_like(points)
    for i in range(3):
        np.add.at(sums, faces[:, i], face)
    result: NDArray[np.float64] = sums / np.maximum(
        np.linalg.norm(sums, axis=1, keepdims=True), 1e-9
    )
    return result


def pose_name(person: Person, walked_m: float) -> str:
    """Which baked pose shows a person now."""
    if person.pose is not Pose.WALKING:
        return str(person.pose)
    phases = sum(str(name).startswith("walking") for name in baked()["pose_names"])
    return f"walking {int(walked_m / STRIDE_M * phases) % phases}"


class Crowd:
    """All people of a world under one node."""

    def __init__(self, parent: NodePath, terrain: Terrain) -> None:
        self._terrain = terrain
        self._root = parent.attach_new_node("people")
        self._root.set_texture_off()
        self._people: dict[str, NodePath] = {}
        self._shown: dict[str, tuple[str, int]] = {}

    def update(self, people: PeopleNow) -> None:
        """Put everybody where they are, in the pose they have."""
        present = {person.name for person, _ in people}
        for name, path in self._people.items():
            if name in present:
                path.show()
            else:
                path.hide()
        for person, state in people:
            if person.name not in self._people:
                self._people[person.name] = self._root.attach_new_node(person.name)
                _shadow(self._people[person.name], person)
            path = self._people[person.name]
            name = pose_name(person, state.walked_m)
            sector = round(state.yaw_rad * SECTORS / (2 * math.pi)) % SECTORS
            if self._shown.get(person.name) != (name, sector):
                for old in path.find_all_matches("body*"):
                    old.remove_node()
                body = path.attach_new_node("body")
                body.attach_new_node(person_node(name, person.palette, sector))
                self._shown[person.name] = (name, sector)
            path.set_pos(
                state.x_m, state.y_m, float(self._terrain.height_at(state.x_m, state.y_m))
            )
            roll, pitch = 0.0, 0.0
            if person.pose in LYING:
                roll, pitch = attitude_on(self._terrain, state.x_m, state.y_m, state.yaw_rad)
            # Panda3D turns about z, then x, then y; x ahead here, so its pitch is our roll.
            path.set_hpr(math.degrees(state.yaw_rad), math.degrees(roll), math.degrees(pitch))


def _shadow(path: NodePath, person: Person) -> None:
    """A soft dark patch on the ground below a person."""
    half = (0.85, 0.34) if person.pose in LYING else (0.30, 0.24)
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
