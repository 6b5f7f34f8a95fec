"""The fence: no part of the vehicle leaves the map's ways or enters a keep-out zone.

The outline is moved along the commanded and the steered curve, as the gate does for obstacles. As
far as the vehicle needs to stop (reaction and v² / 2a, hardest braking), it must stay inside; on
the way there speed falls so that comfortable braking is enough. What is judged is where
localization says the vehicle is, with a margin for what it does not know. A vehicle that is
outside, since somebody pushed it or a zone has closed over it, may come further in at walking
pace, and nothing else (docs/safety.md#the-fence).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from navigation.safety.ground import Ground
from navigation.safety.limits import REACTION_S, stoppable_speed_mps, stopping_distance_m
from navigation.safety.memory import rolled
from navigation.safety.watch import is_fresh
from navigation.types import BaseStatus, Command
from patrol.faults import FaultKind
from patrol.geometry import Pose2, StampedPose
from patrol.map import PatrolMap
from patrol.topics import TOPICS
from patrol.vehicle import VehicleSpec

POSE_MAX_AGE_S = TOPICS["/localization/odometry"].max_age_s or 0.0
BESIDE_M = 0.8  # beside a way: what drawn widths, tracking and localization may be wrong by
MARGIN_M = 0.2  # between samples of the outline and of the curve it may be as much further out
SIGMAS = 2.0  # of the position: 95 % of one axis
MAX_SIGMA_M = 1.0  # beyond this nobody knows on which side of a border the vehicle is
SAMPLE_M = 0.2  # of the outline
STATION_M = 0.1  # of the curve
RETURN_M = 0.5  # outside: so far ahead it must be further in,
GAIN_M = 0.05  # by this at least,
DIP_M = 0.05  # and never further out by more than it has been in: a corner swings at first
RETURN_MPS = 0.5  # walking pace: it stands within 0.22 m
HOLD_S = 3.0  # a refusal stands so long; then the vehicle may ask again

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Allowance:
    """How fast the fence lets the vehicle be; with a fault not at all."""

    limit_mps: float
    fault: FaultKind | None = None


FREE = Allowance(math.inf)


def pose_fault(pose: StampedPose | None, now_s: float) -> FaultKind | None:
    """What is wrong with a pose: missing or old, or too uncertain to judge by."""
    if pose is None or not is_fresh(pose.stamp_s, POSE_MAX_AGE_S, now_s):
        return FaultKind.LOCALIZATION_STALE
    is_sure = pose.pose.is_finite and sigma_m(pose) <= MAX_SIGMA_M
    return None if is_sure else FaultKind.LOCALIZATION_LOST


def sigma_m(pose: StampedPose) -> float:
    """The larger semi-axis (m) of the position's 1-sigma ellipse; NaN where it is no number."""
    xx, xy, yy = (float(pose.covariance[i, j]) for i, j in ((0, 0), (0, 1), (1, 1)))
    return math.sqrt(max((xx + yy) / 2 + math.hypot((xx - yy) / 2, xy), 0.0))


