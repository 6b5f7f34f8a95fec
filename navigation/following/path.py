"""The path of a route: straights, rounded corners, and turns on the spot where none fits.

A path is a chain of pieces, each driven forward or in reverse, with a standstill between them.
Travel `s_m` counts metres driven along all pieces, so it only ever grows. Corners are arcs
(`corners.py`) smoothed by a moving average over a metre, so that the curvature has ramps that the
steering can follow. Where a rounded corner leaves the node, the rounded line is the reference: a
node counts as reached at its projection on it, and cross-track error is measured from it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from navigation.following.aside import Aside, Detour
from navigation.following.corners import (
    TURN_ROUND_RAD,
    Corner,
    Point,
    corner,
    heading,
    rounded_line,
)
from navigation.following.lines import SPACING_M, joined, resampled, smoothstep, travel_of
from navigation.following.turning import Arc, KTurn, corner_turn, k_turn, sample_arc
from patrol.geodesy import wrap_angle
from patrol.geometry import Pose2
from patrol.map import Edge
from patrol.vehicle import VehicleSpec

Array = NDArray[np.float64]

WRONG_HEADING_RAD = math.radians(75.0)


@dataclass(frozen=True)
class Piece:
    """Samples along one stretch without a change of direction; all arrays have shape (n,)."""

    direction: int  # +1 forward, -1 in reverse
    s_m: Array  # travel since the start of the path
    x_m: Array
    y_m: Array
    yaw_rad: Array  # of the vehicle, unwrapped
    curvature_1pm: Array  # of the vehicle's motion: yaw rate / speed
    leg: Array  # running position in the route's nodes
    is_turn: bool = False

    @property
    def end_s_m(self) -> float:
        """Travel at the piece's end."""
        return float(self.s_m[-1])

    @property
    def poses(self) -> Array:
        """base_link at every sample, shape (n, 3): x, y, yaw."""
        return np.column_stack((self.x_m, self.y_m, self.yaw_rad))

    @property
    def end_pose(self) -> Pose2:
        """base_link at the piece's end."""
        return Pose2(float(self.x_m[-1]), float(self.y_m[-1]), float(self.yaw_rad[-1]))

    def point_at(self, s_m: float) -> tuple[float, float]:
        """The point at a travel; beyond the end straight on, in a turn on along its arc."""
        beyond = s_m - self.end_s_m
        if beyond > 0:
            curvature = float(self.curvature_1pm[-1]) if self.is_turn else 0.0
            poses, _ = sample_arc(self.end_pose, Arc(self.direction, curvature, beyond))
            return float(poses[-1, 0]), float(poses[-1, 1])
        return (
            float(np.interp(s_m, self.s_m, self.x_m)),
            float(np.interp(s_m, self.s_m, self.y_m)),
        )


@dataclass(frozen=True)
class RoutePath:
    """Pieces in driving order and the travel at which each node of the route is reached."""

    pieces: tuple[Piece, ...]
    node_s_m: tuple[float, ...]

    @property
    def length_m(self) -> float:
        """Travel over all pieces."""
        return self.pieces[-1].end_s_m if self.pieces else 0.0


def build_path(
    points: Sequence[Point],
    edges: Sequence[Edge],
    spec: VehicleSpec,
    start: Pose2,
    detour: Detour | None = None,
) -> RoutePath:
    """The path through `points` (map metres) from the vehicle's pose at its beginning.

    `edges[i]` runs from point i to point i + 1. A detour backs up at the path's beginning, and
    leads one forward piece aside. The same route, start and detour give the same path, and a
    longer route changes it only near the former end. Raises ValueError for unequal lengths.
    """
    if len(points) != len(edges) + 1:
        raise ValueError(f"{len(points)} points do not fit {len(edges)} edges")
    if not edges:
        return RoutePath((), (0.0,))
    builder = _Builder(points, edges, spec, start)
    if detour is not None and detour.back is not None:
        builder.back_up(detour.back)
    builder.build()
    if detour is not None and detour.aside is not None:
        led = detour.aside_index
        builder.pieces[led] = beside(builder.pieces[led], detour.aside)
    return RoutePath(tuple(builder.pieces), tuple(builder.node_s))


def beside(piece: Piece, aside: Aside) -> Piece:
    """A piece led past something; travel stays what it is along the route."""
    offset = aside.at(piece.s_m - piece.s_m[0])
    x = piece.x_m - offset * np.sin(piece.yaw_rad)
    y = piece.y_m + offset * np.cos(piece.yaw_rad)
    led = _piece(np.column_stack((x, y, piece.leg)), piece.direction, 0.0)
    return replace(piece, x_m=x, y_m=y, yaw_rad=led.yaw_rad, curvature_1pm=led.curvature_1pm)


