"""How people come onto a way: who, how fast, at which angle, from behind what.

All is given in the way's frame where the two ways meet, for somebody who comes from the right.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.stopping.walker import ADULT, CHILD, CYCLIST, Build

CAR_M = (4.3, 1.8)
WALL_M = 6.0
DOOR_M = 1.0
Array = NDArray[np.float64]
# Places what hides the person at a distance beside the way's middle (y), where the person crosses
# that line (x), with so much room to x for them to come round it.
Hides = Callable[[np.random.Generator, float, float, float], Array]


@dataclass(frozen=True, slots=True)
class Crossing:
    """A person's heading, speed and start before the two ways meet; 0 is the vehicle's heading."""

    build: Build
    speed_mps: float
    yaw_rad: float
    away_m: float  # from the start to the middle of the way
    hides: Hides | None = None


def _across(rng: np.random.Generator, spread_rad: float) -> float:
    """To the left, from the right side of the way, within a spread."""
    return math.pi / 2 + float(rng.uniform(-spread_rad, spread_rad))


def _wall(rng: np.random.Generator, beside_m: float, at_m: float, elbow_m: float) -> Array:
    """The end of a house or hedge: it stands on this side of the person."""
    end_m = at_m - elbow_m - float(rng.uniform(0.0, 0.4))
    return np.array([(end_m - WALL_M, beside_m, end_m, beside_m),
                     (end_m, beside_m, end_m, beside_m - 3.0)])  # fmt: skip


def _car(rng: np.random.Generator, beside_m: float, at_m: float, elbow_m: float) -> Array:
    """A parked car, round whose far end the person comes."""
    length, width = CAR_M
    end_m = at_m - elbow_m - float(rng.uniform(0.0, 0.4))
    corners = [(end_m - length, beside_m), (end_m, beside_m), (end_m, beside_m - width),
               (end_m - length, beside_m - width)]  # fmt: skip
    return np.array([(*a, *b) for a, b in zip(corners, corners[1:] + corners[:1], strict=True)])


def _door(rng: np.random.Generator, beside_m: float, at_m: float, elbow_m: float) -> Array:
    """A house whose door opens on the way."""
    half = max(DOOR_M / 2, elbow_m)
    return np.array([(at_m - half - WALL_M, beside_m, at_m - half, beside_m),
                     (at_m + half, beside_m, at_m + half + WALL_M, beside_m)])  # fmt: skip


def _behind_wall(rng: np.random.Generator) -> Crossing:
    speed = float(rng.uniform(0.8, 1.8))
    return Crossing(ADULT, speed, _across(rng, 0.5), float(rng.uniform(1.2, 3.0)), _wall)


def _behind_car(rng: np.random.Generator) -> Crossing:
    speed = float(rng.uniform(0.8, 1.8))
    return Crossing(ADULT, speed, _across(rng, 0.3), float(rng.uniform(1.5, 3.0)), _car)


def _out_of_door(rng: np.random.Generator) -> Crossing:
    speed = float(rng.uniform(0.8, 1.8))
    return Crossing(ADULT, speed, _across(rng, 0.15), float(rng.uniform(1.4, 2.5)), _door)


def _stood_there(rng: np.random.Generator) -> Crossing:
    speed = float(rng.uniform(0.8, 1.8))
    yaw = float(rng.uniform(0.3, math.pi - 0.3))
    return Crossing(ADULT, speed, yaw, float(rng.uniform(0.9, 3.0)))


def _child_runs(rng: np.random.Generator) -> Crossing:
    hides = (_wall, _car, _door, None)[int(rng.integers(4))]
    speed = float(rng.uniform(1.5, 3.0))
    return Crossing(CHILD, speed, _across(rng, 0.15), float(rng.uniform(1.3, 4.0)), hides)


def _cyclist(rng: np.random.Generator) -> Crossing:
    yaw = float(rng.uniform(0.5, math.pi))
    hides = (_wall, None)[int(rng.integers(2))] if abs(yaw - math.pi / 2) < 0.3 else None
    return Crossing(CYCLIST, float(rng.uniform(2.0, 4.0)), yaw, float(rng.uniform(4, 8)), hides)


def _from_ahead(rng: np.random.Generator) -> Crossing:
    yaw = math.pi + float(rng.uniform(-0.4, 0.4))
    return Crossing(ADULT, float(rng.uniform(0.8, 2.5)), yaw, float(rng.uniform(2.0, 6.0)))


def _from_behind(rng: np.random.Generator) -> Crossing:
    yaw = float(rng.uniform(-0.5, 0.5))
    return Crossing(ADULT, float(rng.uniform(1.2, 2.5)), yaw, float(rng.uniform(2.0, 4.0)))


KINDS: dict[str, Callable[[np.random.Generator], Crossing]] = {
    "from behind a wall": _behind_wall,
    "from behind a parked car": _behind_car,
    "out of a door": _out_of_door,
    "stood there, walks": _stood_there,
    "child runs": _child_runs,
    "cyclist": _cyclist,
    "from ahead": _from_ahead,
    "from behind": _from_behind,
}
