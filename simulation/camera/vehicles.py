"""Bicycles and scooters under their riders, and the warmth of engines."""

from __future__ import annotations

import math

import numpy as np

from simulation.camera.mesh import Rgb
from simulation.camera.shape import AIR, Shape

BLACK: Rgb = (0.07, 0.07, 0.08)
STEEL: Rgb = (0.45, 0.46, 0.48)
ENGINE_C = 48.0


def add_bicycle(shape: Shape, colour: Rgb) -> None:
    """A city bicycle, its bottom bracket a little behind the middle."""
    rear, front = (-0.52, 0.0, 0.34), (0.54, 0.0, 0.34)
    for hub in (rear, front):
        shape.wheel(hub, 0.33, BLACK, 0.04)
        for angle in np.linspace(0, math.pi, 6)[:-1]:
            spoke = 0.31 * np.array((math.cos(angle), 0.0, math.sin(angle)))
            shape.tube(np.array(hub) - spoke, np.array(hub) + spoke, 0.004, STEEL, sides=3)
    pedal, seat, bar = (-0.06, 0.0, 0.32), (-0.20, 0.0, 0.86), (0.36, 0.0, 0.98)
    neck = (0.40, 0.0, 0.80)
    for a, b in ((pedal, seat), (pedal, neck), (seat, neck), (rear, pedal), (rear, seat),
                 (front, neck)):  # fmt: skip
        shape.tube(a, b, 0.020, colour)
    shape.tube(neck, bar, 0.016, STEEL)
    shape.tube((0.30, 0.28, 1.0), (0.36, 0.0, 1.0), 0.014, BLACK)
    shape.tube((0.30, -0.28, 1.0), (0.36, 0.0, 1.0), 0.014, BLACK)
    shape.ball((-0.22, 0.0, 0.90), (0.15, 0.09, 0.04), BLACK)
    shape.box((0.20, 0.30, 0.16), (0.52, 0.0, 0.90), BLACK)


def add_scooter(shape: Shape, colour: Rgb) -> None:
    """A kick scooter with a motor."""
    for x in (-0.45, 0.42):
        shape.wheel((x, 0.0, 0.11), 0.10, BLACK, 0.05)
    shape.box((0.80, 0.17, 0.06), (-0.04, 0.0, 0.13), colour, warmth_c=30.0)
    shape.tube((0.42, 0.0, 0.12), (0.28, 0.0, 1.05), 0.024, colour)
    shape.tube((0.28, 0.24, 1.05), (0.28, -0.24, 1.05), 0.018, BLACK)


def engine_c(runs: bool) -> float:
    """How warm a bonnet is."""
    return ENGINE_C if runs else AIR
