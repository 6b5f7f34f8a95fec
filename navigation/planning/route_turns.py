"""Turns of a vehicle that cannot turn on the spot: how sharp, how dear, whether they fit."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from navigation.planning.route_options import RouteOptions, UTurns
from patrol.vehicle import VehicleSpec

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

U_TURN_RAD = math.radians(150)  # a sharper turn is driven as a turn-round
# A turn-round costs as much as a long way about, so it is taken only where no other way exists.
U_TURN_COST_S = 900.0
NARROW_U_TURN_COST_S = 3600.0  # too narrow to turn in one sweep: several moves, a person is needed
TURN_ROUND_S = 45.0  # what it takes: 31 to 43 s in simulation, on ways 6 m to 2 m wide
BEND_RAD = math.radians(30)  # a gentler turn fits wherever the vehicle does
TURNING_RADIUS_M = 1.36  # where no vehicle is given
TURNING_WIDTH_M = 0.9
TURNING_FRONT_M = 1.1


@dataclass(frozen=True, slots=True)
class Turner:
    """What decides how a vehicle turns: radius of base_link, width, length before base_link."""

    radius_m: float = TURNING_RADIUS_M
    width_m: float = TURNING_WIDTH_M
    front_m: float = TURNING_FRONT_M
    name: str = "the vehicle"

    @classmethod
    def of(cls, spec: VehicleSpec | None) -> Turner:
        """A vehicle's, or that of a usual one."""
        if spec is None:
            return cls()
        return cls(spec.min_turning_radius_m, spec.width_m, spec.front_m, spec.name)

    @property
    def u_turn_width_m(self) -> float:
        """The width of way that one sweep of 180 degrees takes."""
        return 2 * self.radius_m + self.width_m


@dataclass(frozen=True, slots=True)
class Turns:
    """Turns from one edge into another, shape (k,) each."""

    angle_rad: Floats  # unsigned, [0, pi]
    cost: Floats
    forbidden: Flags


def turns(
    angle_rad: Floats, from_width_m: Floats, to_width_m: Floats, options: RouteOptions
) -> Turns:
    """What turns by an unsigned angle between ways of some widths cost under the options."""
    turner = Turner.of(options.spec)
    round_ = angle_rad > U_TURN_RAD
    narrow = np.maximum(from_width_m, to_width_m) < turner.u_turn_width_m
    cost = np.where(round_, np.where(narrow, NARROW_U_TURN_COST_S, U_TURN_COST_S), 0.0)
    forbidden = np.zeros(len(angle_rad), bool)
    if options.u_turns is UTurns.FORBIDDEN:
        forbidden |= round_
    elif options.u_turns is UTurns.FORBIDDEN_WHERE_NARROW:
        forbidden |= round_ & narrow
    if options.turns_must_fit:
        forbidden |= ~round_ & ~fits(turner, angle_rad, from_width_m, to_width_m)
    return Turns(angle_rad, cost, forbidden)


def fits(turner: Turner, angle_rad: Floats, from_width_m: Floats, to_width_m: Floats) -> Flags:
    """Whether a vehicle can turn in one sweep from one way into another, walls on all sides.

    Turning about C at radius R the vehicle covers the ring from r = R - w / 2 (inner side) to
    s = hypot(R + w / 2, front) (outer front corner). It clears the walls if the inner corner P
    lies within r of C and C at least s from the outer walls, that is a_i >= s - width_i behind
    the inner walls, which meet in P under the angle phi = pi - turn. For distances a_1, a_2 to two
    lines |CP|^2 = (a_1^2 + a_2^2 + 2 a_1 a_2 cos phi) / sin^2 phi; the least allowed one decides.
    A wider arc needs more room: s - r stays and the corner's share a / cos(turn / 2) grows faster
    than r.
    """
    inner_m = turner.radius_m - turner.width_m / 2
    outer_m = math.hypot(turner.radius_m + turner.width_m / 2, turner.front_m)
    phi = np.pi - np.clip(angle_rad, BEND_RAD, U_TURN_RAD)
    cos, sin = np.cos(phi), np.sin(phi)
    low_1, low_2 = outer_m - from_width_m, outer_m - to_width_m
    least = np.full(len(phi), np.inf)
    for a_1, a_2 in (
        (low_1, np.maximum(low_2, -low_1 * cos)),
        (np.maximum(low_1, -low_2 * cos), low_2),
    ):
        least = np.minimum(least, a_1**2 + a_2**2 + 2 * a_1 * a_2 * cos)
    free = (low_1 <= 0) & (low_2 <= 0)  # C may lie in the corner itself
    return free | (angle_rad < BEND_RAD) | (least <= (inner_m * sin) ** 2)
