"""SafetyGate: the last stage before the wheels.

Whatever drives the vehicle, its command passes here. What is unknown stops it: a stale or
impossible input gives zero at once, and the base brakes. What is known limits it: law, steering
lock, side acceleration, acceleration, the fence (fence.py), how far the lidar and the ultrasonic
rangers see the swept path clear, and where the drop rangers see it end (drops.py). The stop
zone is that path as far as the vehicle needs to stop with its hardest braking; before it, speed
falls so that comfortable braking is enough (dynamic protective field after ISO 13482:2014, 5.10;
stopping distance after ISO 13855).
docs/safety.md lists the hazards.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from navigation.safety.approach import Approach
from navigation.safety.droplets import Droplets
from navigation.safety.drops import Drops
from navigation.safety.fence import FREE, Allowance, Fence
from navigation.safety.limits import (
    REACTION_S,
    at_speed,
    lateral_speed_mps,
    steerable,
    stoppable_speed_mps,
    stopping_distance_m,
)
from navigation.safety.low_things import LowThings
from navigation.safety.memory import ObstacleMemory
from navigation.safety.overtaken import Overtaken
from navigation.safety.swept_path import Outline, are_inside, free_travel_m
from navigation.safety.touch import CUTS_POWER, Touch
from navigation.safety.watch import ReadingWatch, is_fresh
from navigation.types import STANDSTILL, BaseStatus, Command, GateInputs, GateOutput
from patrol.faults import FAULTS, FaultKind, Response
from patrol.geometry import Scan
from patrol.topics import TOPICS
from patrol.vehicle import VehicleSpec

COMMAND_MAX_AGE_S = TOPICS["/cmd_vel"].max_age_s or 0.0
BASE_MAX_AGE_S = TOPICS["/base/feedback"].max_age_s or 0.0
MAX_TILT_RAD = math.radians(20.0)
STOP_MARGIN_M = 0.25  # between bumper and obstacle when standing
SIDE_MARGIN_M = 0.10
STANDING_MPS = 0.05
RESTART_MPS = 0.15  # after a stop, the way must be clear enough for this speed to go on
REVERSE_CAP_MPS = 0.3  # the lidar does not see straight behind
COMING_S = 0.3  # three scans: a leg that stands hides for one of them that its owner comes on
MAX_STEP_S = 0.1  # a late cycle must not allow a leap in speed


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """What the surroundings allow on the commanded and on the steered path."""

    clear_m: float
    limit_mps: float
    inside_stop_zone: bool
    is_drop: bool  # what is nearest is an edge, not a thing


def is_measured(base: BaseStatus, now_s: float) -> bool:
    """Whether the base's speed and steering are of now, and numbers."""
    is_now = is_fresh(base.stamp_s, BASE_MAX_AGE_S, now_s)
    return is_now and math.isfinite(base.speed_mps) and math.isfinite(base.steering_rad)


def is_level(tilt_rad: float) -> bool:
    """Whether an angle is known and small enough to drive at."""
    return abs(tilt_rad) <= MAX_TILT_RAD


def input_faults(inputs: GateInputs, now_s: float) -> frozenset[FaultKind]:
    """Everything that is wrong with the command and the base."""
    faults = set()
    command, base = inputs.command, inputs.base
    if command is None or not is_fresh(inputs.command_stamp_s, COMMAND_MAX_AGE_S, now_s):
        faults.add(FaultKind.COMMAND_STALE)
    elif not command.is_finite:
        faults.add(FaultKind.COMMAND_INVALID)
    if base is None or not is_measured(base, now_s):
        faults.add(FaultKind.BASE_STALE)
    if base is not None and base.emergency_stop:
        faults.add(FaultKind.EMERGENCY_STOP)
    if base is not None and base.bumped:
        faults.add(FaultKind.BUMP)
    if base is not None and not (is_level(base.roll_rad) and is_level(base.pitch_rad)):
        faults.add(FaultKind.TILT)
    return frozenset(faults)


def latching(faults: frozenset[FaultKind]) -> frozenset[FaultKind]:
    """Those that a person has to reset."""
    return frozenset(f for f in faults if FAULTS[f].response is Response.STOP_AND_LATCH)


