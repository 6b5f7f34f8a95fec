"""Houses, kerbs and posts as static models.

Collisions are those of simulation/mujoco/mjcf.py, shape for shape and under the same names, so
that "what did the vehicle touch" has one answer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from xml.etree.ElementTree import Element

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from simulation.gazebo.elements import (
    Rgb,
    add_collision,
    add_visual,
    box,
    cylinder,
    mesh,
    sdf_name,
    sphere,
    static_model,
)
from simulation.gazebo.meshes import Files, cuboid, joined, prism
from simulation.mujoco.groups import GROUND_BIT, OBSTACLE_BIT
from simulation.props import POST_RADIUS_M, Kerb, Post, PostKind, Prism

RECTANGLE_M = 1e-3  # a footprint whose corners are this near to a rectangle's is a box
WALLS: tuple[Rgb, ...] = (
    (0.62, 0.36, 0.28), (0.71, 0.66, 0.58), (0.80, 0.78, 0.74), (0.55, 0.53, 0.50),
    (0.66, 0.45, 0.34),
)  # fmt: skip
KERB_RGB, POLE_RGB, LAMP_RGB = (0.66, 0.66, 0.64), (0.46, 0.46, 0.45), (0.95, 0.9, 0.75)
TRUNK_RGB, LEAVES_RGB, BLACK_RGB = (0.33, 0.25, 0.18), (0.20, 0.36, 0.14), (0.06, 0.06, 0.07)
ARM_M = 1.35  # of a lamp, from the pole
LAMP_DROP_M = 0.6  # from the pole's top down to the lamp


def buildings_model(buildings: Sequence[Prism]) -> tuple[Element, Files]:
    """One collision and one visual a house."""
    model, link = static_model("buildings")
    files: Files = {}
    for i, prism_ in enumerate(buildings):
        name = sdf_name(f"building {prism_.id}")
        shape, xyz, yaw_rad = _house(prism_, i, files)
        colour = WALLS[i % len(WALLS)]
        add_collision(link, name, shape[0], xyz, (0, 0, yaw_rad), bits=OBSTACLE_BIT)
        add_visual(link, name, shape[1], colour, xyz, (0, 0, yaw_rad))
    return model, files


def _house(
    house: Prism, index: int, files: Files
) -> tuple[tuple[Element, Element], list[float], float]:
    """The geometry twice (collision, visual), its place and its yaw."""
    ring = np.array(house.ring_map)
    height = house.top_m - house.base_m
    middle = np.array((*ring.mean(axis=0), (house.base_m + house.top_m) / 2))
    rectangle = rectangle_of(ring)
    if rectangle is not None:
        length, width, yaw_rad = rectangle
        size = (length, width, height)
        return (box(size), box(size)), middle.tolist(), yaw_rad
    path = f"meshes/building_{index}.obj"
    files[path] = prism(ring - middle[:2], -height / 2, height / 2).obj()
    return (mesh(path), mesh(path)), middle.tolist(), 0.0


def rectangle_of(ring: NDArray[np.float64]) -> tuple[float, float, float] | None:
    """Length, width and yaw of a ring (n, 2) that is a rectangle; None for any other."""
    if len(ring) != 4:
        return None
    along = (ring[1] - ring[0] + ring[2] - ring[3]) / 2
    length, yaw = float(np.hypot(*along)), math.atan2(along[1], along[0])
    across = (ring[3] - ring[0] + ring[2] - ring[1]) / 2
    width = float(np.hypot(*across))
    c, s = math.cos(yaw), math.sin(yaw)
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * (length / 2, width / 2)
    fitted = corners @ np.array([(c, s), (-s, c)]) + ring.mean(axis=0)
    return (length, width, yaw) if np.abs(fitted - ring).max() < RECTANGLE_M else None


def kerbs_model(kerbs: Sequence[Kerb]) -> tuple[Element, Files]:
    """A collision a kerbstone, one mesh for the eye."""
    model, link = static_model("kerbs")
    drawn = []
    for i, kerb in enumerate(kerbs):
        middle = (np.array(kerb.start) + kerb.end) / 2
        dx, dy, dz = np.array(kerb.end) - kerb.start
        rpy = (0.0, -math.atan2(dz, math.hypot(dx, dy)), math.atan2(dy, dx))
        size = (math.hypot(dx, dy, dz), kerb.width_m, 2 * kerb.height_m)
        bits = GROUND_BIT | OBSTACLE_BIT
        add_collision(link, f"kerb {i}", box(size), middle.tolist(), rpy, bits=bits)
        drawn.append(cuboid(size, Rotation.from_euler("xyz", rpy).as_matrix(), middle))
    if not drawn:
        return model, {}
    add_visual(link, "kerbs", mesh("meshes/kerbs.obj"), KERB_RGB)
    return model, {"meshes/kerbs.obj": joined(drawn).obj()}


def posts_model(posts: Sequence[Post]) -> Element:
    """Poles with their lamps, and trees."""
    model, link = static_model("posts")
    for i, post in enumerate(posts):
        name = f"{post.kind} {i}"
        shape = (POST_RADIUS_M[post.kind], post.height_m)
        xyz = (post.x_m, post.y_m, post.z_m + post.height_m / 2 - 0.2)
        add_collision(link, name, cylinder(*shape), xyz, bits=OBSTACLE_BIT)
        pole = post.kind is PostKind.POLE
        add_visual(link, name, cylinder(*shape), POLE_RGB if pole else TRUNK_RGB, xyz)
        (_draw_lamp if pole else _draw_crown)(link, name, post)
    return model


def lamp_place(post: Post) -> tuple[float, float, float]:
    """Where the lamp of a pole hangs."""
    return (
        post.x_m + ARM_M * math.cos(post.yaw_rad),
        post.y_m + ARM_M * math.sin(post.yaw_rad),
        post.z_m + post.height_m - LAMP_DROP_M,
    )


def _draw_lamp(link: Element, name: str, post: Post) -> None:
    x_m, y_m, z_m = lamp_place(post)
    middle = ((x_m + post.x_m) / 2, (y_m + post.y_m) / 2, z_m + 0.07)
    yaw = (0.0, 0.0, post.yaw_rad)
    add_visual(link, f"{name} arm", box((ARM_M, 0.06, 0.06)), POLE_RGB, middle, yaw)
    add_visual(link, f"{name} lamp", box((0.5, 0.18, 0.1)), LAMP_RGB, (x_m, y_m, z_m), yaw)


def _draw_crown(link: Element, name: str, post: Post) -> None:
    for i, (aside, up, share) in enumerate(((0.0, 0.78, 0.24), (0.12, 0.66, 0.2))):
        xyz = (post.x_m + aside * post.height_m, post.y_m, post.z_m + up * post.height_m)
        ball = sphere(share * post.height_m)
        add_visual(link, f"{name} crown {i}", ball, LEAVES_RGB, xyz)
