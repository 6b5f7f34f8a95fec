"""Instruments: all sensors of the vehicle but its cameras, read at their rates."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from navigation.types import BaseStatus, GnssFix, ImuSample
from patrol.geometry import Scan
from patrol.vehicle import VehicleSpec
from simulation.mujoco.drop_rangers import DropRangers
from simulation.mujoco.lidar import BEYOND_M, Lidar
from simulation.mujoco.obstacle_rays import ObstacleRays
from simulation.mujoco.plant import Plant
from simulation.mujoco.schedule import Turns
from simulation.mujoco.ultrasonic import Ultrasonics
from simulation.sensors.battery import Battery
from simulation.sensors.body import BodySensor
from simulation.sensors.charger import Charger
from simulation.sensors.gnss import GnssModel
from simulation.sensors.inertial import ImuModel
from simulation.sensors.sky import Sky
from simulation.sensors.sound import SoundSource, sound_level_dba
from simulation.types import PowerReading, RangeReading, SensorOptions, SoundReading
from simulation.world import World

DOCK_REACH_M = 0.8  # base_link to dock node while the contacts touch
STANDING_MPS = 0.02


class Instruments:
    """Readings gather in lists until they are cleared; `base` and `power` are the newest."""

    def __init__(
        self, world: World, spec: VehicleSpec, plant: Plant, options: SensorOptions, seed: int
    ) -> None:
        self._world, self._spec, self._plant, self._options = world, spec, plant, options
        rngs = [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(8)]
        model, data = plant.model, plant.data
        obstacles = ObstacleRays(model, data, spec.lidar.range_max_m + BEYOND_M)
        self._lidar = Lidar(
            model, data, spec.lidar, world.terrain, rngs[0], obstacles, world.conditions
        )
        self._gnss = GnssModel(
            world.patrol_map.origin, options, rngs[1], _sky(world, rngs[4], options)
        )
        self._imu = ImuModel(options, rngs[2])
        self._body = BodySensor(options, rngs[6])
        self._rng = rngs[3]
        self._odometry_factor = 1.0 + float(self._rng.normal(0.0, options.odometry_scale))
        self._ultrasonics = Ultrasonics(model, data, spec.ultrasonics, rngs[5], obstacles)
        self._drops = DropRangers(model, data, spec.drop_rangers, rngs[7], world)
        self._docks = [world.patrol_map.nodes[d.node_id] for d in world.patrol_map.docks]
        self.battery, self.charger = Battery(spec), Charger()
        self._imu_turns, self._gnss_turns = Turns(options.imu_rate_hz), Turns(options.gnss_rate_hz)
        self._lidar_turns = Turns(spec.lidar.rate_hz)
        self._sound_turns = Turns(0.0 if spec.microphone is None else spec.microphone.rate_hz)
        self.clear()

    def clear(self) -> None:
        """Forget what was read."""
        self.scans: list[Scan] = []
        self.imus: list[ImuSample] = []
        self.fixes: list[GnssFix] = []
        self.ranges: list[RangeReading] = []
        self.drops: list[RangeReading] = []
        self.sounds: list[SoundReading] = []

    def read(self, tick: int, now_s: float, sources: Callable[[], Sequence[SoundSource]]) -> None:
        """Read what is due on this tick, the base apart."""
        spec, plant = self._spec, self._plant
        if self._imu_turns.come(tick):
            roll, pitch, _ = plant.attitude
            self.imus.append(
                self._imu.read(plant.map_from_base, plant.velocity_map, plant.yaw_rate_radps,
                               (roll, pitch), now_s)
            )  # fmt: skip
        if self._gnss_turns.come(tick):
            antenna = plant.place_map(spec.gnss_x_m, 0.0, spec.gnss_z_m)
            self.fixes.append(self._gnss.read(antenna, now_s))
        if self._lidar_turns.come(tick):
            self.scans.append(self._lidar.scan(now_s))
        self.ranges += self._ultrasonics.read(tick, now_s)
        self.drops += self._drops.read(tick, now_s)
        if spec.microphone is not None and self._sound_turns.come(tick):
            place = plant.place_map(spec.microphone.x_m, 0.0, spec.microphone.z_m)
            speed, conditions = plant.wheel_speed_mps, self._world.conditions
            level_dba = sound_level_dba(sources(), place, conditions, speed)
            self.sounds.append(SoundReading(now_s, level_dba))

    def read_base(
        self, now_s: float, braking: bool, emergency_stop: bool, bumped: bool
    ) -> BaseStatus:
        """What the base measures now; it also lives on one period's battery.

        Speed is that of the wheels: over the ground they may slip, or slide when locked.
        """
        options, plant = self._options, self._plant
        roll, pitch, yaw = plant.attitude
        speed = plant.wheel_speed_mps
        standing = braking and abs(speed) < STANDING_MPS
        charging = self.charger.gives_current(self._on_dock()) and standing
        self.battery.step(plant.drive_power_w, charging, 1.0 / options.base_rate_hz)
        noise = self._rng.normal(0.0, 1.0, 4).tolist()
        measured = speed * self._odometry_factor + options.odometry_noise_mps * noise[0]
        return BaseStatus(
            stamp_s=now_s,
            speed_mps=0.0 if standing else measured,
            steering_rad=plant.steering_rad + options.steering_noise_rad * noise[1],
            battery_pct=self.battery.charge_pct,
            charging=charging,
            emergency_stop=emergency_stop,
            roll_rad=roll + options.tilt_noise_rad * noise[2],
            pitch_rad=pitch + options.tilt_noise_rad * noise[3],
            bumped=bumped,
            motion=self._body.read(plant.imu_velocity_map, plant.rates_radps, yaw, now_s),
        )

    def power(self, now_s: float) -> PowerReading:
        """The battery at its terminals."""
        return PowerReading(now_s, self.battery.voltage_v, self.battery.current_a)

    def _on_dock(self) -> bool:
        x_m, y_m, _ = self._plant.position_map.tolist()
        return any(math.hypot(n.x_m - x_m, n.y_m - y_m) < DOCK_REACH_M for n in self._docks)


def _sky(world: World, rng: np.random.Generator, options: SensorOptions) -> Sky | None:
    if not options.gnss_shadow:
        return None
    latitude_rad = math.radians(world.patrol_map.origin.latitude_deg)
    return Sky(world.buildings, latitude_rad, rng)
