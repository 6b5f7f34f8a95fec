"""VehicleSpec: what a vehicle is, what it may do, and the speed the law allows it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

from patrol.config import load_config
from patrol.weather import USUAL_LIMITS, WeatherLimits

# Act on the Development and Distribution of Intelligent Robots, art. 2(4-2) and its Enforcement
# Rule (outdoor mobile robots on pavements): mass limit 500 kg; speed by mass class; width 80 cm,
# 120 cm where the pavement is at least 2.5 m wide.
MAX_MASS_KG = 500.0
MAX_WIDTH_M = 1.20
MAX_WIDTH_NARROW_PAVEMENT_M = 0.80
NARROW_PAVEMENT_M = 2.5
SPEED_CAPS_MPS = ((230.0, 5.0 / 3.6), (100.0, 10.0 / 3.6), (0.0, 15.0 / 3.6))
GRAVITY_MPS2 = 9.80665
MAX_CAMERAS = 4  # of each sort
SENSOR_NAME = re.compile(r"[A-Za-z]\w*", re.ASCII)  # a part of a ROS topic's name


def legal_speed_cap_mps(mass_kg: float) -> float:
    """The highest speed (m/s) the law allows on pavements for a robot of this mass."""
    for above_kg, cap_mps in SPEED_CAPS_MPS:
        if mass_kg > above_kg:
            return cap_mps
    raise ValueError(f"mass_kg: {mass_kg} is not above 0")


def _check_range(spec: object, bounds: dict[str, tuple[float, float]]) -> None:
    for name, (low, high) in bounds.items():
        value = getattr(spec, name)
        if not (math.isfinite(value) and low <= value <= high):
            raise ValueError(f"{name}: {value:g} is outside [{low:g}, {high:g}]")


@dataclass(frozen=True, slots=True)
class CameraSpec:
    """A pinhole camera; x forward, y left, z up from base_link, pitch positive down."""

    name: str
    x_m: float
    y_m: float
    z_m: float
    yaw_rad: float
    pitch_rad: float
    width_px: int
    height_px: int
    horizontal_fov_rad: float
    rate_hz: float

    def __post_init__(self) -> None:
        _check_range(
            self,
            {
                "width_px": (64, 4096),
                "height_px": (48, 4096),
                "horizontal_fov_rad": (0.1, 3.0),
                "rate_hz": (0.1, 120),
            },
        )

    @property
    def focal_px(self) -> float:
        """Focal length in pixels; square pixels, principal point in the middle."""
        return self.width_px / 2 / math.tan(self.horizontal_fov_rad / 2)


@dataclass(frozen=True, slots=True)
class LidarSpec:
    """A horizontal scanner; ranges run counter-clockwise from `-field_of_view_rad / 2`."""

    x_m: float
    y_m: float
    z_m: float
    rays: int
    field_of_view_rad: float
    range_min_m: float
    range_max_m: float
    rate_hz: float
    noise_m: float

    def __post_init__(self) -> None:
        _check_range(self, {"rays": (8, 4096), "range_max_m": (1, 200), "rate_hz": (1, 100)})


@dataclass(frozen=True, slots=True)
class UltrasonicSpec:
    """An ultrasonic ranger that looks along `yaw_rad` with a cone of full angle `cone_rad`."""

    name: str
    x_m: float
    y_m: float
    z_m: float
    yaw_rad: float
    cone_rad: float
    range_min_m: float
    range_max_m: float
    rate_hz: float
    noise_m: float = 0.01

    def __post_init__(self) -> None:
        _check_range(
            self,
            {"cone_rad": (0.05, 2.0), "range_min_m": (0, 1), "range_max_m": (0.2, 20),
             "rate_hz": (0.1, 100), "noise_m": (0, 0.5)},
        )  # fmt: skip
        if self.range_min_m >= self.range_max_m:
            raise ValueError(f"range_min_m: {self.range_min_m:g} is not below range_max_m")


@dataclass(frozen=True, slots=True)
class DropRangerSpec:
    """A ranger of one thin beam of light that looks down at the ground, `pitch_rad` below level.

    `beam_rad` is the beam's full angle.
    """

    name: str
    x_m: float
    y_m: float
    z_m: float
    yaw_rad: float
    pitch_rad: float
    range_min_m: float
    range_max_m: float
    rate_hz: float
    noise_m: float = 0.01
    beam_rad: float = 0.03

    def __post_init__(self) -> None:
        _check_range(
            self,
            {"z_m": (0.05, 3), "pitch_rad": (0.2, math.pi / 2), "range_min_m": (0, 1),
             "range_max_m": (0.2, 20), "rate_hz": (0.1, 100), "noise_m": (0, 0.1),
             "beam_rad": (0.001, 0.2)},
        )  # fmt: skip
        if not self.range_min_m < self.level_range_m < self.range_max_m:
            raise ValueError(
                f"range_max_m: the beam meets level ground at {self.level_range_m:.2f} m, outside"
                f" of {self.range_min_m:g} to {self.range_max_m:g} m"
            )

    @property
    def level_range_m(self) -> float:
        """What it reads over the plane that the wheels stand on."""
        return self.z_m / math.sin(self.pitch_rad)

    @property
    def foot_m(self) -> tuple[float, float]:
        """Where its beam meets that plane: x, y in base_link."""
        away_m = self.z_m / math.tan(self.pitch_rad)
        return (
            self.x_m + away_m * math.cos(self.yaw_rad),
            self.y_m + away_m * math.sin(self.yaw_rad),
        )


@dataclass(frozen=True, slots=True)
class MicrophoneSpec:
    """A sound level meter: its place from base_link and how often it reports."""

    x_m: float
    z_m: float
    rate_hz: float = 10.0

    def __post_init__(self) -> None:
        _check_range(self, {"rate_hz": (0.1, 100)})


@dataclass(frozen=True, slots=True)
class ActuationSpec:
    """How late drive and steering answer: a dead time, then a first-order lag.

    Steering that lags 0.10 s after a dead time of 0.14 s follows a ramp 0.24 s late.
    """

    steering_dead_time_s: float = 0.0
    steering_lag_s: float = 0.10
    drive_dead_time_s: float = 0.0
    drive_lag_s: float = 0.05

    def __post_init__(self) -> None:
        _check_range(
            self,
            {"steering_dead_time_s": (0, 1), "steering_lag_s": (0.04, 1),
             "drive_dead_time_s": (0, 1), "drive_lag_s": (0.02, 1)},
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class VehicleSpec:
    """A vehicle type; base_link (REP-105) is on the ground under the rear axle's middle."""

    name: str
    manufacturer: str
    mass_kg: float
    length_m: float
    width_m: float
    height_m: float
    wheelbase_m: float
    track_m: float
    wheel_radius_m: float
    rear_overhang_m: float  # from the rear axle back to the bumper
    max_steering_rad: float
    max_steering_rate_radps: float
    max_speed_mps: float
    max_acceleration_mps2: float
    comfort_deceleration_mps2: float
    max_deceleration_mps2: float
    max_lateral_acceleration_mps2: float
    max_kerb_m: float
    max_grade: float
    battery_wh: float
    mean_power_w: float
    gnss_x_m: float
    gnss_z_m: float
    lidar: LidarSpec
    cameras: tuple[CameraSpec, ...]
    actuation: ActuationSpec = ActuationSpec()
    thermal_cameras: tuple[CameraSpec, ...] = ()
    ultrasonics: tuple[UltrasonicSpec, ...] = ()
    drop_rangers: tuple[DropRangerSpec, ...] = ()  # none: steps down and edges are not seen
    microphone: MicrophoneSpec | None = None
    weather: WeatherLimits = USUAL_LIMITS

    def __post_init__(self) -> None:
        _check_range(
            self,
            {
                "mass_kg": (1, MAX_MASS_KG),
                "length_m": (0.2, 4),
                "width_m": (0.2, MAX_WIDTH_M),
                "height_m": (0.1, 2.5),
                "wheelbase_m": (0.1, 3),
                "max_steering_rad": (0.05, 1.2),
                "max_speed_mps": (0.1, 15 / 3.6),
                "max_acceleration_mps2": (0.05, 5),
                "comfort_deceleration_mps2": (0.05, 5),
                "max_deceleration_mps2": (0.1, 10),
                "max_grade": (0, 0.5),
                "battery_wh": (1, 100_000),
            },
        )
        if self.comfort_deceleration_mps2 > self.max_deceleration_mps2:
            raise ValueError("comfort_deceleration_mps2: is above max_deceleration_mps2")
        self._check_sensors()

    def _check_sensors(self) -> None:
        for name in ("cameras", "thermal_cameras"):
            if len(getattr(self, name)) > MAX_CAMERAS:
                raise ValueError(f"{name}: {len(getattr(self, name))} are above {MAX_CAMERAS}")
        names = [camera.name for camera in (*self.cameras, *self.thermal_cameras)]
        names += [ranger.name for ranger in self.ultrasonics]
        names += [ranger.name for ranger in self.drop_rangers]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise ValueError(f"name: two sensors are called {twice!r}; give each its own name")
        wrong = next((name for name in names if not SENSOR_NAME.fullmatch(name)), None)
        if wrong is not None:
            raise ValueError(f"name: {wrong!r} is none for a topic: letters, digits and _ alone")

    @property
    def speed_cap_mps(self) -> float:
        """The lower of what the vehicle can and what the law allows (m/s)."""
        return min(self.max_speed_mps, legal_speed_cap_mps(self.mass_kg))

    @property
    def front_m(self) -> float:
        """From base_link forward to the front bumper."""
        return self.length_m - self.rear_overhang_m

    @property
    def min_turning_radius_m(self) -> float:
        """Radius of base_link's path at full steering lock: wheelbase / tan(lock)."""
        return self.wheelbase_m / math.tan(self.max_steering_rad)


def load_vehicle(path: Path) -> VehicleSpec:
    """A vehicle file (config/vehicles/*.yaml); raises ConfigError."""
    return load_config(path, VehicleSpec)
