"""The way round a thing that stands on a path, or why there is none.

The search works in the route's own frame: how far along a thing stands, and how far to the left.
Across the window in which things block, what is free between them (and the way's edges) are gaps;
the vehicle takes the one that leaves most air, up to `WISHED_CLEARANCE_M`, and of those the one
nearest to the route. What was found is then driven in thought, with the vehicle's whole outline
(as the lattice of Pivtoraiko and Kelly 2005 is checked, with two ramps instead of a lattice).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from navigation.following.aside import Aside, ramp_m
from navigation.following.lines import SPACING_M
from navigation.following.path import Piece, beside
from navigation.following.room import Room
from patrol.vehicle import VehicleSpec

Array = NDArray[np.float64]

REACH_M = 14.0  # along the path: what stands further away is met later
WISHED_CLEARANCE_M = 1.0  # to either side, where there is room for it
LEAST_CLEARANCE_M = 0.30  # the gate's 0.10, and twice what the path is followed and seen by
CLEARANCES_M = (WISHED_CLEARANCE_M, 0.75, 0.5, LEAST_CLEARANCE_M)
EDGE_CLEARANCE_M = 0.10  # to the way's edge
UNSEEN_DEPTH_M = 1.0  # of a thing of which only the face is seen
GROUP_GAP_M = 3.0  # the vehicle does not come back to the route between nearer things
BEFORE_M = 0.4  # bumper to thing, when the vehicle is fully aside
STEP_M = 0.2
LOCK_SHARE = 0.95


@dataclass(frozen=True, slots=True)
class NoWay:
    """Why there is no way round; `run_up_m` where backing up by so much might open one.

    `is_clear` where the lidar sees nothing on the route.
    """

    reason: str
    run_up_m: float = 0.0
    is_clear: bool = False


UNSEEN = NoWay("what stands in the way is not seen by the lidar", is_clear=True)


@dataclass(frozen=True, slots=True)
class _Things:
    """What stands near a piece: in the map frame, along the piece, and left of it."""

    points_map: Array
    along_m: Array
    left_m: Array

    def where(self, mask: NDArray[np.bool_]) -> _Things:
        return _Things(self.points_map[mask], self.along_m[mask], self.left_m[mask])


def find_aside(
    piece: Piece,
    things_map: Array,
    width_m: float,
    room: Room,
    spec: VehicleSpec,
    least_m: float = LEAST_CLEARANCE_M,
) -> Aside | NoWay:
    """How to pass things (n, 2) on a piece that begins where the vehicle is.

    `width_m` is the widest of the room's ways: where they are narrower, the room says so. No thing
    comes nearer to the vehicle's sides than `least_m`.
    """
    near = _along(piece, things_map)
    half = spec.width_m / 2
    blocking = near.where(np.abs(near.left_m) < half + LEAST_CLEARANCE_M)
    blocking = blocking.where(blocking.along_m > spec.front_m - BEFORE_M)
    if len(blocking.along_m) == 0:
        return UNSEEN
    first_m, last_m = _group(blocking.along_m)
    beside_it = (near.along_m >= first_m - spec.length_m) & (
        near.along_m <= last_m + UNSEEN_DEPTH_M + spec.length_m
    )
    why = NoWay(f"no gap of {spec.width_m + 2 * least_m:.1f} m on the way")
    things = _with_depth(piece, near, first_m, last_m)
    for offset_m in _offsets(np.sort(near.left_m[beside_it]), width_m, half, least_m):
        found = _led(piece, offset_m, first_m, last_m, spec, least_m)
        if isinstance(found, Aside) and is_free(piece, found, things, room, spec, least_m):
            return found
        if isinstance(found, NoWay) and why.run_up_m <= 0:
            why = found
    return why


def extended(
    piece: Piece, aside: Aside, things_map: Array, room: Room, spec: VehicleSpec, least_m: float
) -> Aside:
    """The same way round, but longer where things turn out to go on beside it.

    `piece` is the route's, without the detour. What it cannot pass by staying aside longer leaves
    it as it is: the gate stops the vehicle there.
    """
    near = _along(piece, things_map)
    blocking = near.where(np.abs(near.left_m) < spec.width_m / 2 + least_m)
    seen_m = aside.return_m - UNSEEN_DEPTH_M - spec.rear_overhang_m - max(BEFORE_M, least_m)
    beyond = blocking.along_m[blocking.along_m > seen_m]
    if len(beyond) == 0 or float(beyond.min()) > aside.end_m + spec.front_m:
        return aside
    _, last_m = _group(beyond)
    if last_m < seen_m + STEP_M:
        return aside
    longer = replace(aside, return_m=aside.return_m + last_m - seen_m)
    if longer.end_m > piece.end_s_m - piece.s_m[0]:
        return aside
    things = _with_depth(piece, near, seen_m, last_m)
    return longer if is_free(piece, longer, things, room, spec, least_m) else aside


def _along(piece: Piece, things_map: Array) -> _Things:
    """Things in the piece's frame: those beside its first `REACH_M`."""
    count = max(2, int(np.searchsorted(piece.s_m, piece.s_m[0] + REACH_M)))
    x, y = piece.x_m[:count], piece.y_m[:count]
    away = np.hypot(things_map[:, :1] - x, things_map[:, 1:] - y)
    nearest = np.argmin(away, axis=1)
    yaw = piece.yaw_rad[nearest]
    dx, dy = things_map[:, 0] - x[nearest], things_map[:, 1] - y[nearest]
    ahead = np.cos(yaw) * dx + np.sin(yaw) * dy
    along = piece.s_m[nearest] - piece.s_m[0] + ahead
    left = np.cos(yaw) * dy - np.sin(yaw) * dx
    return _Things(things_map, along, left).where((nearest < count - 1) & (np.abs(ahead) < 2.0))


