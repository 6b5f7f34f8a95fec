"""The stages that drive: localization, navigation, safety gate; each wraps one library object."""

from __future__ import annotations

import math

from navigation.localization.localizer import Localizer
from navigation.localization.outlines import Outlines
from navigation.localization.placing import sigma_to_keep_m
from navigation.safety.fence import Fence
from navigation.safety.gate import SafetyGate
from navigation.stack import NavigationStack
from navigation.types import (
    Command,
    GateInputs,
    GnssFix,
    ImuSample,
    StackInputs,
    StackOutputs,
    WheelOdometry,
)
from patrol.errors import OrderError
from patrol.geometry import Pose2, Scan
from patrol.map import PatrolMap
from patrol.topics import TOPICS
from patrol.vda5050.init_position import INIT_POSITION
from patrol.vehicle import VehicleSpec
from simulation.vehicle.bus import NO_FAULTS, Bus, Faults, max_age_s
from simulation.vehicle.stage import Stage, StageName

POSE_HZ = TOPICS["/localization/odometry"].rate_hz or 20.0
COMMAND_HZ = TOPICS["/cmd_vel"].rate_hz or 20.0
GATE_HZ = TOPICS["/cmd_vel_safe"].rate_hz or 50.0
# A restarted localization is as unsure as patrol_localization: it may have moved meanwhile.
PARKED_SIGMA_M, PARKED_SIGMA_RAD = 0.3, 0.1
DRIFT_MPS, MAX_DRIFT_M = 0.5, 3.0
TURN_RADPS, MAX_TURN_RAD = 0.2, 0.35
NO_NUMBERS = Command(math.nan, math.nan)
ASTRAY = Command(1.39, 0.25)  # on a bend of 5.6 m, wider than any way
SAVE_EVERY = round(POSE_HZ)  # the last pose goes to disk once a second


class LocalizationStage(Stage):
    """Wheel odometry, IMU, GNSS and lidar → pose; the last pose survives a kill, as on disk."""

    def __init__(self, bus: Bus, spec: VehicleSpec, patrol_map: PatrolMap, start: Pose2) -> None:
        super().__init__(StageName.LOCALIZATION, POSE_HZ)
        self._bus, self._spec, self._map = bus, spec, patrol_map
        self._start, self._cycles = start, 0
        self._saved: tuple[float, Pose2, float] | None = None  # stamp, pose, sigma
        self._outlines = Outlines(b.polygon_map for b in patrol_map.buildings)
        self.localizer = Localizer(
            spec, patrol_map.origin, start, PARKED_SIGMA_M, PARKED_SIGMA_RAD,
            outlines=self._outlines,
        )  # fmt: skip

    def open(self, now_s: float) -> None:
        """Begin at the last saved pose, as unsure as its age says."""
        if self._saved is None:
            return
        stamp_s, pose, sigma_m = self._saved
        age_s = max(0.0, now_s - stamp_s)
        self.localizer = Localizer(
            self._spec,
            self._map.origin,
            pose,
            sigma_m + min(DRIFT_MPS * age_s, MAX_DRIFT_M),
            0.05 + min(TURN_RADPS * age_s, MAX_TURN_RAD),
            outlines=self._outlines,
        )

    def hear(self, sample: WheelOdometry | ImuSample | GnssFix | Scan) -> None:
        """Take a sensor's sample; a dead or hanging stage loses it."""
        if not self.hears:
            return
        if isinstance(sample, WheelOdometry):
            self.localizer.add_odometry(sample)
        elif isinstance(sample, ImuSample):
            self.localizer.add_imu(sample)
        elif isinstance(sample, Scan):
            self.localizer.add_scan(sample)
        else:
            self.localizer.add_gnss(sample)

    def place(self, pose: Pose2, now_s: float) -> None:
        """Begin where a person says; raises OrderError where that cannot be taken."""
        if not self.hears:
            raise OrderError(f"{INIT_POSITION}: localization is down", "actionError")
        try:
            self.localizer.place(pose, self._map, now_s)
        except ValueError as error:
            raise OrderError(f"{INIT_POSITION}: {error}", "actionError") from None

    def misplace(self, north_m: float, now_s: float) -> None:
        """Start anew from a memory that is off by so much, as after a ride on a lorry."""
        stamped = self.localizer.estimate(now_s).stamped
        pose = self._start if stamped is None else stamped.pose
        moved = Pose2(pose.x_m, pose.y_m + north_m, pose.yaw_rad)
        self._saved = (now_s, moved, PARKED_SIGMA_M)
        self.open(now_s)

    def cycle(self, now_s: float) -> None:
        """Publish the pose and how far it can be trusted."""
        estimate = self.localizer.estimate(now_s)
        self._bus.estimate.put(estimate, now_s)
        self._cycles += 1
        if estimate.stamped is None:
            return
        self._bus.pose.put(estimate.stamped, estimate.stamped.stamp_s)
        if self._cycles % SAVE_EVERY == 0:
            sigma_m = sigma_to_keep_m(estimate)
            self._saved = (estimate.stamped.stamp_s, estimate.stamped.pose, sigma_m)


