"""How each sensor fails: one function a row of the injection table, SensorFrame → SensorFrame."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from navigation.types import GnssFix
from patrol.geometry import Scan
from simulation.types import RangeReading, SensorFrame

METRES_A_DEGREE = 111_132.0  # of latitude


@dataclass
class Broken:
    """One failing sensor: how strongly, its own randomness, and what it said when it broke."""

    size: float
    rng: np.random.Generator
    held: dict[str, Any] = field(default_factory=dict)

    def hold(self, name: str, value: Any) -> Any:
        """The first value given under a name, for ever."""
        return self.held.setdefault(name, value)

    def grain(self, shape: tuple[int, ...]) -> NDArray[np.float64]:
        """White noise of the fault's size."""
        return self.rng.normal(0.0, self.size, shape)


Breaker = Callable[[SensorFrame, Broken], SensorFrame]


def _scans(change: Callable[[Scan, Broken], NDArray[np.float64]]) -> Breaker:
    def breaker(frame: SensorFrame, broken: Broken) -> SensorFrame:
        scans = [replace(scan, ranges_m=change(scan, broken)) for scan in frame.scans]
        return replace(frame, scans=scans)

    return breaker


def _ranges(change: Callable[[RangeReading, Broken], float]) -> Breaker:
    def breaker(frame: SensorFrame, broken: Broken) -> SensorFrame:
        ranges = [replace(r, range_m=change(r, broken)) for r in frame.ranges]
        return replace(frame, ranges=ranges)

    return breaker


def _drops(change: Callable[[RangeReading, Broken], float]) -> Breaker:
    def breaker(frame: SensorFrame, broken: Broken) -> SensorFrame:
        drops = [replace(r, range_m=change(r, broken)) for r in frame.drops]
        return replace(frame, drops=drops)

    return breaker


def _measured(reading: RangeReading, range_m: float) -> float:
    """What a ranger makes of a range: never below its least, no echo beyond its reach."""
    sensor = reading.sensor
    return max(sensor.range_min_m, range_m) if range_m <= sensor.range_max_m else math.inf


def _frozen_range(reading: RangeReading, broken: Broken) -> float:
    echo_m = reading.range_m if math.isfinite(reading.range_m) else broken.size
    return float(broken.hold(reading.sensor.name, echo_m))


def _fixes(change: Callable[[GnssFix, Broken], GnssFix]) -> Breaker:
    def breaker(frame: SensorFrame, broken: Broken) -> SensorFrame:
        return replace(frame, gnss=[change(fix, broken) for fix in frame.gnss])

    return breaker


def _pictures(change: Callable[[NDArray[np.uint8], Broken], NDArray[np.uint8]]) -> Breaker:
    def breaker(frame: SensorFrame, broken: Broken) -> SensorFrame:
        images = [replace(image, bgr=change(image.bgr, broken)) for image in frame.images]
        return replace(frame, images=images)

    return breaker


def _frozen_pictures(frame: SensorFrame, broken: Broken) -> SensorFrame:
    images = [
        replace(image, bgr=broken.hold(f"picture {image.camera.name}", image.bgr))
        for image in frame.images
    ]
    return replace(frame, images=images)


def _imu(**change: Callable[[Broken, float], float]) -> Breaker:
    def breaker(frame: SensorFrame, broken: Broken) -> SensorFrame:
        samples = [
            replace(s, **{name: make(broken, getattr(s, name)) for name, make in change.items()})
            for s in frame.imu
        ]
        return replace(frame, imu=samples)

    return breaker


def _base(change: Callable[[SensorFrame, Broken], dict[str, Any]]) -> Breaker:
    def breaker(frame: SensorFrame, broken: Broken) -> SensorFrame:
        return replace(frame, base=replace(frame.base, **change(frame, broken)))

    return breaker


def _shifted(fix: GnssFix, north_m: float, east_m: float = 0.0) -> GnssFix:
    position = fix.position
    wide = METRES_A_DEGREE * np.cos(np.radians(position.latitude_deg))
    moved = replace(
        position,
        latitude_deg=position.latitude_deg + north_m / METRES_A_DEGREE,
        longitude_deg=position.longitude_deg + east_m / float(wide),
    )
    return replace(fix, position=moved)


def _noisy_fix(fix: GnssFix, broken: Broken) -> GnssFix:
    north_m, east_m = broken.grain((2,)).tolist()
    return _shifted(fix, north_m, east_m)


