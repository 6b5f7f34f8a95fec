"""Street furniture: kerbstones, power poles with lamps and wires, trees."""

from __future__ import annotations

import math

import numpy as np

from simulation.camera.mesh import Array, MeshBuilder, Rgb, rotation_map
from simulation.props import POST_RADIUS_M, Kerb, Post, PostKind
from simulation.world import World

KERB: Rgb = (0.66, 0.65, 0.62)
CONCRETE: Rgb = (0.60, 0.59, 0.57)
BARK: Rgb = (0.34, 0.27, 0.21)
LAMP: Rgb = (0.92, 0.92, 0.86)
WIRE_REACH_M = 42.0  # poles this close are wired


def build_furniture(world: World, builder: MeshBuilder) -> None:
    """Adds kerbs, poles and trees."""
    for kerb in world.kerbs:
        _kerb(kerb, builder)
    rng = np.random.default_rng([world.seed, 11])
    for post in world.posts:
        radius = POST_RADIUS_M[post.kind]
        if post.kind is PostKind.POLE:
            foot = np.array((post.x_m, post.y_m, post.z_m - 0.3))
            _tube(builder, foot, post.height_m + 0.3, radius, 0.75 * radius, CONCRETE)
            _lamp(builder, post)
        else:
            foot = np.array((post.x_m, post.y_m, post.z_m - 0.2))
            _tube(builder, foot, 0.55 * post.height_m, radius, 0.6 * radius, BARK)
            _crown(builder, post, rng)


def wires(world: World) -> list[tuple[Array, Array]]:
    """Pairs of pole tops that a cable joins."""
    poles = [p for p in world.posts if p.kind is PostKind.POLE]
    tops = [np.array((p.x_m, p.y_m, p.z_m + p.height_m - 0.5)) for p in poles]
    return [
        (tops[i], tops[j])
        for i in range(len(tops))
        for j in range(i + 1, len(tops))
        if math.dist(tops[i], tops[j]) < WIRE_REACH_M
    ]


def _kerb(kerb: Kerb, builder: MeshBuilder) -> None:
    a, b = np.array(kerb.start), np.array(kerb.end)
    run = b - a
    turn = rotation_map(math.atan2(run[1], run[0]), -math.atan2(run[2], math.hypot(*run[:2])))
    size = (float(np.linalg.norm(run)), kerb.width_m, 2 * kerb.height_m)
    builder.box("plain", size, (a + b) / 2, turn, KERB)


def _tube(
    builder: MeshBuilder, foot: Array, height: float, low: float, high: float, colour: Rgb,
    sides: int = 8,
) -> None:  # fmt: skip
    angles = 2 * np.pi * np.arange(sides) / sides
    around = np.column_stack((np.cos(angles), np.sin(angles), np.zeros(sides)))
    points = np.vstack((foot + low * around, foot + high * around + (0, 0, height)))
    shade = builder.light.on(around)[:, None]
    colours = np.vstack((shade, shade)) * np.array(colour)
    i = np.arange(sides)
    j = (i + 1) % sides
    triangles = np.vstack((np.column_stack((i, j, j + sides)),
                           np.column_stack((i, j + sides, i + sides))))  # fmt: skip
    builder.add("plain", points, colours, (0, 0), triangles)


def _lamp(builder: MeshBuilder, post: Post) -> None:
    turn = rotation_map(post.yaw_rad + math.pi)
    top = np.array((post.x_m, post.y_m, post.z_m + 0.68 * post.height_m))
    builder.box("plain", (1.3, 0.06, 0.06), top + turn @ (0.65, 0, 0), turn, (0.45, 0.45, 0.45))
    builder.box("plain", (0.5, 0.18, 0.10), top + turn @ (1.35, 0, -0.04), turn, LAMP)
    cross = np.array((post.x_m, post.y_m, post.z_m + post.height_m - 0.6))
    builder.box("plain", (0.09, 1.5, 0.09), cross, turn, (0.40, 0.38, 0.36))


def _crown(builder: MeshBuilder, post: Post, rng: np.random.Generator) -> None:
    """Three lumpy balls of leaves, darker below."""
    for _ in range(4):
        offset = rng.uniform(-1, 1, 3) * post.height_m * np.array((0.15, 0.15, 0.10))
        middle = np.array((post.x_m, post.y_m, post.z_m + 0.72 * post.height_m)) + offset
        _ball(builder, middle, post.height_m * float(rng.uniform(0.17, 0.25)), rng)


def _ball(builder: MeshBuilder, middle: Array, radius: float, rng: np.random.Generator) -> None:
    rings, sides = 6, 9
    theta = np.linspace(0.12, np.pi - 0.12, rings)[:, None]
    phi = (2 * np.pi * np.arange(sides + 1) / sides)[None, :]
    normals = np.stack((np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi),
                        np.cos(theta) * np.ones_like(phi)), axis=-1)  # fmt: skip
    lumps = 1.0 + 0.16 * rng.normal(0, 1, (rings, sides))
    lumps = np.concatenate((lumps, lumps[:, :1]), axis=1)[..., None]
    points = (middle + radius * lumps * normals).reshape(-1, 3)
    flat = normals.reshape(-1, 3)
    shade = (builder.light.on(flat) * (0.78 + 0.30 * flat[:, 2]))[:, None]
    uv = np.column_stack((np.tile(phi[0] / np.pi, rings), np.repeat(theta[:, 0] / np.pi * 1.4,
                                                                    sides + 1)))  # fmt: skip
    i = np.arange(rings - 1)[:, None] * (sides + 1) + np.arange(sides)[None, :]
    i = i.ravel()
    below = i + sides + 1
    triangles = np.vstack((np.column_stack((i, below, below + 1)),
                           np.column_stack((i, below + 1, i + 1))))  # fmt: skip
    builder.add("leaves", points, shade * 1.45 * np.ones(3), uv, triangles)
