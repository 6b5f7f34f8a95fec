"""Injector: puts a row of the injection table into effect, and takes it back."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from patrol.clock import iso_utc
from patrol.map import Zone, ZoneKind
from patrol.weather import REPORT_WEATHER
from simulation.mujoco.hands import Hold, Push
from simulation.mujoco.simulator import Simulator
from simulation.scenarios.control_room import ControlRoom
from simulation.scenarios.events import Fault
from simulation.scenarios.injections import Layer
from simulation.scenarios.tap import FaultTap
from simulation.types import SOUND
from simulation.vehicle.driving_stages import ASTRAY, NO_NUMBERS
from simulation.vehicle.library import LibraryVehicle
from simulation.vehicle.radio import DELAY_S
from simulation.vehicle.stage import Health, StageName

FULL_MB, ROOMY_MB = 50.0, 10_000.0
PUSH_S = 0.5
INSTEAD = {"mad": NO_NUMBERS, "wild": ASTRAY}  # of navigation's commands
ZONE_M = (3.0, 10.0)  # along the vehicle's heading and across
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
        if fault.inject == "bumper_pressed":
            simulator.bumper_held = begins
            return
        if fault.inject == "charger_dead":
            simulator.charger.is_dead = begins
            return
        if fault.inject == "charger_missed":
            simulator.charger.misses = round(fault.strength) if begins else 0
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
        """What needs no hand on the radio."""
        if fault.row.target != "weather":
            self._room.alive = not begins  # server_killed
            return
        now_s = self._simulator.now_s
        report = {"observedAt": iso_utc(now_s), "rain_mmph": fault.strength if begins else 0.0}
        self._room.act(REPORT_WEATHER, now_s, report)

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
        if fault.row.effect in INSTEAD:
            self._vehicle.navigation.instead = INSTEAD[fault.row.effect] if begins else None
        elif fault.row.effect == "poseless":
            self._vehicle.perception.poseless = begins
        elif fault.row.effect == "misplaced":
            if begins:  # what it believes stays wrong until somebody says otherwise
                self._vehicle.localization.misplace(fault.strength, self._vehicle.now_s)
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
        if fault.inject == "zone_closed":
            self._close_zone(fault.strength if begins else None)
        elif fault.inject == "disk_full":
            self._vehicle.client.disk_free_mb = FULL_MB if begins else ROOMY_MB
        elif fault.inject == "power_cut":
            self._cut_power(begins)
        elif begins:  # a clock that was set stays set
            sign = -1.0 if fault.inject == "clock_set_back" else 1.0
            self._tap.clock_offset_s += sign * fault.strength

    def _cut_power(self, begins: bool) -> None:
        vehicle = self._vehicle
        if not begins:
            vehicle.client.start_anew()
        for stage in vehicle.stages.values():
            if begins:
                stage.fail(Health.KILLED)
            else:
                stage.recover(vehicle.now_s)

    def _close_zone(self, ahead_m: float | None) -> None:
        """The gate's map with a zone ahead, or as it was."""
        patrol_map = self._simulator.world.patrol_map
        if ahead_m is not None:
            pose, (long_m, wide_m) = self._simulator.truth.pose, ZONE_M
            half, far_m = wide_m / 2, ahead_m + long_m
            corners = ((ahead_m, -half), (far_m, -half), (far_m, half), (ahead_m, half))
            ring = tuple(pose.transform(x_m, y_m) for x_m, y_m in corners)
            zone = Zone("closed", ZoneKind.KEEP_OUT, ring)
            patrol_map = replace(patrol_map, zones=(*patrol_map.zones, zone))
        self._vehicle.gate.drive_on(patrol_map)