def _group(along_m: Array) -> tuple[float, float]:
    """Where the first things to be passed in one go begin and end."""
    ordered = np.sort(along_m)
    apart = np.flatnonzero(np.diff(ordered) > GROUP_GAP_M)
    return float(ordered[0]), float(ordered[apart[0]] if len(apart) else ordered[-1])


def _with_depth(piece: Piece, near: _Things, first_m: float, last_m: float) -> Array:
    """All things, and what may stand behind the faces of those to be passed."""
    faces = near.points_map[(near.along_m >= first_m) & (near.along_m <= last_m)]
    yaw = float(np.interp(piece.s_m[0] + first_m, piece.s_m, piece.yaw_rad))
    deep = np.arange(STEP_M, UNSEEN_DEPTH_M + STEP_M / 2, STEP_M)
    behind = np.outer(deep, (np.cos(yaw), np.sin(yaw)))
    return np.concatenate((near.points_map, (faces[:, None, :] + behind).reshape(-1, 2)))


def _offsets(lefts_m: Array, width_m: float, half_m: float, least_m: float) -> Iterator[float]:
    """Offsets that lead through a gap, those with most air first; to the right where equal."""
    borders = np.concatenate(([-np.inf], lefts_m, [np.inf]))
    edge_m = width_m / 2 - EDGE_CLEARANCE_M
    for clearance_m in sorted({*CLEARANCES_M, least_m}, reverse=True):
        if clearance_m < least_m:
            return
        found = []
        for right, left in itertools.pairwise(borders):
            low = max(right + clearance_m, -edge_m) + half_m
            high = min(left - clearance_m, edge_m) - half_m
            if low <= high:
                found.append(float(min(max(0.0, low), high)))
        yield from sorted(found, key=lambda offset: (abs(offset), offset))


def _led(
    piece: Piece,
    offset_m: float,
    first_m: float,
    last_m: float,
    spec: VehicleSpec,
    least_m: float,
) -> Aside | NoWay:
    """Out before the first thing, back behind the last; or the run-up that lacks."""
    before_m = max(BEFORE_M, least_m)
    begin_m = first_m - spec.front_m - before_m - ramp_m(offset_m)
    return_m = last_m + UNSEEN_DEPTH_M + spec.rear_overhang_m + before_m
    aside = Aside(offset_m, begin_m, return_m)
    if aside.end_m > piece.end_s_m - piece.s_m[0]:
        return NoWay("the route stops or turns right behind it")
    if begin_m < 0:
        return NoWay("no room to drive out before it", -begin_m)
    return aside


def is_free(
    piece: Piece, aside: Aside, things: Array, room: Room, spec: VehicleSpec, least_m: float
) -> bool:
    """Whether the whole outline stays clear of things, on the ways, and within the lock."""
    led = beside(piece, aside)
    from_start = led.s_m - led.s_m[0]
    lock = LOCK_SHARE / spec.min_turning_radius_m
    until = from_start <= aside.end_m
    if float(np.abs(led.curvature_1pm[until & (from_start >= aside.begin_m)]).max()) > lock:
        return False
    rows = np.flatnonzero(until)[:: round(STEP_M / SPACING_M)]
    poses = led.poses[rows]
    poses = poses[np.abs(aside.at(from_start[rows])) > EDGE_CLEARANCE_M]
    if touches(poses, things, spec, least_m):
        return False
    return room.holds(outlines(poses, spec).reshape(-1, 2))


def touches(poses: Array, things: Array, spec: VehicleSpec, clearance_m: float) -> bool:
    """Whether a thing (n, 2) lies within a clearance of the vehicle's sides at a pose (m, 3)."""
    cos, sin = np.cos(poses[:, 2:]), np.sin(poses[:, 2:])
    dx, dy = things[:, 0] - poses[:, :1], things[:, 1] - poses[:, 1:2]
    forward, left = cos * dx + sin * dy, cos * dy - sin * dx
    inside = (forward <= spec.front_m) & (forward >= -spec.rear_overhang_m)
    return bool(np.any(inside & (np.abs(left) <= spec.width_m / 2 + clearance_m)))


def outlines(poses: Array, spec: VehicleSpec) -> Array:
    """The vehicle's corners at poses; shape (m, 4, 2)."""
    half = spec.width_m / 2
    corners = np.array(
        [(x, y) for x in (spec.front_m, -spec.rear_overhang_m) for y in (half, -half)]
    )
    cos, sin = np.cos(poses[:, 2:]), np.sin(poses[:, 2:])
    x = poses[:, :1] + cos * corners[:, 0] - sin * corners[:, 1]
    y = poses[:, 1:2] + sin * corners[:, 0] + cos * corners[:, 1]
    return np.stack((x, y), axis=2)
