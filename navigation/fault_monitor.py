"""The faults that the executive itself detects (detector `executive` in patrol.faults)."""

from __future__ import annotations

from dataclasses import dataclass

from navigation.types import StackInputs
from patrol.faults import FaultKind
from patrol.geometry import StampedPose
from patrol.topics import TOPICS

POSE_MAX_AGE_S = TOPICS["/localization/odometry"].max_age_s or 0.0
PERCEPTION_MAX_AGE_S = TOPICS["/perception/state"].max_age_s or 0.0
BATTERY_LOW_PCT = 20.0
BATTERY_CRITICAL_PCT = 7.0
BATTERY_RECOVERY_PCT = 2.0
NO_PROGRESS_S = 10.0
PROGRESS_M = 0.1
RETRY_PAUSE_S = 5.0  # after NO_PROGRESS: stand, then try again for NO_PROGRESS_S
MAX_HEADING_ERROR_RAD = 1.4
OFF_ROUTE_RECOVERY = 0.8
MOVING_MPS = 0.01
BLIND = frozenset({FaultKind.CAMERA_STALE, FaultKind.CAMERA_BLIND})
# The gate itself holds the vehicle for these, and goes on by itself: standing still here too
# would hide from the gate what the vehicle wants.
HELD_BY_GATE = frozenset(
    {
        FaultKind.OBSTACLE_IN_STOP_ZONE,
        FaultKind.DROP_AHEAD,
        FaultKind.ZONE_BOUNDARY,
        FaultKind.KEEP_OUT_ZONE,
    }
)


@dataclass(frozen=True, slots=True)
class Motion:
    """What the monitor needs to know of the driving."""

    driving: bool = False  # on a path
    commanded_mps: float = 0.0  # last cycle, unsigned
    travel_m: float = 0.0
    cross_track_error_m: float = 0.0
    heading_error_rad: float = 0.0
    corridor_m: float = 1.0  # to either side


def is_fresh(pose: StampedPose | None, now_s: float) -> bool:
    """Whether a pose is there and young enough to drive by."""
    return pose is not None and now_s - pose.stamp_s <= POSE_MAX_AGE_S


def is_awake(inputs: StackInputs) -> bool:
    """Whether perception has spoken of late: one that has not come up yet is as good as dead."""
    age_s = inputs.perception_age_s
    return age_s is not None and age_s <= PERCEPTION_MAX_AGE_S


def is_seeing(inputs: StackInputs) -> bool:
    """Whether perception looks, and its cameras show it something."""
    return is_awake(inputs) and inputs.perception_faults.isdisjoint(BLIND)


class FaultMonitor:
    """Detects faults from inputs and motion; remembers what needs hysteresis or time."""

    def __init__(self) -> None:
        self._battery: set[FaultKind] = set()
        self._off_route = False
        self._progress_s: float | None = None
        self._progress_m = 0.0
        self._stuck_s: float | None = None

    def step(self, inputs: StackInputs, motion: Motion, now_s: float) -> frozenset[FaultKind]:
        """All faults open now, reported ones among them."""
        faults = set(
            inputs.localization_faults | inputs.perception_faults | inputs.external_faults
        )
        if not is_fresh(inputs.pose, now_s):
            faults.add(FaultKind.LOCALIZATION_STALE)
        if not inputs.link_up:
            faults.add(FaultKind.LINK_LOST)
        if not is_awake(inputs):
            faults.add(FaultKind.PERCEPTION_LOST)
        if inputs.base is not None and inputs.base.emergency_stop:
            faults.add(FaultKind.EMERGENCY_STOP)
        if inputs.base is not None:
            faults |= self._battery_faults(inputs.base.battery_pct)
        if self._is_off_route(motion):
            faults.add(FaultKind.OFF_ROUTE)
        if self._is_stuck(motion, not HELD_BY_GATE.isdisjoint(faults), now_s):
            faults.add(FaultKind.NO_PROGRESS)
        return frozenset(faults)

    def is_retrying(self, now_s: float) -> bool:
        """Whether a vehicle without progress is trying to drive again."""
        if self._stuck_s is None:
            return False
        return (now_s - self._stuck_s) % (RETRY_PAUSE_S + NO_PROGRESS_S) >= RETRY_PAUSE_S

    def new_path(self) -> None:
        """Forget what belonged to the former path."""
        self._off_route = False
        self._progress_s = self._stuck_s = None

    def _battery_faults(self, charge_pct: float) -> set[FaultKind]:
        for fault, limit in (
            (FaultKind.BATTERY_LOW, BATTERY_LOW_PCT),
            (FaultKind.BATTERY_CRITICAL, BATTERY_CRITICAL_PCT),
        ):
            if not charge_pct >= limit:
                self._battery.add(fault)
            elif charge_pct >= limit + BATTERY_RECOVERY_PCT:
                self._battery.discard(fault)
        return self._battery

    def _is_off_route(self, motion: Motion) -> bool:
        share = OFF_ROUTE_RECOVERY if self._off_route else 1.0
        self._off_route = motion.driving and (
            abs(motion.cross_track_error_m) > share * motion.corridor_m
            or abs(motion.heading_error_rad) > share * MAX_HEADING_ERROR_RAD
        )
        return self._off_route

    def _is_stuck(self, motion: Motion, is_held: bool, now_s: float) -> bool:
        moved = abs(motion.travel_m - self._progress_m) >= PROGRESS_M
        if moved or not motion.driving or self._progress_s is None:
            self._progress_s, self._progress_m, self._stuck_s = now_s, motion.travel_m, None
        elif self._stuck_s is None and (motion.commanded_mps < MOVING_MPS or is_held):
            self._progress_s = now_s  # standing for a known reason
        elif self._stuck_s is None and now_s - self._progress_s > NO_PROGRESS_S:
            self._stuck_s = now_s
        return self._stuck_s is not None
