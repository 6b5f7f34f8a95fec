"""Simulator: one vehicle in one world, stepped by whoever owns the time."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from navigation.types import BaseStatus
from patrol.geometry import Pose2, StampedPose
from patrol.signals import SignalLight, SignalState
from patrol.topics import TOPICS
from patrol.vehicle import CameraSpec, VehicleSpec
from simulation.actors.company import ActorNow
from simulation.actors.state import RobotNow
from simulation.mujoco.cast import Cast
from simulation.mujoco.delays import CommandDelay
from simulation.mujoco.drive import BaseDriver
from simulation.mujoco.hands import Hands, Hold, Push
from simulation.mujoco.instruments import Instruments
from simulation.mujoco.outline import Outline
from simulation.mujoco.pictures import Pictures
from simulation.mujoco.plant import Plant
from simulation.mujoco.schedule import TICK_S as TICK_S
from simulation.mujoco.schedule import Turns
from simulation.mujoco.truth import TruthBoxes
from simulation.sensors.battery import Battery
from simulation.sensors.charger import Charger
from simulation.sensors.sound import SoundSource, sound_sources
from simulation.truth_box import TruthBox
from simulation.types import SOUND, DriveCommand, SensorFrame, SensorOptions
from simulation.world import ScenarioError, World

log = logging.getLogger(__name__)

PEOPLE_TICKS = 10
SIGNAL_HZ = TOPICS["/signals/state"].rate_hz or 2.0


class Simulator:
    """Physics at 2 ms, sensors at their rates, no thread and no clock of its own.

    Assign to `broken` what is broken in drive and steering. Pictures cost most: `cameras` False
    takes none, `thermal` adds the thermal cameras'. `camera_backend` is auto, gl, osmesa or
    software (or the environment's SUNRA_CAMERA); raises ScenarioError where the vehicle would
    start inside something, ConfigError for a camera backend that this machine lacks.
    """

    def __init__(
        self,
        world: World,
        spec: VehicleSpec,
        start: Pose2,
        seed: int = 0,
        *,
        cameras: bool = True,
        thermal: bool = False,
        camera_backend: str = "auto",
        start_epoch_s: float = 0.0,
        options: SensorOptions | None = None,
    ) -> None:
        self.world, self.spec = world, spec
        self._options = options or SensorOptions()
        self._plant = Plant(world, spec, start)
        self._driver = BaseDriver(spec)
        self._outline = Outline(spec)
        self._base_turns = Turns(self._options.base_rate_hz)
        self._signal_turns = Turns(SIGNAL_HZ)
        self._delay = CommandDelay(spec.actuation, TICK_S)
        self._hands = Hands(self._plant.model)
        self._truth_boxes = TruthBoxes(self._plant.model, world.terrain)
        self._instruments = Instruments(world, spec, self._plant, self._options, seed)
        self.broken = SOUND
        self._cast = Cast(world, self._plant)
        self.cast_waits = False  # set it while nobody shall live on yet
        self._tick = 0
        self._start_epoch_s = start_epoch_s
        self._emergency_stop = False
        self._touched: frozenset[str] = frozenset()
        self.bumper_held = False  # somebody presses a safety edge: assign
        self._bumped = False  # by what it touches, since the base has looked last
        self._truth: StampedPose | None = None  # of this tick, once somebody has asked
        self._settle()
        self._pictures = Pictures(world, spec, cameras, thermal, camera_backend)
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
        if self._truth is None:
            self._truth = self._plant.stamped_pose(self.now_s)
        return self._truth

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

    @property
    def charger(self) -> Charger:
        """What docks give; assign to its `is_dead` or `misses` to make them fail."""
        return self._instruments.charger

    def boxes(self, camera: CameraSpec) -> list[TruthBox]:
        """What the camera should find now: actors and parked cars, nearest first, for scoring.

        Flames, smoke, birds and plastic bags, which have no body, come as what is drawn of them.
        """
        return self._truth_boxes.boxes(self._plant.data, camera, self._cast.now)

    def box_of_points(
        self,
        camera: CameraSpec,
        who: tuple[str, str],
        points: NDArray[np.float64],
        radius_m: float,
    ) -> TruthBox | None:
        """As `boxes`, of something without a body: see TruthBoxes.box_of_points."""
        return self._truth_boxes.box_of_points(self._plant.data, camera, who, points, radius_m)

    @property
    def actors(self) -> Sequence[ActorNow]:
        """Every actor as it is now, also who is nowhere: the truth."""
        return self._cast.now

    @property
    def actor_places(self) -> dict[str, tuple[float, float]]:
        """Where every actor that can be seen really is: name → (x, y), map metres."""
        return self._cast.places

    @property
    def dark_posts(self) -> frozenset[int]:
        """Numbers of the world's posts whose lamps do not burn; assign to change them."""
        return self._cast.dark_posts

    @dark_posts.setter
    def dark_posts(self, posts: frozenset[int]) -> None:
        self._cast.dark_posts = posts

    @property
    def lights(self) -> dict[str, SignalLight]:
        """What every pedestrian light shows now, by crosswalk."""
        return self._cast.lights

    def set_light(self, crosswalk_id: str, light: SignalLight | None) -> None:
        """Set a pedestrian light for walkers and cameras; None gives it back to its programme.

        Raises KeyError for a crosswalk without one.
        """
        self._cast.set_light(crosswalk_id, light)

    def put(self, actor: str, place_map: tuple[float, float], yaw_rad: float) -> None:
        """Move an actor that is a thing, as something that drives by itself."""
        self._cast.put(actor, place_map, yaw_rad)

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
        tools, pictures = self._instruments, self._pictures
        frame = SensorFrame(
            stamp_s=self.now_s, base=self._base, truth=self.truth, scans=tools.scans,
            imu=tools.imus, gnss=tools.fixes, images=pictures.images, contacts=self._contacts,
            thermal=pictures.thermal, ranges=tools.ranges, drops=tools.drops, sounds=tools.sounds,
            power=self._power, signals=self._signals,
        )  # fmt: skip
        self._clear()
        return frame

    def close(self) -> None:
        """Free the renderer."""
        self._pictures.close()

    def _clear(self) -> None:
        self._instruments.clear()
        self._pictures.clear()
        self._contacts: list[str] = []
        self._signals: list[SignalState] = []

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
            drive = replace(drive, speed_mps=broken.runaway_mps)
        self._driver.step(drive, plant.wheel_speed_mps, self._emergency_stop, TICK_S)
        plant.apply(self._driver, broken, self.battery.torque_share)
        self._hands.step(plant.data, self.now_s)
        plant.step(TICK_S)
        self._tick += 1
        self._truth = None
        self._watch_contacts()
        if self._tick % PEOPLE_TICKS == 0 and not self.cast_waits:
            truth = self.truth
            robot = RobotNow(truth.pose, truth.speed_mps, self._outline.at(truth.pose))
            self._cast.step(PEOPLE_TICKS * TICK_S, robot)
            self._feel_pushes()
        self._read_sensors()

    def _read_sensors(self) -> None:
        if self._base_turns.come(self._tick):
            self._base = self._measure_base()
            self._power = self._instruments.power(self.now_s)
        self._instruments.read(self._tick, self.now_s, self._sound_sources)
        self._pictures.take(self._tick, self.now_s, self._plant, self._cast)
        if self._signal_turns.come(self._tick):
            self._signals += self._cast.signal_states(self.now_s)

    def _measure_base(self) -> BaseStatus:
        braking, stop = self._driver.braking, self._emergency_stop
        bumped, self._bumped = self._bumped or self.bumper_held, False
        return self._instruments.read_base(self.now_s, braking, stop, bumped)

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
        self._bumped |= bool(touching) and self._plant.hull.bumper_pressed()
