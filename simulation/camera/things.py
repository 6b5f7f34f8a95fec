"""Animals, bags, boxes, doors: everything small that is no person."""

from __future__ import annotations

import math

import numpy as np

from simulation.actors.kinds import ActorKind
from simulation.actors.looks import Outfit
from simulation.actors.state import Motion
from simulation.camera.mesh import Rgb, rotation_map
from simulation.camera.shape import Shape

FUR_C = 30.0
BLACK: Rgb = (0.08, 0.08, 0.09)
HANDLE: Rgb = (0.62, 0.62, 0.60)


def thing_shape(outfit: Outfit, kind: ActorKind, motion: Motion | None, phase: float) -> Shape:
    """The shape of an animal in a phase of its steps, or of a thing."""
    shape = Shape()
    if kind in (ActorKind.DOG, ActorKind.CAT):
        _four_legs(shape, outfit, kind, motion, phase)
    elif kind is ActorKind.BIRD:
        _bird(shape, outfit, motion is Motion.FLYING, phase)
    elif kind is ActorKind.DOOR:
        _door(shape, outfit)
    elif kind is ActorKind.PLASTIC_BAG:
        _plastic_bag(shape, outfit)
    else:
        _luggage(shape, outfit, kind)
    return shape


def _four_legs(
    shape: Shape, outfit: Outfit, kind: ActorKind, motion: Motion | None, phase: float
) -> None:
    length, width, height = outfit.size_m
    colour, leg = outfit.colour, 0.48 * height
    moves = motion in (Motion.WALKING, Motion.RUNNING)
    shape.ball((0.0, 0.0, leg + 0.2 * height), (0.36 * length, 0.5 * width, 0.22 * height), colour,
               warmth_c=FUR_C)  # fmt: skip
    neck = (0.32 * length, 0.0, leg + 0.34 * height)
    skull = (0.46 * length, 0.0, 0.90 * height)
    shape.tube(neck, skull, 0.3 * width, colour, 0.26 * width, warmth_c=FUR_C)
    shape.ball(skull, (0.13 * length, 0.32 * width, 0.13 * height), colour, warmth_c=FUR_C + 1)
    shape.ball((skull[0] + 0.13 * length, 0.0, skull[2] - 0.03), (0.09 * length, 0.16 * width,
               0.06 * height), colour, warmth_c=FUR_C)  # fmt: skip
    for side in (1, -1):
        ear = np.array((skull[0] - 0.04 * length, side * 0.2 * width, skull[2] + 0.08 * height))
        drop = 0.10 * height if kind is ActorKind.CAT else -0.12 * height
        shape.tube(ear, np.add(ear, (0, side * 0.02, drop)), 0.03, colour, 0.008, warmth_c=FUR_C)
        for x, shift in ((0.26 * length, 0.0), (-0.28 * length, 0.5)):
            beat = math.sin(math.tau * (phase + shift + (0.5 if side < 0 else 0.0)))
            foot = (x + (0.16 * length * beat if moves else 0.0), side * 0.3 * width, 0.0)
            shape.tube((x, side * 0.3 * width, leg + 0.1 * height), foot, 0.13 * width, colour,
                       0.08 * width, warmth_c=FUR_C - 2)  # fmt: skip
    root = (-0.34 * length, 0.0, leg + 0.26 * height)
    tip = (-0.55 * length, 0.0, leg + (0.62 if kind is ActorKind.CAT else 0.45) * height)
    shape.tube(root, tip, 0.08 * width, colour, 0.03 * width, warmth_c=FUR_C - 3)


def _bird(shape: Shape, outfit: Outfit, flies: bool, phase: float) -> None:
    length, width, height = outfit.size_m
    z = 0.5 * height
    shape.ball((0.0, 0.0, z), (0.36 * length, 0.45 * width, 0.3 * height), outfit.colour,
               warmth_c=FUR_C)  # fmt: skip
    shape.ball((0.36 * length, 0.0, z + 0.36 * height), (0.1 * length, 0.26 * width,
               0.18 * height), (0.20, 0.28, 0.27), warmth_c=FUR_C + 2)  # fmt: skip
    shape.box((0.3 * length, 0.5 * width, 0.02), (-0.42 * length, 0.0, z - 0.02), outfit.colour)
    for side in (1, -1):
        y = side * 0.2 * width
        shape.tube((0.0, y, 0.25 * height), (0.02, y, 0.0), 0.008, (0.7, 0.35, 0.3))
        if flies:
            beat = 0.9 * math.sin(math.tau * phase)
            turned = rotation_map(0.0, 0.0, side * beat)
            shape.box((0.5 * length, 0.32, 0.015), np.array((0.0, 0.0, z)) + turned
                      @ (0.0, side * 0.2, 0.0), outfit.colour, turned)  # fmt: skip


def _door(shape: Shape, outfit: Outfit) -> None:
    """A leaf that hangs at the origin and reaches along +x; turned by whoever places it."""
    length, depth, height = outfit.size_m
    shape.box((length, depth, height), (length / 2, 0.0, height / 2), outfit.colour)
    for side in (1, -1):
        shape.box((0.7 * length, 0.01, 0.38 * height), (length / 2, side * (depth / 2 + 0.004),
                  0.7 * height), _shade(outfit.colour, 0.75))  # fmt: skip
        shape.box((0.10, 0.05, 0.03), (0.88 * length, side * (depth / 2 + 0.02), 1.0), HANDLE)


def _plastic_bag(shape: Shape, outfit: Outfit) -> None:
    length, width, height = outfit.size_m
    shape.ball((0.0, 0.0, 0.42 * height), (length / 2, width / 2, 0.42 * height), outfit.colour)
    for side in (1, -1):
        shape.tube((0.0, side * 0.04, 0.7 * height), (side * 0.05, side * 0.06, height), 0.03,
                   outfit.colour, 0.012)  # fmt: skip


def _luggage(shape: Shape, outfit: Outfit, kind: ActorKind) -> None:
    length, width, height = outfit.size_m
    colour = outfit.colour
    body = 0.9 * height
    shape.box((length, width, body), (0.0, 0.0, body / 2 + 0.03), colour)
    if kind is ActorKind.BOX:
        shape.box((length * 1.004, 0.06, body * 1.004), (0.0, 0.0, body / 2 + 0.03),
                  (0.80, 0.70, 0.50))  # fmt: skip
        return
    shape.box((length * 0.8, width * 1.15, 0.45 * body), (0.0, 0.0, 0.35 * body + 0.03),
              _shade(colour, 0.8))  # fmt: skip
    if kind is ActorKind.SUITCASE:
        for side in (1, -1):
            shape.tube((side * 0.12, 0, body), (side * 0.12, 0, body + 0.25), 0.012, HANDLE)
            shape.ball((side * 0.16, 0.08, 0.03), (0.03, 0.02, 0.03), BLACK)
        shape.tube((0.12, 0, body + 0.25), (-0.12, 0, body + 0.25), 0.016, BLACK)
        return
    for side in (1, -1):
        y = side * 0.4 * width
        shape.tube((-0.12, y, body), (-0.06, y, height + 0.12), 0.014, BLACK)
        shape.tube((0.12, y, body), (0.06, y, height + 0.12), 0.014, BLACK)
        shape.tube((-0.06, y, height + 0.12), (0.06, y, height + 0.12), 0.014, BLACK)


def _shade(colour: Rgb, by: float) -> Rgb:
    red, green, blue = colour
    return by * red, by * green, by * blue
