"""Turning on a narrow way: a K-turn of equal heading steps, alternately forward and in reverse.

With full lock to one side going forward and to the other in reverse, the heading turns the same
way all the time (Reeds and Shepp 1990, words of type C|C|C). An odd number of steps h_k = k d / n
brings base_link back to its start when d is 180 degrees; more steps need less width. A corner's
turn ends away from where it begins: how far the vehicle backs up first decides how near to the
middle of the way after it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from navigation.following.corner_room import room_m
from patrol.geometry import Pose2
from patrol.vehicle import VehicleSpec

RADIUS_RESERVE = 1.12  # over the turning radius: what is left to correct with
STEPS = (3, 5, 7, 9)
SIDE_CLEARANCE_M = 0.15
SAMPLE_M = 0.1
BACK_OFF_M = 2.4  # in reverse before a half turn: away from the dead end, and to one side
BACKS_M = np.arange(0.4, 3.01, 0.2)  # tried before a corner's turn
ONWARD_M = 1.5  # straight on behind a corner's turn: the whole vehicle is on the way after it


@dataclass(frozen=True, slots=True)
class Arc:
    """Driving `length_m` along a constant curvature, forward (+1) or in reverse (-1)."""

    direction: int
    curvature_1pm: float
    length_m: float


@dataclass(frozen=True, slots=True)
class KTurn:
    """Arcs, how far to back up before them, and how far to the right of the way's middle."""

    arcs: tuple[Arc, ...]
    start_right_m: float
    half_width_m: float  # of the way that the arcs' outline needs
    back_off_m: float = BACK_OFF_M


def sample_arc(start: Pose2, arc: Arc) -> tuple[NDArray[np.float64], Pose2]:
    """Poses (n, 3) as x, y, yaw along an arc, both ends in it, and the last of them."""
    count = max(2, math.ceil(arc.length_m / SAMPLE_M) + 1)
    travel = arc.direction * np.linspace(0.0, arc.length_m, count)
    turn = travel * arc.curvature_1pm
    forward = travel * np.sinc(turn / np.pi)
    left = travel * np.sin(turn / 2) * np.sinc(turn / (2 * np.pi))
    cos, sin = math.cos(start.yaw_rad), math.sin(start.yaw_rad)
    x = start.x_m + cos * forward - sin * left
    y = start.y_m + sin * forward + cos * left
    yaw = start.yaw_rad + turn
    return np.column_stack((x, y, yaw)), Pose2(float(x[-1]), float(y[-1]), float(yaw[-1]))


def k_turn(turn_rad: float, width_m: float, spec: VehicleSpec) -> KTurn:
    """The turn with the fewest steps that stays within a way; the slimmest when none does.

    `turn_rad` is positive to the left. The way runs along the vehicle's heading at the start.
    """
    candidates = [_with_steps(turn_rad, count, spec) for count in STEPS]
    fitting = (c for c in candidates if c.half_width_m + SIDE_CLEARANCE_M <= width_m / 2)
    return next(fitting, min(candidates, key=lambda c: c.half_width_m))


def corner_turn(turn_rad: float, before_m: float, after_m: float, spec: VehicleSpec) -> KTurn:
    """The turn at a node between ways of these widths where no arc fits.

    Of those with the fewest steps that stay on both ways it is the one that ends nearest to the
    middle of the way after; where none does, the one that leaves them least.
    """
    tried: list[_Backed] = []
    for steps in STEPS:
        turns = _backed(turn_rad, steps, before_m, after_m, spec)
        fitting = [backed for backed in turns if backed.room_m >= SIDE_CLEARANCE_M]
        if fitting:
            return min(fitting, key=lambda backed: backed.aside_m).turn
        tried += turns
    return max(tried, key=lambda backed: backed.room_m).turn


@dataclass(frozen=True, slots=True)
class _Backed:
    """A corner's turn, its room inside both ways, and how far it ends from the way's middle."""

    turn: KTurn
    room_m: float
    aside_m: float


def _backed(
    turn_rad: float, steps: int, before_m: float, after_m: float, spec: VehicleSpec
) -> list[_Backed]:
    """A corner's turn in so many steps, after backing up by any of `BACKS_M`."""
    turn = replace(_with_steps(turn_rad, steps, spec), start_right_m=0.0)
    angle_rad = abs(turn_rad)
    pose, chunks = Pose2(0.0, 0.0, 0.0), []
    for arc in (*_with_steps(angle_rad, steps, spec).arcs, Arc(1, 0.0, ONWARD_M)):
        end = pose
        poses, pose = sample_arc(pose, arc)
        chunks.append(poses)
    driven = np.concatenate(chunks)
    found = []
    for back_m in BACKS_M.tolist():
        room = room_m(driven - (back_m, 0.0, 0.0), angle_rad, before_m, after_m, spec)
        left_m = math.cos(angle_rad) * end.y_m - math.sin(angle_rad) * (end.x_m - back_m)
        found.append(_Backed(replace(turn, back_off_m=back_m), room, abs(left_m)))
    return found


def _with_steps(turn_rad: float, steps: int, spec: VehicleSpec) -> KTurn:
    radius = spec.min_turning_radius_m * RADIUS_RESERVE
    side = math.copysign(1.0, turn_rad)
    length = radius * abs(turn_rad) / steps
    directions = [1 if step % 2 == 0 else -1 for step in range(steps)]
    arcs = tuple(Arc(d, d * side / radius, length) for d in directions)
    low, high = _extent(arcs, spec)
    return KTurn(arcs, 0.5 * (low + high), 0.5 * (high - low))


def _extent(arcs: tuple[Arc, ...], spec: VehicleSpec) -> tuple[float, float]:
    """Lowest and highest lateral position of the vehicle's corners over all arcs (m)."""
    half = spec.width_m / 2
    corners = np.array(
        [(x, y) for x in (spec.front_m, -spec.rear_overhang_m) for y in (half, -half)]
    )
    pose, low, high = Pose2(0.0, 0.0, 0.0), -half, half
    for arc in arcs:
        poses, pose = sample_arc(pose, arc)
        yaw = poses[:, 2:]
        lateral = poses[:, 1:2] + np.sin(yaw) * corners[:, 0] + np.cos(yaw) * corners[:, 1]
        low, high = min(low, float(lateral.min())), max(high, float(lateral.max()))
    return low, high
