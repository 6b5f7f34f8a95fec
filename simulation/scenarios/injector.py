"""Injector: puts a row of the injection table into effect, and takes it back."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from simulation.mujoco.hands import Hold, Push
from simulation.mujoco.simulator import Simulator
from simulation.scenarios.control_room import ControlRoom
from simulation.scenarios.events import Fault
from simulation.scenarios.injections import Layer
from simulation.scenarios.tap import FaultTap
from simulation.types import SOUND
from simulation.vehicle.library import LibraryVehicle
from simulation.vehicle.radio import DELAY_S
from simulation.vehicle.stage import Health, StageName

FULL_MB, ROOMY_MB = 50.0, 10_000.0
PUSH_S = 0.5
TILT_LIFT_M = 0.25  # so that the lower side stays clear of the ground


class WorldInjector:
    """What can break in the world around any vehicle: sensors, base, body, and the server's end.

    `layers` says which: a fault of another layer needs the vehicle's software in hand.
    """

    def __init__(self, simulator: Simulator, room: ControlRoom, tap: FaultTap) -> None:
        self._simulator, self._room, self._tap = simulator, room, tap
        self.layers: dict[Layer, Callable[[Fault, bool], None]] = {
            Layer.SENSOR: self._sensor,
            Layer.BASE: self._base,
            Layer.LINK: self._link,
            Layer.BODY: self._body,
        }

    def begin(self, fault: Fault) -> None:
        """It breaks."""
        self.layers[fault.row.layer](fault, True)

    def end(self, fault: Fault) -> None:
        """It is over."""
        self.layers[fault.row.layer](fault, False)

    def push(self, force_n: float, direction_rad: float, for_s: float) -> None:
        """A horizontal force on the chassis; the direction counts from the vehicle's nose."""
        heading = self._simulator.truth.pose.yaw_rad + direction_rad
        force = (force_n * math.cos(heading), force_n * math.sin(heading), 0.0)
        self._simulator.push(Push(force, for_s))

    def _sensor(self, fault: Fault, begins: bool) -> None:
        if begins:
            self._tap.break_sensor(fault.inject, fault.strength)
        else:
            self._tap.mend_sensor(fault.inject)

    def _base(self, fault: Fault, begins: bool) -> None:
        simulator = self._simulator
        if fault.inject == "emergency_stop_pressed":
            simulator.emergency_stop = begins
            return
        broken = {
            "steering_stuck": replace(
                SOUND, stuck_steering_rad=simulator.base.steering_rad + fault.strength
            ),
            "motor_runaway": replace(SOUND, runaway_mps=fault.strength),
            "motor_dead": replace(SOUND, drive_free=True),
        }
        simulator.broken = broken[fault.inject] if begins else SOUND

    def _link(self, fault: Fault, begins: bool) -> None:
        self._room.alive = not begins  # server_killed: the one that needs no hand on the radio

    def _body(self, fault: Fault, begins: bool) -> None:
        simulator, size = self._simulator, fault.strength
        if fault.inject == "body_pushed":
            if begins:
                self.push(size, math.pi / 2, fault.for_s or PUSH_S)
            return
        holds = {
            "body_tilted": Hold(lift_m=TILT_LIFT_M, roll_rad=-size),
            "body_lifted": Hold(lift_m=size),
            "body_stuck": Hold(),
        }
        simulator.hold(holds[fault.inject] if begins else None)


class Injector(WorldInjector):
    """Knows the seams of a library vehicle as well: its stages, its radio, its machine."""

    def __init__(self, vehicle: LibraryVehicle, room: ControlRoom, tap: FaultTap) -> None:
        super().__init__(vehicle.simulator, room, tap)
        self._vehicle = vehicle
        self.layers |= {Layer.STAGE: self._stage, Layer.MACHINE: self._machine}

    def _stage(self, fault: Fault, begins: bool) -> None:
        stage = self._vehicle.stages[StageName(fault.row.target)]
        if fault.row.effect == "mad":
            self._vehicle.navigation.mad = begins
        elif fault.row.effect == "poseless":
            self._vehicle.perception.poseless = begins
        elif begins:
            stage.slow_factor = round(fault.strength) or stage.slow_factor
            stage.fail(Health(fault.row.effect))
        else:
            stage.recover(self._vehicle.now_s)

    def _link(self, fault: Fault, begins: bool) -> None:
        weather, size = self._vehicle.radio.weather, fault.strength if begins else 0.0
        if fault.inject in ("link_lost", "broker_killed"):
            weather.up = not begins
        elif fault.inject == "link_slow":
            weather.delay_s = size if begins else DELAY_S
        elif fault.inject == "link_duplicating":
            weather.duplicate_share = size
        elif fault.inject == "link_reordering":
            weather.shuffle_s = size
        else:
            super()._link(fault, begins)

    def _machine(self, fault: Fault, begins: bool) -> None:
        if fault.inject == "disk_full":
            self._vehicle.client.disk_free_mb = FULL_MB if begins else ROOMY_MB
        elif begins:  # a clock that was set stays set
            sign = -1.0 if fault.inject == "clock_set_back" else 1.0
            self._tap.clock_offset_s += sign * fault.strength
