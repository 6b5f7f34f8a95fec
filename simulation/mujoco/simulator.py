"""Simulator: one vehicle in one world, stepped by whoever owns the time."""

from __future__ import annotations

import logging
import math

import numpy as np

from navigation.types import BaseStatus, GnssFix, ImuSample
from patrol.geometry import Pose2, Scan, StampedPose
from patrol.vehicle import VehicleSpec
from simulation.camera.renderer import CameraRenderer, open_renderer
from simulation.mujoco.cast import Cast
from simulation.mujoco.drive import BaseDriver
from simulation.mujoco.lidar import Lidar
from simulation.mujoco.plant import Plant
from simulation.sensors.battery import Battery
from simulation.sensors.gnss import GnssModel
from simulation.sensors.inertial import ImuModel
from simulation.types import DriveCommand, ImageReading, SensorFrame, SensorOptions
from simulation.world import ScenarioError, World

log = logging.getLogger(__name__)

TICK_S = 0.01
PEOPLE_TICKS = 10
TRUTH_COVARIANCE = np.zeros((3, 3))
DOCK_REACH_M = 0.8  # base_link to dock node while the contacts touch
STANDING_MPS = 0.02


class Simulator:
    """Physics at 2 ms, sensors at their rates, no thread and no clock of its own.

    `camera_backend` is auto, gl, osmesa or software (or the environment's SUNRA_CAMERA); raises
    ScenarioError where the vehicle would start inside something, ConfigError for a camera
    backend that this machine lacks.
    """

    def __init__(
        self,
        world: World,
        spec: VehicleSpec,
        start: Pose2,
        seed: int = 0,
        *,
        cameras: bool = True,
        camera_backend: str = "auto",
        start_epoch_s: float = 0.0,
        options: SensorOptions | None = None,
    ) -> None:
        self.world, self.spec = world, spec
        self._options = options or SensorOptions()
        seeds = np.random.SeedSequence(seed).spawn(4)
        rngs = [np.random.default_rng(s) for s in seeds]
        self._plant = Plant(world, spec, start)
        self._driver = BaseDriver(spec)
        self._lidar = Lidar(self._plant.model, spec.lidar, world.terrain, rngs[0])
        self._gnss = GnssModel(world.patrol_map.origin, self._options, rngs[1])
        self._imu = ImuModel(self._options, rngs[2])
        self._rng = rngs[3]
        self._odometry_factor = 1.0 + float(self._rng.normal(0.0, self._options.odometry_scale))
        self._battery = Battery(spec)
        self._cast = Cast(world, self._plant)
        self._docks = [world.patrol_map.nodes[d.node_id] for d in world.patrol_map.docks]
        self._tick = 0
        self._start_epoch_s = start_epoch_s
        self._emergency_stop = False
        self._touched: frozenset[str] = frozenset()
        self._renderer: CameraRenderer | None = None
        if cameras and spec.cameras:
            self._renderer = open_renderer(world, spec.cameras, camera_backend)
        self._settle()
        self._base = self._measure_base()
        self._clear()

    @property
    def now_s(self) -> float:
        """Simulated epoch seconds."""
        return self._start_epoch_s + self._tick * TICK_S

    @property
    def truth(self) -> StampedPose:
        """Where base_link really is, in the map frame."""
        plant = self._plant
        roll, pitch, yaw = plant.attitude
        x_m, y_m, _ = plant.position_map
        forward = plant.map_from_base[:, 0] @ plant.velocity_map
        return StampedPose(
            self.now_s, Pose2(float(x_m), float(y_m), yaw), TRUTH_COVARIANCE, float(forward),
            plant.yaw_rate_radps, roll, pitch,
        )  # fmt: skip

    @property
    def base(self) -> BaseStatus:
        """What the base measured last (50 Hz)."""
        return self._base

    @property
    def emergency_stop(self) -> bool:
        """Whether the red button is pressed; assign to press or release it."""
        return self._emergency_stop

    @emergency_stop.setter
    def emergency_stop(self, pressed: bool) -> None:
        if pressed != self._emergency_stop:
            log.info("emergency_stop pressed=%s time_s=%.2f", pressed, self.now_s)
        self._emergency_stop = pressed

    def step(self, drive: DriveCommand, duration_s: float = TICK_S) -> None:
        """Move the world on under one command; raises ValueError unless 10 ms divide the time."""
        ticks = round(duration_s / TICK_S)
        if ticks < 1 or not math.isclose(ticks * TICK_S, duration_s, abs_tol=1e-6):
            raise ValueError(f"duration_s: {duration_s} is not a positive multiple of {TICK_S}")
        for _ in range(ticks):
            self._step_tick(drive)

    def poll(self) -> SensorFrame:
        """What the sensors produced since the last poll."""
        frame = SensorFrame(
            stamp_s=self.now_s, base=self._base, truth=self.truth, scans=self._scans,
            imu=self._imus, gnss=self._fixes, images=self._images, contacts=self._contacts,
        )  # fmt: skip
        self._clear()
        return frame

    def close(self) -> None:
        """Free the renderer."""
        if self._renderer is not None:
            self._renderer.close()
            self._renderer = None

    def _clear(self) -> None:
        self._scans: list[Scan] = []
        self._imus: list[ImuSample] = []
        self._fixes: list[GnssFix] = []
        self._images: list[ImageReading] = []
        self._contacts: list[str] = []

    def _settle(self) -> None:
        """Let the springs come to rest before time starts, brakes closed."""
        self._plant.apply(self._driver)
        self._plant.step(0.5)
        touched = self._plant.touching()
        if touched:
            raise ScenarioError(f"the vehicle would start inside {sorted(touched)[0]!r}")

    def _step_tick(self, drive: DriveCommand) -> None:
        plant = self._plant
        self._driver.step(drive, plant.wheel_speed_mps, self._emergency_stop, TICK_S)
        plant.apply(self._driver)
        plant.step(TICK_S)
        self._tick += 1
        self._watch_contacts()
        if self._tick % PEOPLE_TICKS == 0:
            self._cast.step(PEOPLE_TICKS * TICK_S, self._outline())
        self._read_sensors()

    def _due(self, rate_hz: float) -> bool:
        """Whether a sensor of this rate fires on this tick."""
        tick = self._tick
        return math.floor(tick * TICK_S * rate_hz + 1e-6) > math.floor(
            (tick - 1) * TICK_S * rate_hz + 1e-6
        )

    def _read_sensors(self) -> None:
        options, now_s = self._options, self.now_s
        if self._due(options.base_rate_hz):
            self._base = self._measure_base()
        if self._due(options.imu_rate_hz):
            plant = self._plant
            roll, pitch, _ = plant.attitude
            self._imus.append(
                self._imu.read(plant.map_from_base, plant.velocity_map, plant.yaw_rate_radps,
                               (roll, pitch), now_s)
            )  # fmt: skip
        if self._due(options.gnss_rate_hz):
            self._fixes.append(self._gnss.read(self._antenna(), now_s))
        if self._due(self.spec.lidar.rate_hz):
            self._scans.append(self._lidar.scan(self._plant.data, now_s))
        if self._renderer is not None:
            self._take_pictures(self._renderer)

    def _take_pictures(self, renderer: CameraRenderer) -> None:
        for camera in self.spec.cameras:
            if self._due(camera.rate_hz):
                people = self._cast.people
                plant = self._plant
                bgr = renderer.render(camera, plant.position_map, plant.map_from_base, people)
                self._images.append(ImageReading(self.now_s, camera, bgr))

    def _antenna(self) -> tuple[float, float, float]:
        place = self._plant.position_map + self._plant.map_from_base @ (
            self.spec.gnss_x_m, 0.0, self.spec.gnss_z_m,
        )  # fmt: skip
        return float(place[0]), float(place[1]), float(place[2])

    def _measure_base(self) -> BaseStatus:
        options, plant = self._options, self._plant
        roll, pitch, _ = plant.attitude
        speed = plant.wheel_speed_mps
        standing = self._driver.braking and abs(speed) < STANDING_MPS
        charging = standing and self._on_dock()
        self._battery.step(speed, -math.tan(pitch), charging, 1.0 / options.base_rate_hz)
        noise = self._rng.normal(0.0, 1.0, 4)
        measured = speed * self._odometry_factor + options.odometry_noise_mps * noise[0]
        return BaseStatus(
            stamp_s=self.now_s,
            speed_mps=0.0 if standing else float(measured),
            steering_rad=plant.steering_rad + options.steering_noise_rad * float(noise[1]),
            battery_pct=self._battery.charge_pct,
            charging=charging,
            emergency_stop=self._emergency_stop,
            roll_rad=roll + options.tilt_noise_rad * float(noise[2]),
            pitch_rad=pitch + options.tilt_noise_rad * float(noise[3]),
        )

    def _on_dock(self) -> bool:
        x_m, y_m, _ = self._plant.position_map
        return any(math.hypot(n.x_m - x_m, n.y_m - y_m) < DOCK_REACH_M for n in self._docks)

    def _watch_contacts(self) -> None:
        touching = self._plant.touching()
        for name in sorted(touching - self._touched):
            log.warning("contact other=%r time_s=%.2f", name, self.now_s)
            self._contacts.append(name)
        self._touched = touching

    def _outline(self) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
        """Points around the hull on the ground, (n, 2)."""
        spec, pose = self.spec, self.truth.pose
        half = spec.width_m / 2
        xs = np.linspace(-spec.rear_overhang_m, spec.front_m, 5)
        return np.array([pose.transform(float(x), y) for x in xs for y in (-half, 0.0, half)])
