"""The numbers that the xacro file reads: a VehicleSpec and the rigid bodies made of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from patrol.topics import TOPICS
from patrol.vehicle import VehicleSpec
from patrol.vehicle_body import Wheel, vehicle_body

KNUCKLE_KG = 0.2  # what an in-between link weighs; taken from its wheel, so totals stay
KNUCKLE_KGM2 = 1e-4


def description_of(spec: VehicleSpec) -> dict[str, Any]:
    """Everything in the URDF that is a number; plain values, ready for YAML."""
    body = vehicle_body(spec)
    return {
        "name": spec.name,
        "max_speed_mps": spec.max_speed_mps,
        "wheelbase_m": spec.wheelbase_m,
        "track_m": spec.track_m,
        "wheel_radius_m": spec.wheel_radius_m,
        "max_steering_rad": spec.max_steering_rad,
        "steering_torque_nm": body.steering_torque_nm,
        "drive_torque_nm": body.drive_torque_nm,
        "wheel_lock_rad": body.wheel_lock_rad,
        "wheel_rate_radps": body.wheel_rate_radps,
        "knuckle_kg": KNUCKLE_KG,
        "knuckle_kgm2": KNUCKLE_KGM2,
        "chassis": _plain(asdict(body.chassis)),
        "boxes": [_plain(asdict(box)) for box in body.boxes],
        "wheels": [_wheel(wheel) for wheel in body.wheels],
        "suspension": asdict(body.suspension),
        "imu": {"place_m": list(body.imu_m), "rate_hz": _rate_hz("/imu/data")},
        "gnss": {"place_m": [spec.gnss_x_m, 0.0, spec.gnss_z_m], "rate_hz": _rate_hz("/gnss/fix")},
        "truth_rate_hz": _rate_hz("/simulation/truth"),
        "lidar": asdict(spec.lidar),
        "cameras": [asdict(camera) for camera in spec.cameras],
        "thermal_cameras": [asdict(camera) for camera in spec.thermal_cameras],
        "ultrasonics": [asdict(ranger) for ranger in spec.ultrasonics],
        "drop_rangers": [asdict(ranger) for ranger in spec.drop_rangers],
    }


def _rate_hz(topic: str) -> float:
    return float(TOPICS[topic].rate_hz or 0.0)


def _wheel(wheel: Wheel) -> dict[str, Any]:
    """A wheel as the URDF has it: its in-between links' mass taken off."""
    plain = _plain(asdict(wheel))
    between = 2 if wheel.steered else 1
    plain["inertial"]["mass_kg"] = wheel.inertial.mass_kg - between * KNUCKLE_KG
    return plain


def _plain(value: Any) -> Any:
    """Tuples as lists, all the way down."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value
