"""Simulator: one vehicle in one world, stepped by whoever owns the time."""

from __future__ import annotations

import logging
import math

import numpy as np

from navigation.types import BaseStatus
from patrol.geometry import Pose2, StampedPose
from patrol.vehicle import CameraSpec, VehicleSpec
from simulation.actors.state import RobotNow
from simulation.camera.renderer import CameraRenderer, open_renderer
from simulation.mujoco.cast import Cast
from simulation.mujoco.delays import CommandDelay
from simulation.mujoco.drive import BaseDriver
from simulation.mujoco.hands import Hands, Hold, Push
from simulation.mujoco.instruments import Instruments
from simulation.mujoco.people_mjcf import shown_body
from simulation.mujoco.plant import Plant
from simulation.mujoco.schedule import TICK_S as TICK_S
from simulation.mujoco.schedule import due
from simulation.mujoco.truth import TruthBox, TruthBoxes
from simulation.sensors.battery import Battery
from simulation.sensors.sound import SoundSource, sound_sources
from simulation.types import (
    SOUND,
    DriveCommand,
    ImageReading,
    SensorFrame,
    SensorOptions,
    ThermalReading,
)
from simulation.world import ScenarioError, World

log = logging.getLogger(__name__)

PEOPLE_TICKS = 10
TRUTH_COVARIANCE = np.zeros((3, 3))


