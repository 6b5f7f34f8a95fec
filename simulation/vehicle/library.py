"""LibraryVehicle: simulator and vehicle software in lockstep, one 10 ms tick at a time.

The product's vehicle runs the same libraries as ROS 2 nodes; here they are stages that meet in
mail. Between the simulator and the software sits a `Tap`, through which faults come in.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

from navigation.types import (
    STANDSTILL,
    GateOutput,
    NavigationState,
    RangeSample,
    WheelOdometry,
    steering_for,
)
from patrol.faults import FaultKind
from patrol.vda5050.topic_names import VehicleAddress
from simulation.attention import SimulatedAttention
from simulation.mujoco.simulator import Simulator
from simulation.types import DriveCommand, SensorFrame
from simulation.vehicle.bus import Bus, max_age_s
from simulation.vehicle.client_stage import ClientStage
from simulation.vehicle.driving_stages import GateStage, LocalizationStage, NavigationStage
from simulation.vehicle.orders import ADDRESS
from simulation.vehicle.perception_stage import MakePipeline, PerceptionStage, StandInCamera
from simulation.vehicle.radio import Radio
from simulation.vehicle.stage import Stage, StageName

BASE_DRIVER_EVERY = 2  # ticks: 50 Hz
SHOW_EVERY = 10
NO_GATE = GateOutput(STANDSTILL, frozenset(), False, 0.0, math.inf)


class Tap(Protocol):
    """What may come between the world and the software."""

    def now_s(self, world_s: float) -> float:
        """The vehicle's clock when the world's shows `world_s`."""
        ...

    def frame(self, frame: SensorFrame) -> SensorFrame:
        """What the sensors say with all that is wrong; stamped by the vehicle's clock."""
        ...

    def drive(self, command: DriveCommand) -> DriveCommand:
        """What the base does with what it is told."""
        ...


class OpenTap:
    """Nothing is wrong."""

    def now_s(self, world_s: float) -> float:
        """The same time."""
        return world_s

    def frame(self, frame: SensorFrame) -> SensorFrame:
        """The same readings."""
        return frame

    def drive(self, command: DriveCommand) -> DriveCommand:
        """The same command."""
        return command


class LibraryVehicle:
    """The vehicle's software around a simulator.

    `stages` are its parts by name, in the order of their turns.
    """

    def __init__(
        self,
        simulator: Simulator,
        radio: Radio | None = None,
        *,
        tap: Tap | None = None,
        pipeline: MakePipeline | None = None,
        stand_ins: Sequence[StandInCamera] = (),
        address: VehicleAddress = ADDRESS,
    ) -> None:
        spec, patrol_map = simulator.spec, simulator.world.patrol_map
        self.simulator, self.radio = simulator, radio or Radio()
        self.tap: Tap = tap or OpenTap()
        self.bus = Bus()
        self.localization = LocalizationStage(self.bus, spec, patrol_map, simulator.truth.pose)
        self.navigation = NavigationStage(self.bus, spec, patrol_map)
        self.gate = GateStage(self.bus, spec, patrol_map)
        self.perception = PerceptionStage(self.bus, pipeline)
        self.client = ClientStage(
            self.bus, spec, patrol_map, self.localization, self.navigation, self.radio, address
        )
        self.frame: SensorFrame | None = None
        self.attention = SimulatedAttention()
        self.drive = DriveCommand()
        self.now_s = simulator.now_s
        self._stand_ins = stand_ins
        self._steering_rad = 0.0
        self._odometry_s = -math.inf
        self._tick = 0
        in_turn: tuple[Stage, ...] = (
            self.client, self.localization, self.perception, self.navigation, self.gate,
        )  # fmt: skip
        self.stages: dict[StageName, Stage] = {stage.name: stage for stage in in_turn}

    @property
    def state(self) -> NavigationState:
        """What navigation said last."""
        return self.bus.navigation.value or NavigationState()

    @property
    def gate_output(self) -> GateOutput:
        """What the gate said last; standstill where it is silent."""
        return self.bus.gate.fresh(self.now_s, max_age_s("/safety/state")) or NO_GATE

    @property
    def faults(self) -> frozenset[FaultKind]:
        """Everything open on the vehicle: of navigation, gate and client."""
        own = self.client.refused() | self.client.own_faults()
        if self.bus.navigation.fresh(self.now_s, max_age_s("/navigation/state")) is None:
            return own | self.gate_output.faults | {FaultKind.NAVIGATION_LOST}
        return own | self.gate_output.faults | self.state.faults

    def tick(self) -> bool:
        """10 ms of world and software; True when navigation ran."""
        self._tick += 1
        if self._tick % BASE_DRIVER_EVERY == 0:
            self._drive_base()
        self.simulator.step(self.tap.drive(self.drive))
        self.now_s = self.tap.now_s(self.simulator.now_s)
        frame = self.simulator.poll()
        if frame.scans and self._tick % 20 == 0:
            frame.images.extend(camera.take(frame.stamp_s) for camera in self._stand_ins)
        self._sense(self.tap.frame(frame))
        if self._tick % SHOW_EVERY == 0:
            self._show_and_say()
        ran = {stage.name: stage.tick(self._tick, self.now_s) for stage in self.stages.values()}
        return ran[StageName.NAVIGATION]

    def _drive_base(self) -> None:
        """The base driver: a command that is missing or old brakes, wheels kept.

        Where the gate is silent nobody watches the wheels: then the motors' power is cut too.
        """
        gate = self.bus.gate.fresh(self.now_s, max_age_s("/safety/state"))
        command = self.bus.safe_command.fresh(self.now_s, max_age_s("/cmd_vel_safe")) or STANDSTILL
        steering = steering_for(command, self.simulator.spec.wheelbase_m)
        self._steering_rad = self._steering_rad if steering is None else steering
        self.drive = DriveCommand(
            command.speed_mps, self._steering_rad, cut_power=gate is None or gate.cut_power
        )

    def _show_and_say(self) -> None:
        """Beacon, siren and loudspeaker of the base."""
        order = self.bus.attention_order
        if order.value is not None and order.stamp_s is not None:
            self.attention.take(order.value, order.stamp_s)
        self.bus.attention.put(self.attention.report(self.now_s), self.now_s)

    def _sense(self, frame: SensorFrame) -> None:
        self.frame = frame
        base = frame.base
        if base.stamp_s != self._odometry_s:
            self._odometry_s = base.stamp_s
            self.bus.base.put(base, base.stamp_s)
            self.localization.hear(WheelOdometry(base.stamp_s, base.speed_mps, base.steering_rad))
        for sample in frame.imu:
            self.localization.hear(sample)
        for fix in frame.gnss:
            self.localization.hear(fix)
        for scan in frame.scans:
            self.localization.hear(scan)
        if frame.scans:
            self.bus.scan.put(frame.scans[-1], frame.scans[-1].stamp_s)
        for reading in (*frame.ranges, *frame.drops):
            name = reading.sensor.name
            self.bus.ranges[name] = RangeSample(reading.stamp_s, name, reading.range_m)
        for signal in frame.signals:
            self.bus.signals[signal.signal_id] = signal
        for picture in frame.images:
            self.bus.pictures[picture.camera.name] = picture
        if frame.thermal:
            self.bus.thermal.put(frame.thermal[-1], frame.thermal[-1].stamp_s)