class NavigationStage(Stage):
    """Pose, base and everybody's faults → velocity command and the order's state.

    `boots` counts starts: the client sees by it that an order must be given again.
    """

    def __init__(self, bus: Bus, spec: VehicleSpec, patrol_map: PatrolMap) -> None:
        super().__init__(StageName.NAVIGATION, COMMAND_HZ)
        self._bus, self._spec, self._map = bus, spec, patrol_map
        self.stack = NavigationStack(spec, patrol_map)
        self.outputs = StackOutputs()
        self.boots = 1
        self.instead: Command | None = None  # what it writes whatever its stack says

    def open(self, now_s: float) -> None:
        """A new stack: it knows no order; its predecessor's last word is none of its own."""
        self.stack, self.outputs = NavigationStack(self._spec, self._map), StackOutputs()
        self._bus.navigation.stamp_s = None
        self.boots += 1

    def cycle(self, now_s: float) -> None:
        """One step of the stack with the newest of everything."""
        self.outputs = self.stack.step(self._inputs(now_s), now_s)
        command = self.instead or self.outputs.command
        self._bus.command.put(command, now_s)
        self._bus.navigation.put(self.outputs.state, now_s)
        self._bus.attention_order.put(self.outputs.attention, now_s)
        self._bus.capture.put(self.outputs.capture_id, now_s)

    def _inputs(self, now_s: float) -> StackInputs:
        bus = self._bus
        estimate = bus.estimate.fresh(now_s, max_age_s("/localization/state"))
        gate = bus.gate.fresh(now_s, max_age_s("/safety/state"))
        machine: Faults = bus.machine.fresh(now_s, max_age_s("/fleet_client/state")) or NO_FAULTS
        return StackInputs(
            pose=bus.pose.value,
            localization_faults=estimate.faults if estimate else NO_FAULTS,
            base=bus.base.value,
            scan=bus.scan.value,
            signals=bus.signals,
            perception_age_s=bus.perception.age_s(now_s),
            perception_faults=bus.perception.fresh(now_s, max_age_s("/perception/state"))
            or NO_FAULTS,
            link_up=bool(bus.link_up.fresh(now_s, max_age_s("/fleet_client/state"))),
            external_faults=machine | (gate.faults if gate else NO_FAULTS),
            attention=bus.attention.value,
            captured=bus.captured.value,
        )


class GateStage(Stage):
    """The safety gate: what it last said goes to the wheels as long as it is fresh."""

    def __init__(self, bus: Bus, spec: VehicleSpec, patrol_map: PatrolMap) -> None:
        super().__init__(StageName.GATE, GATE_HZ)
        self._bus, self._spec, self._map = bus, spec, patrol_map
        self.gate = SafetyGate(spec, Fence(spec, patrol_map))

    def open(self, now_s: float) -> None:
        """A new gate, with what the one before has left for a person to reset."""
        self.gate = SafetyGate(self._spec, Fence(self._spec, self._map), self.gate.latched)

    def drive_on(self, patrol_map: PatrolMap) -> None:
        """Another map, from now on and after a restart."""
        self._map = patrol_map
        self.gate.fence = Fence(self._spec, patrol_map)

    def cycle(self, now_s: float) -> None:
        """Limit or stop the newest command."""
        bus = self._bus
        inputs = GateInputs(
            bus.command.value,
            bus.command.stamp_s,
            bus.scan.value,
            bus.base.value,
            tuple(bus.ranges.values()),
            bus.pose.value,
        )
        output = self.gate.step(inputs, now_s)
        bus.gate.put(output, now_s)
        bus.safe_command.put(output.command, now_s)