class Fence:
    """The fence of one map; without a map nothing is inside. `step` once a gate cycle."""

    def __init__(self, spec: VehicleSpec, patrol_map: PatrolMap | None) -> None:
        self._spec = spec
        self._outline = _outline(spec)
        far_m = stopping_distance_m(spec.speed_cap_mps, spec.comfort_deceleration_mps2, REACTION_S)
        self._stations: Array = np.arange(0.0, far_m + STATION_M, STATION_M)
        reach_m = far_m + STATION_M + float(np.hypot(*self._outline.T).max())
        widest_m = MARGIN_M + SIGMAS * MAX_SIGMA_M
        self._ground = Ground(patrol_map, BESIDE_M, reach_m + widest_m)
        self._refused: tuple[float, FaultKind] | None = None
        self._margin_m = math.inf
        self._best_m = -math.inf  # the deepest that it has been since it is outside

    def step(
        self,
        pose: StampedPose | None,
        wanted: Command,
        base: BaseStatus,
        curves: Sequence[float],
        now_s: float,
    ) -> Allowance:
        """What is allowed on curves (1/m), the commanded first; `base` is measured now."""
        fault = pose_fault(pose, now_s)
        if pose is None or fault is not None:
            return Allowance(0.0, fault)
        if wanted.speed_mps == 0:
            return Allowance(math.inf, self._held(now_s))
        here = _here(pose, base, self._spec.wheelbase_m, now_s)
        self._ground.move_to(here.x_m, here.y_m, now_s)
        self._margin_m = MARGIN_M + SIGMAS * sigma_m(pose)
        travel = math.copysign(1.0, wanted.speed_mps) * self._stations
        need_m = stopping_distance_m(base.speed_mps, self._spec.max_deceleration_mps2, REACTION_S)
        allowed = [
            self._along(_swept(self._outline, here, travel, curve), need_m, index == 0)
            for index, curve in enumerate(curves)
        ]
        limit_mps = min(a.limit_mps for a in allowed)
        refusal = next((a.fault for a in allowed if a.fault is not None), None)
        if refusal is not None:
            self._refused = now_s, refusal
        elif limit_mps >= RETURN_MPS:  # braking alone, which leaves room again, frees nobody
            self._refused = None
        return Allowance(limit_mps, self._held(now_s))

    def _held(self, now_s: float) -> FaultKind | None:
        """The fault of the last refusal, for a while: who is told to stand asks for nothing."""
        if self._refused is None:
            return None
        if 0 <= now_s - self._refused[0] <= HOLD_S:
            return self._refused[1]
        self._refused, self._best_m = None, -math.inf
        return None

    def _along(self, swept: Array, need_m: float, is_commanded: bool) -> Allowance:
        """What one curve allows: `swept` is the outline at its stations."""
        shape = (len(self._stations), -1)
        ways_m = self._ground.ways_depth_m(swept).reshape(shape).min(axis=1)
        zones_m = self._ground.zones_depth_m(swept).reshape(shape).min(axis=1)
        depth_m = np.minimum(ways_m, zones_m)
        out: NDArray[np.bool_] = depth_m < self._margin_m
        self._best_m = max(self._best_m, float(depth_m[0])) if out[0] else -math.inf
        if not out.any():
            return FREE
        first = int(np.argmax(out))
        is_zone = zones_m[first] < ways_m[first]
        fault = FaultKind.KEEP_OUT_ZONE if is_zone else FaultKind.ZONE_BOUNDARY
        if first == 0:
            is_let = self._leads_in(depth_m, need_m, is_commanded)
            return Allowance(RETURN_MPS) if is_let else Allowance(0.0, fault)
        room_m = float(self._stations[first - 1])
        if room_m <= need_m:
            return Allowance(0.0, fault)
        comfort = self._spec.comfort_deceleration_mps2
        return Allowance(stoppable_speed_mps(room_m, comfort, REACTION_S))

    def _leads_in(self, depth_m: Array, need_m: float, is_commanded: bool) -> bool:
        """Whether a curve that begins outside leads further in; the steered: no further out."""
        if self._best_m == -math.inf:  # no way is near: nobody knows where in is
            return False
        last = math.ceil(max(need_m, RETURN_M if is_commanded else 0.0) / STATION_M)
        ahead_m = depth_m[: last + 1]
        gains = not is_commanded or ahead_m[-1] >= depth_m[0] + GAIN_M
        return bool(gains and ahead_m.min() >= self._best_m - DIP_M)


def _here(pose: StampedPose, base: BaseStatus, wheelbase_m: float, now_s: float) -> Pose2:
    """Where base_link is now: the pose, carried on by what the wheels have done since."""
    travel_m = base.speed_mps * max(now_s - pose.stamp_s, 0.0)
    return pose.pose.compose(rolled(travel_m, math.tan(base.steering_rad) / wheelbase_m))


def _outline(spec: VehicleSpec) -> Array:
    """Points all around the vehicle, shape (n, 2), base_link."""
    half = spec.width_m / 2
    along = np.linspace(
        -spec.rear_overhang_m, spec.front_m, math.ceil(spec.length_m / SAMPLE_M) + 1
    )
    across = np.linspace(-half, half, math.ceil(spec.width_m / SAMPLE_M) + 1)[1:-1]
    sides = [np.column_stack((along, np.full_like(along, y))) for y in (half, -half)]
    ends = [np.column_stack((np.full_like(across, along[i]), across)) for i in (0, -1)]
    return np.concatenate((*sides, *ends))


def _swept(outline: Array, here: Pose2, travel: Array, curvature_1pm: float) -> Array:
    """The outline in the map at stations of a curve; shape (stations * n, 2)."""
    turn = travel * curvature_1pm
    forward = travel * np.sinc(turn / np.pi)
    left = travel * np.sin(turn / 2) * np.sinc(turn / (2 * np.pi))
    cos, sin = np.cos(turn)[:, None], np.sin(turn)[:, None]
    x = forward[:, None] + cos * outline[:, 0] - sin * outline[:, 1]
    y = left[:, None] + sin * outline[:, 0] + cos * outline[:, 1]
    return here.transform_points(np.column_stack((x.ravel(), y.ravel())))
