"""PathTracker: one path, the progress on it, and the command that follows it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from navigation.following.path import Piece, RoutePath
from navigation.following.progress import PathPosition, locate
from navigation.following.pure_pursuit import (
    SteeringDelay,
    lookahead_m,
    pursuit_curvature,
)
from navigation.following.steering_gain import SteeringGain
from navigation.following.velocity_profile import (
    EdgeLimits,
    approach_speed,
    braking_profile,
    static_limits,
)
from navigation.types import STANDSTILL, Command
from patrol.geometry import Pose2
from patrol.map import Edge
from patrol.vehicle import VehicleSpec

STEERING_DELAY_S = 0.24
DRIVE_DELAY_S = 0.15  # the base's answer to a change of speed
ARRIVED_M = 0.03  # nearer than this to a stop, the command is zero
CREEP_MPS = 0.08  # below this the base may not move at all
CREEP_WITHIN_M = 1.0  # of a stop
PIECE_DONE_M = 0.12
STANDING_MPS = 0.03
AHEAD_OF_BASE_MPS = 0.3  # the command never runs further ahead of the real speed
MIN_CORRIDOR_M = 0.6
MAX_CORRIDOR_M = 1.5
STEER_FIRST_RAD = 0.15  # standing with the wheels further off than this, they are turned first
STEER_FIRST_WITHIN_M = 0.2  # of a turn's beginning
STEER_FIRST_MPS = 0.02  # carries the curvature in a twist while hardly moving


class PathTracker:
    """Follows a path piece by piece; `s_m` is the travel, `error_m` the cross-track error."""

    def __init__(
        self,
        path: RoutePath,
        edges: Sequence[Edge],
        caps_mps: Sequence[float],
        limits: EdgeLimits,
        spec: VehicleSpec,
        gain: SteeringGain | None = None,
    ) -> None:
        """`gain` is what was learnt of the vehicle's steering so far, and goes on learning."""
        self.path = path
        self._spec = spec
        self._gain = gain or SteeringGain()
        self.edges = edges
        self.profiles = [
            braking_profile(
                piece.s_m,
                static_limits(piece, edges, caps_mps, limits, spec),
                spec.comfort_deceleration_mps2,
            )
            for piece in path.pieces
        ]
        self.piece_index = 0
        self.position = PathPosition(0.0, 0.0, 0.0)
        self._delay = SteeringDelay(STEERING_DELAY_S)
        self._speed_mps = 0.0  # unsigned, last commanded
        self.curvature_1pm = 0.0

    def resume(self, old: PathTracker) -> None:
        """Go on where another tracker is, on a path that begins like its own."""
        self.piece_index, self.position = old.piece_index, old.position
        self._delay, self._speed_mps = old._delay, old._speed_mps
        self.curvature_1pm = old.curvature_1pm

    @property
    def _lock_1pm(self) -> float:
        return 1.0 / self._spec.min_turning_radius_m

    @property
    def piece(self) -> Piece | None:
        """The piece being driven; None for a path without length."""
        return self.path.pieces[self.piece_index] if self.path.pieces else None

    @property
    def s_m(self) -> float:
        """Travel so far."""
        return self.position.s_m

    def limit_mps(self) -> float:
        """The path's speed here."""
        return self._profile_at(self.s_m) if self.piece is not None else 0.0

    def update(self, pose: Pose2, speed_mps: float) -> PathPosition:
        """Note where the vehicle is; goes on to the next piece when standing at the end of one."""
        if self.piece is None:
            return self.position
        self.position = locate(self.piece, pose, self.s_m)
        at_end = self.s_m >= self.piece.end_s_m - PIECE_DONE_M
        if at_end and abs(speed_mps) < STANDING_MPS and not self._is_last():
            self.piece_index += 1
            self.position = locate(self.piece, pose, self.piece.s_m[0])
        return self.position

    def follow(
        self,
        pose: Pose2,
        speed_mps: float,
        steering_rad: float,
        stop_at_s_m: float,
        cap_mps: float,
        now_s: float,
        dt: float,
    ) -> Command:
        """The command that follows the path at up to `cap_mps` and stands at `stop_at_s_m`."""
        piece = self.piece
        if piece is None:
            return STANDSTILL
        self._gain.see(pose, speed_mps, math.tan(steering_rad) / self._spec.wheelbase_m, now_s)
        stop_m = min(stop_at_s_m, piece.end_s_m) - self.s_m
        wished = min(self._wished_speed(stop_m, abs(speed_mps)), cap_mps)
        target = self._ramped(wished, abs(speed_mps), dt)
        curvature = self._curvature(piece, pose, speed_mps, now_s)
        off_rad = abs(math.atan(self._spec.wheelbase_m * self._asked(curvature)) - steering_rad)
        if off_rad > STEER_FIRST_RAD and self._may_steer_first(piece, speed_mps):
            target = min(target, STEER_FIRST_MPS)
        return self._command(piece.direction * target, curvature, now_s)

    def brake_on_path(
        self, pose: Pose2, speed_mps: float, steering_rad: float, now_s: float, dt: float
    ) -> Command:
        """The command that follows the path while braking comfortably."""
        slower = self._reduced(speed_mps, self._spec.comfort_deceleration_mps2 * dt)
        return self.follow(pose, speed_mps, steering_rad, math.inf, slower, now_s, dt)

    def brake_hard(self, speed_mps: float, now_s: float, dt: float) -> Command:
        """The command that brakes as hard as the vehicle may, wheels as they are."""
        slower = self._reduced(speed_mps, self._spec.max_deceleration_mps2 * dt)
        direction = self.piece.direction if self.piece is not None else 1
        return self._command(direction * slower, self.curvature_1pm, now_s)

    def _reduced(self, speed_mps: float, by_mps: float) -> float:
        slower = min(self._speed_mps, abs(speed_mps) + AHEAD_OF_BASE_MPS) - by_mps
        return slower if slower > CREEP_MPS else 0.0

    def corridor_m(self) -> float:
        """How far to either side the vehicle may be before it counts as off the route."""
        if self.piece is None:
            return MAX_CORRIDOR_M
        leg = int(np.interp(self.s_m, self.piece.s_m, self.piece.leg))
        width_m = self.edges[min(leg, len(self.edges) - 1)].width_m
        return min(max((width_m - self._spec.width_m) / 2, MIN_CORRIDOR_M), MAX_CORRIDOR_M)

    def braking_distance_m(self, speed_mps: float) -> float:
        """How far comfortable braking takes from a speed."""
        speed = abs(speed_mps)
        return speed * DRIVE_DELAY_S + speed * speed / (2 * self._spec.comfort_deceleration_mps2)

    def _may_steer_first(self, piece: Piece, speed_mps: float) -> bool:
        beginning = self.s_m - float(piece.s_m[0]) < STEER_FIRST_WITHIN_M
        return abs(speed_mps) < STANDING_MPS or (piece.is_turn and beginning)

    def _is_last(self) -> bool:
        return self.piece_index == len(self.path.pieces) - 1

    def _profile_at(self, s_m: float) -> float:
        piece = self.path.pieces[self.piece_index]
        return float(np.interp(s_m, piece.s_m, self.profiles[self.piece_index]))

    def _wished_speed(self, stop_m: float, speed_mps: float) -> float:
        if stop_m <= ARRIVED_M:
            return 0.0
        piece = self.path.pieces[self.piece_index]
        deceleration = self._spec.comfort_deceleration_mps2
        to_stop = approach_speed(stop_m - ARRIVED_M, deceleration, DRIVE_DELAY_S)
        ahead_s_m = min(self.s_m + speed_mps * DRIVE_DELAY_S, piece.end_s_m)
        profile = max(self._profile_at(ahead_s_m), CREEP_MPS)
        if stop_m < CREEP_WITHIN_M:
            to_stop = max(to_stop, CREEP_MPS)
        return min(profile, to_stop)

    def _ramped(self, wished_mps: float, speed_mps: float, dt: float) -> float:
        """Up by the vehicle's acceleration, from no further than it really goes."""
        from_mps = min(self._speed_mps, speed_mps + AHEAD_OF_BASE_MPS)
        return min(wished_mps, from_mps + self._spec.max_acceleration_mps2 * dt)

    def _curvature(self, piece: Piece, pose: Pose2, speed_mps: float, now_s: float) -> float:
        there = self._delay.predict(pose, speed_mps, now_s)
        near = locate(piece, there, self.s_m)
        distance_m = lookahead_m(speed_mps, near.cross_track_error_m)
        return pursuit_curvature(piece, there, near.s_m, distance_m, self._lock_1pm)

    def _command(self, speed_mps: float, curvature_1pm: float, now_s: float) -> Command:
        self._speed_mps = abs(speed_mps)
        self.curvature_1pm = curvature_1pm
        self._delay.sent(curvature_1pm, now_s)
        return Command(speed_mps, speed_mps * self._asked(curvature_1pm))

    def _asked(self, curvature_1pm: float) -> float:
        """What the base, which knows the wheelbase alone, must be asked for to get a curvature."""
        asked = curvature_1pm / self._gain.factor
        return min(max(asked, -self._lock_1pm), self._lock_1pm)