def _frozen_imu(frame: SensorFrame, broken: Broken) -> SensorFrame:
    if not frame.imu:
        return frame
    first = broken.hold("imu", frame.imu[0])
    return replace(frame, imu=[replace(first, stamp_s=s.stamp_s) for s in frame.imu])


def _grainy(bgr: NDArray[np.uint8], broken: Broken) -> NDArray[np.uint8]:
    noisy = bgr + broken.grain(bgr.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


BREAKERS: dict[str, Breaker] = {
    "lidar_lost": lambda frame, _: replace(frame, scans=[]),
    "lidar_frozen": _scans(lambda scan, broken: broken.hold("ranges", scan.ranges_m)),
    "lidar_biased": _scans(lambda scan, broken: scan.ranges_m + broken.size),
    "lidar_noisy": _scans(lambda scan, broken: scan.ranges_m + broken.grain(scan.ranges_m.shape)),
    "lidar_covered": _scans(lambda scan, _: np.zeros_like(scan.ranges_m)),
    "ultrasonic_lost": lambda frame, _: replace(frame, ranges=[]),
    "ultrasonic_frozen": _ranges(_frozen_range),
    "ultrasonic_biased": _ranges(lambda r, broken: _measured(r, r.range_m + broken.size)),
    "ultrasonic_noisy": _ranges(
        lambda r, broken: _measured(r, r.range_m + float(broken.grain((1,))[0]))
    ),
    "ultrasonic_mad": _ranges(lambda _, broken: math.nan),
    "drop_ranger_lost": lambda frame, _: replace(frame, drops=[]),
    "drop_ranger_frozen": _drops(lambda r, broken: float(broken.hold(r.sensor.name, r.range_m))),
    "drop_ranger_blind": _drops(lambda *_: math.inf),
    "drop_ranger_covered": _drops(lambda *_: 0.02),
    "drop_ranger_biased": _drops(lambda r, broken: _measured(r, r.range_m + broken.size)),
    "drop_ranger_noisy": _drops(
        lambda r, broken: _measured(r, r.range_m + float(broken.grain((1,))[0]))
    ),
    "imu_lost": lambda frame, _: replace(frame, imu=[]),
    "imu_frozen": _frozen_imu,
    "imu_biased": _imu(yaw_rate_radps=lambda broken, rate: rate + broken.size),
    "imu_noisy": _imu(yaw_rate_radps=lambda broken, rate: rate + float(broken.grain((1,))[0])),
    "gnss_lost": lambda frame, _: replace(frame, gnss=[]),
    "gnss_frozen": _fixes(
        lambda fix, broken: replace(fix, position=broken.hold("fix", fix.position))
    ),
    "gnss_biased": _fixes(lambda fix, broken: _shifted(fix, broken.size)),
    "gnss_noisy": _fixes(_noisy_fix),
    "odometry_lost": lambda frame, broken: replace(frame, base=broken.hold("base", frame.base)),
    "odometry_frozen": _base(
        lambda frame, broken: {
            "speed_mps": broken.hold("speed", frame.base.speed_mps),
            "steering_rad": broken.hold("steering", frame.base.steering_rad),
        }
    ),
    "odometry_biased": _base(
        lambda frame, broken: {"speed_mps": frame.base.speed_mps * (1 + broken.size)}
    ),
    "odometry_noisy": _base(
        lambda frame, broken: {"speed_mps": frame.base.speed_mps + float(broken.grain((1,))[0])}
    ),
    "camera_lost": lambda frame, _: replace(frame, images=[]),
    "camera_frozen": _frozen_pictures,
    "camera_covered": _pictures(lambda bgr, _: np.zeros_like(bgr)),
    "camera_biased": _pictures(lambda bgr, _: np.full_like(bgr, 255)),
    "camera_noisy": _pictures(_grainy),
    "signal_lost": lambda frame, _: replace(frame, signals=[]),
    "tilt_biased": _base(lambda frame, broken: {"roll_rad": frame.base.roll_rad + broken.size}),
    "battery_sagging": _base(
        lambda frame, broken: {"battery_pct": max(0.0, frame.base.battery_pct - broken.size)}
    ),
    "battery_weak": _base(
        lambda frame, broken: {"battery_pct": max(0.0, frame.base.battery_pct - broken.size)}
    ),
}