class SafetyGate:
    """Limits or stops every command; `step` at 50 Hz.

    `fence` may be exchanged for another map's at any time; None: the vehicle may go anywhere.
    `latched` is what a gate before this one has left for a person to reset.
    """

    def __init__(
        self,
        spec: VehicleSpec,
        fence: Fence | None = None,
        latched: frozenset[FaultKind] = frozenset(),
    ) -> None:
        self._spec = spec
        self.fence = fence
        self._outline = Outline(
            spec.front_m, spec.rear_overhang_m, spec.width_m / 2 + SIDE_MARGIN_M
        )
        self._latched = latched
        self._causes: frozenset[FaultKind] = frozenset()
        self._blocked = False
        self._last_speed_mps = 0.0
        self._last_step_s: float | None = None
        self._scan: Scan | None = None
        self._points: NDArray[np.float64] = np.empty((0, 2))
        self._droplets = Droplets(spec.lidar, spec.wheelbase_m)
        self._memory = ObstacleMemory(spec.lidar, spec.wheelbase_m)
        self._watch = ReadingWatch((*spec.ultrasonics, *spec.drop_rangers))
        self._drops = Drops(spec)
        self._approach = Approach(spec)
        self._came_s = -math.inf  # when somebody was coming last
        self._overtaken = Overtaken(spec)
        self._low = LowThings(spec.ultrasonics, spec.wheelbase_m)
        self._touch = Touch(spec.max_deceleration_mps2)

    def step(self, inputs: GateInputs, now_s: float) -> GateOutput:
        """The command that may go to the wheels now."""
        dt = self._elapsed_s(now_s)
        faults = input_faults(inputs, now_s) | self._sense(inputs, dt, now_s)
        is_known = inputs.base is not None and is_measured(inputs.base, now_s)
        faults |= self._touch.faults(inputs.base if is_known else None, dt)
        self._causes = latching(faults)
        self._latched |= self._causes
        command, base = inputs.command, inputs.base
        if faults or self._latched or command is None or base is None:
            return self._stop(faults | self._latched, 0.0)
        wanted = steerable(command, self._spec)
        around = self._look(wanted, base, now_s)
        fenced = self._fenced(wanted, inputs, base, now_s)
        if fenced.fault is not None:
            return self._stop(frozenset({fenced.fault}), 0.0, around.clear_m)
        if wanted.speed_mps == 0:
            return self._stop(faults, around.limit_mps, around.clear_m)
        if self._is_blocked(around):
            fault = FaultKind.DROP_AHEAD if around.is_drop else FaultKind.OBSTACLE_IN_STOP_ZONE
            return self._stop(frozenset({fault}), 0.0, around.clear_m, blocked=True)
        limit_mps = min(around.limit_mps, fenced.limit_mps)
        return self._drive(wanted, base, replace(around, limit_mps=limit_mps), dt)

    @property
    def latched(self) -> frozenset[FaultKind]:
        """What a person has to reset."""
        return self._latched

    def reset(self) -> bool:
        """Clear the latch and the edges found; False, and no change, while its cause stands."""
        if self._causes:
            return False
        self._drops.forget()
        self._latched = frozenset()
        return True

    def _sense(self, inputs: GateInputs, dt: float, now_s: float) -> frozenset[FaultKind]:
        """Take in the scan and the ranges; what is wrong with them."""
        scan, base = inputs.scan, inputs.base
        samples = {sample.name: sample for sample in inputs.ranges}
        if base is None or not is_measured(base, now_s):  # its motion carries nothing along
            return self._watch.faults(scan, samples, 0.0, dt, now_s)
        if scan is not None and scan is not self._scan:
            self._scan = scan
            self._points = self._droplets.things(scan, base.speed_mps, base.steering_rad)
            self._memory.see(scan, self._points, base.speed_mps, base.steering_rad)
            self._approach.see(scan, self._points, base)
        self._low.step(samples, self._points, base.speed_mps, base.steering_rad, now_s)
        self._drops.step(samples, base, now_s)
        self._overtaken.hear(samples, self._memory.points)
        return self._watch.faults(scan, samples, base.speed_mps, dt, now_s)

    def _elapsed_s(self, now_s: float) -> float:
        last_s, self._last_step_s = self._last_step_s, now_s
        return 0.0 if last_s is None else min(max(now_s - last_s, 0.0), MAX_STEP_S)

    def _stop(
        self,
        faults: frozenset[FaultKind],
        limit_mps: float,
        clear_m: float = math.inf,
        blocked: bool = False,
    ) -> GateOutput:
        self._last_speed_mps = 0.0
        self._blocked = blocked
        self._touch.tell(0.0)
        cut_power = not CUTS_POWER.isdisjoint(self._latched)
        return GateOutput(STANDSTILL, faults, bool(self._latched), limit_mps, clear_m, cut_power)

    def _drive(
        self, wanted: Command, base: BaseStatus, around: _Surroundings, dt: float
    ) -> GateOutput:
        self._blocked = False
        if wanted.speed_mps * base.speed_mps < 0 and abs(base.speed_mps) > STANDING_MPS:
            return self._stop(frozenset(), around.limit_mps, around.clear_m)  # stand, then turn
        limit = min(around.limit_mps, self._spec.speed_cap_mps)
        limit = min(
            limit,
            lateral_speed_mps(wanted.curvature_1pm, self._spec.max_lateral_acceleration_mps2),
        )
        if wanted.speed_mps < 0:
            limit = min(limit, REVERSE_CAP_MPS)
        rolling = max(self._last_speed_mps, abs(base.speed_mps))
        limit_now = min(limit, rolling + self._spec.max_acceleration_mps2 * dt)
        command = at_speed(wanted, limit_now)
        self._last_speed_mps = abs(command.speed_mps)
        self._touch.tell(command.speed_mps)
        return GateOutput(command, frozenset(), False, limit, around.clear_m)

    def _is_blocked(self, around: _Surroundings) -> bool:
        return around.inside_stop_zone or (self._blocked and around.limit_mps < RESTART_MPS)

    def _fenced(
        self, wanted: Command, inputs: GateInputs, base: BaseStatus, now_s: float
    ) -> Allowance:
        if self.fence is None:
            return FREE
        curves = self._curves(wanted, base)
        return self.fence.step(inputs.pose, wanted, base, curves, now_s)

    def _curves(self, wanted: Command, base: BaseStatus) -> list[float]:
        """Curvatures (1/m) to look along: the commanded one, and where the wheels point now."""
        steered = math.tan(base.steering_rad) / self._spec.wheelbase_m
        curves = [steered if wanted.speed_mps == 0 else wanted.curvature_1pm]
        if abs(base.speed_mps) > STANDING_MPS:  # a standing vehicle can still turn its wheels
            curves.append(steered)
        return curves

    def _look(self, wanted: Command, base: BaseStatus, now_s: float) -> _Surroundings:
        """Free travel on the commanded and the steered curve, and what it allows."""
        direction = -1.0 if (wanted.speed_mps or base.speed_mps) < 0 else 1.0
        reaction_s = REACTION_S + self._droplets.delay_s
        far_m = STOP_MARGIN_M + stopping_distance_m(
            self._spec.speed_cap_mps, self._spec.comfort_deceleration_mps2, reaction_s
        )
        points = np.concatenate((self._points, self._low.points))
        behind = self._memory.points  # there the lidar is blind: count on what it saw before
        if direction > 0:  # what odometry has carried into the outline was passed already
            behind = behind[~are_inside(behind, self._outline)]
        points = np.concatenate((points, behind))
        curves = self._curves(wanted, base)
        thing_m, drop_m = (
            min(free_travel_m(those, curve, direction, far_m, self._outline) for curve in curves)
            for those in (points, self._drops.points)
        )
        clear_m = min(thing_m, drop_m)
        room_m = clear_m - STOP_MARGIN_M
        need_m = stopping_distance_m(base.speed_mps, self._spec.max_deceleration_mps2, reaction_s)
        limit = stoppable_speed_mps(room_m, self._spec.comfort_deceleration_mps2, reaction_s)
        limit = min(limit, self._spec.speed_cap_mps)
        if self._approach.is_coming(curves, base.speed_mps, direction, now_s):
            self._came_s = now_s
        is_coming = 0.0 <= now_s - self._came_s <= COMING_S
        if direction > 0:
            is_coming |= self._overtaken.is_reached(curves, base.speed_mps, now_s)
        is_inside = room_m <= need_m or is_coming
        return _Surroundings(clear_m, limit, is_inside, drop_m < thing_m)