class _Builder:
    def __init__(
        self, points: Sequence[Point], edges: Sequence[Edge], spec: VehicleSpec, start: Pose2
    ) -> None:
        self._points = points
        self._edges = edges
        self._spec = spec
        self._pose = start
        self.pieces: list[Piece] = []
        self.node_s: list[float] = [0.0] * len(points)

    def back_up(self, back: Array) -> None:
        """A piece in reverse along points (n, 2)."""
        line = resampled(np.column_stack((back, np.zeros(len(back)))))
        self._append(_piece(line, -1, self._travel_m(), is_turn=True))

    def build(self) -> None:
        corners = [
            corner(
                self._points[i - 1],
                self._points[i],
                self._points[i + 1],
                (self._edges[i - 1].width_m, self._edges[i].width_m),
                self._spec,
            )
            for i in range(1, len(self._points) - 1)
        ]
        first_turn = wrap_angle(heading(*self._points[:2]) - self._pose.yaw_rad)
        if abs(first_turn) > WRONG_HEADING_RAD:
            self._turn_round(first_turn, 0)
        begin = 0
        for index, rounding in enumerate(corners, start=1):
            if rounding.radius_m is None:
                self._run(begin, index, corners)
                self._turn_round(rounding.turn_rad, index)
                begin = index
        self._run(begin, len(self._points) - 1, corners)

    def _run(self, begin: int, end: int, corners: Sequence[Corner]) -> None:
        """A forward piece from node `begin` to node `end`, joined from where the vehicle is."""
        line = rounded_line(self._points[begin : end + 1], corners[begin : end - 1])
        line[:, 2] += begin
        line = resampled(joined(line, self._pose))
        piece = _piece(line, 1, self._travel_m())
        for index in range(begin if begin else 1, end + 1):
            if index > begin:
                self.node_s[index] = float(np.interp(index, piece.leg, piece.s_m))
        self._append(piece)

    def _turn_round(self, turn_rad: float, index: int) -> None:
        """Back off, then turn in arcs, all at node `index`."""
        if turn_rad < -math.radians(170.0):  # about half a turn: to the left by habit
            turn_rad += 2 * math.pi
        before_m, after_m = self._edges[max(0, index - 1)].width_m, self._edges[index].width_m
        if abs(turn_rad) > TURN_ROUND_RAD:
            turn = k_turn(turn_rad, before_m, self._spec)
        else:
            turn = corner_turn(turn_rad, before_m, after_m, self._spec)
        self._back_off(turn, index)
        for arc in turn.arcs:
            poses, _ = sample_arc(self._pose, arc)
            self._append(_turn_piece(poses, arc.direction, self._travel_m(), index))

    def _back_off(self, turn: KTurn, index: int) -> None:
        back = np.arange(0.0, turn.back_off_m + SPACING_M / 2, SPACING_M)
        right = turn.start_right_m * smoothstep(back / turn.back_off_m)
        cos, sin = math.cos(self._pose.yaw_rad), math.sin(self._pose.yaw_rad)
        x = self._pose.x_m - cos * back + sin * right
        y = self._pose.y_m - sin * back - cos * right
        line = np.column_stack((x, y, np.full_like(x, index)))
        self._append(_piece(line, -1, self._travel_m(), is_turn=True))

    def _travel_m(self) -> float:
        return self.pieces[-1].end_s_m if self.pieces else 0.0

    def _append(self, piece: Piece) -> None:
        self.pieces.append(piece)
        self._pose = piece.end_pose


def _piece(line: Array, direction: int, from_s_m: float, is_turn: bool = False) -> Piece:
    x, y = line[:, 0], line[:, 1]
    travel = travel_of(line)
    yaw = np.unwrap(np.arctan2(np.gradient(y), np.gradient(x)))
    if direction < 0:
        yaw = yaw + math.pi
    curvature = direction * np.gradient(yaw, travel)
    return Piece(direction, from_s_m + travel, x, y, yaw, curvature, line[:, 2], is_turn)


def _turn_piece(poses: Array, direction: int, from_s_m: float, index: int) -> Piece:
    x, y, yaw = poses[:, 0], poses[:, 1], poses[:, 2]
    travel = travel_of(poses)
    curvature = direction * np.gradient(yaw, travel)
    leg = np.full_like(x, float(index))
    return Piece(direction, from_s_m + travel, x, y, yaw, curvature, leg, is_turn=True)