class Simulator:
    """Physics at 2 ms, sensors at their rates, no thread and no clock of its own.

    Assign to `broken` what is broken in drive and steering.

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
        self._plant = Plant(world, spec, start)
        self._driver = BaseDriver(spec)
        self._delay = CommandDelay(spec.actuation, TICK_S)
        self._hands = Hands(self._plant.model)
        self._truth_boxes = TruthBoxes(self._plant.model, world.terrain)
        self._instruments = Instruments(world, spec, self._plant, self._options, seed)
        self.broken = SOUND
        self._cast = Cast(world, self._plant)
        self._tick = 0
        self._start_epoch_s = start_epoch_s
        self._emergency_stop = False
        self._touched: frozenset[str] = frozenset()
        self._renderer: CameraRenderer | None = None
        if cameras and (spec.cameras or spec.thermal_cameras):
            self._renderer = open_renderer(world, spec.cameras, camera_backend)
        self._settle()
        self._base = self._measure_base()
        self._power = self._instruments.power(self.now_s)
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

    @property
    def battery(self) -> Battery:
        """The battery; assign to its `charge_pct` or `resistance_factor` to make it weak."""
        return self._instruments.battery

    def boxes(self, camera: CameraSpec) -> list[TruthBox]:
        """What the camera should find now: actors and parked cars, nearest first, for scoring."""
        shown = {
            body: (actor.spec.name, actor.spec.kind.value)
            for actor in self._cast.now
            if (body := shown_body(actor)) is not None
        }
        return self._truth_boxes.boxes(self._plant.data, camera, shown)

    @property
    def actor_places(self) -> dict[str, tuple[float, float]]:
        """Where every actor that can be seen really is: name → (x, y), map metres."""
        return {
            actor.spec.name: (actor.state.x_m, actor.state.y_m)
            for actor in self._cast.now
            if actor.state.visible
        }

    @property
    def dark_posts(self) -> frozenset[int]:
        """Numbers of the world's posts whose lamps do not burn; assign to change them."""
        return self._cast.dark_posts

    @dark_posts.setter
    def dark_posts(self, posts: frozenset[int]) -> None:
        self._cast.dark_posts = posts

    def push(self, push: Push) -> None:
        """Begin to push the vehicle from outside."""
        self._hands.push(push, self.now_s)

    def hold(self, hold: Hold | None) -> None:
        """Lift or tilt the vehicle as by hand, change the hold, or let go with None."""
        self._hands.hold(hold, self._plant.data)

    def step(self, drive: DriveCommand, duration_s: float = TICK_S) -> None:
        """Move the world on under one command; raises ValueError unless 10 ms divide the time."""
        ticks = round(duration_s / TICK_S)
        if ticks < 1 or not math.isclose(ticks * TICK_S, duration_s, abs_tol=1e-6):
            raise ValueError(f"duration_s: {duration_s} is not a positive multiple of {TICK_S}")
        for _ in range(ticks):
            self._step_tick(drive)

    def poll(self) -> SensorFrame:
        """What the sensors produced since the last poll."""
        tools = self._instruments
        frame = SensorFrame(
            stamp_s=self.now_s, base=self._base, truth=self.truth, scans=tools.scans,
            imu=tools.imus, gnss=tools.fixes, images=self._images, contacts=self._contacts,
            thermal=self._thermal, ranges=tools.ranges, sounds=tools.sounds,
            power=self._power,
        )  # fmt: skip
        self._clear()
        return frame

    def close(self) -> None:
        """Free the renderer."""
        if self._renderer is not None:
            self._renderer.close()
            self._renderer = None

    def _clear(self) -> None:
        self._instruments.clear()
        self._images: list[ImageReading] = []
        self._thermal: list[ThermalReading] = []
        self._contacts: list[str] = []

    def _settle(self) -> None:
        """Let the springs come to rest before time starts, brakes closed."""
        self._plant.apply(self._driver)
        self._plant.step(0.5)
        touched = self._plant.touching()
        if touched:
            raise ScenarioError(f"the vehicle would start inside {sorted(touched)[0]!r}")

    def _step_tick(self, drive: DriveCommand) -> None:
        plant, broken = self._plant, self.broken
        drive = self._delay.step(drive)
        if broken.runaway_mps is not None:
            drive = DriveCommand(broken.runaway_mps, drive.steering_rad)
        self._driver.step(drive, plant.wheel_speed_mps, self._emergency_stop, TICK_S)
        plant.apply(self._driver, broken, self.battery.torque_share)
        self._hands.step(plant.data, self.now_s)
        plant.step(TICK_S)
        self._tick += 1
        self._watch_contacts()
        if self._tick % PEOPLE_TICKS == 0:
            truth = self.truth
            robot = RobotNow(truth.pose, truth.speed_mps, self._outline())
            self._cast.step(PEOPLE_TICKS * TICK_S, robot)
            self._feel_pushes()
        self._read_sensors()

    def _read_sensors(self) -> None:
        if due(self._tick, self._options.base_rate_hz):
            self._base = self._measure_base()
            self._power = self._instruments.power(self.now_s)
        self._instruments.read(self._tick, self.now_s, self._sound_sources)
        if self._renderer is not None:
            self._take_pictures(self._renderer)

    def _take_pictures(self, renderer: CameraRenderer) -> None:
        plant, now_s = self._plant, self.now_s
        place, turn = plant.position_map, plant.map_from_base
        for camera in self.spec.cameras:
            if due(self._tick, camera.rate_hz):
                bgr = renderer.render(camera, place, turn, self._cast.scene())
                self._images.append(ImageReading(now_s, camera, bgr))
        for camera in self.spec.thermal_cameras:
            if due(self._tick, camera.rate_hz):
                celsius = renderer.render_thermal(camera, place, turn, self._cast.scene())
                self._thermal.append(ThermalReading(now_s, camera, celsius))

    def _measure_base(self) -> BaseStatus:
        braking, stop = self._driver.braking, self._emergency_stop
        return self._instruments.read_base(self.now_s, braking, stop)

    def _sound_sources(self) -> list[SoundSource]:
        return sound_sources(self._cast.now, self.world.terrain)

    def _feel_pushes(self) -> None:
        """Actors push for as long as they stand there: anew in each of their steps."""
        for push in self._cast.pushes:
            x_m, y_m = self.truth.pose.inverse_transform(push.x_m, push.y_m)
            force = (*push.force_map, 0.0)
            self.push(Push(force, PEOPLE_TICKS * TICK_S, (x_m, y_m, push.height_m)))

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
