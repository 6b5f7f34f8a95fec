"""VehicleBody: a vehicle's rigid bodies, from which URDF, SDF and MJCF are all made.

Whatever two simulators must agree on (places, sizes, masses, inertias, joint limits) is computed
here once from a VehicleSpec. Frames are base_link's: on the ground under the rear axle's middle,
x ahead, y left, z up.
"""

from __future__ import annotations

from dataclasses import dataclass

from patrol.vehicle import GRAVITY_MPS2, VehicleSpec

WHEEL_MASS_KG = 9.0
TYRE_WIDTH_M = 0.10  # drawn; the contact solvers see spheres of the wheel's radius
CLEARANCE_M = 0.13  # under the hull
BALLAST_HEIGHT_M = 0.42  # centre of mass: batteries lie low
HULL_SHARE = 0.62  # of the height: above it the mast with cameras and antenna begins
MAST_LENGTH_SHARE, MAST_WIDTH_SHARE = 0.72, 0.80
SPRUNG_HEIGHT_SHARE = 0.7  # of the height: the box that has the sprung mass's inertia
SPRING_DEFLECTION_M = 0.012  # static
SPRING_DAMPING_RATIO = 0.7
SPRING_TRAVEL_M = 0.05  # each way
LOCK_FACTOR = 1.4  # the inner wheel turns further than the virtual middle one
RATE_FACTOR = 1.5  # … and faster
STEERING_TORQUE_NM = 300.0
TORQUE_RESERVE = 1.1

Triple = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Inertial:
    """Mass, its centre (m) and the principal moments (kg m2) about the frame's axes."""

    mass_kg: float
    centre_m: Triple
    moments_kgm2: Triple


@dataclass(frozen=True, slots=True)
class Box:
    """A solid part: middle and full size (m)."""

    name: str
    centre_m: Triple
    size_m: Triple


@dataclass(frozen=True, slots=True)
class Wheel:
    """A sprung wheel; `inertial` is in its own frame, y along the axle."""

    name: str
    centre_m: Triple
    radius_m: float
    width_m: float
    steered: bool
    driven: bool
    inertial: Inertial


@dataclass(frozen=True, slots=True)
class Suspension:
    """One wheel's spring and damper; at rest it is pressed `deflection_m` by the static load."""

    stiffness_npm: float
    damping_nspm: float
    deflection_m: float
    travel_m: float


@dataclass(frozen=True, slots=True)
class VehicleBody:
    """A chassis (hull and mast) on four sprung wheels, the front pair steered."""

    chassis: Inertial
    boxes: tuple[Box, ...]
    wheels: tuple[Wheel, ...]
    suspension: Suspension
    wheel_lock_rad: float  # of a single front wheel
    wheel_rate_radps: float  # its fastest turning about the kingpin
    drive_torque_nm: float  # of one rear motor
    steering_torque_nm: float
    imu_m: Triple


def vehicle_body(spec: VehicleSpec) -> VehicleBody:
    """The rigid bodies of a vehicle; masses add up to `spec.mass_kg`."""
    sprung_kg = spec.mass_kg - 4 * WHEEL_MASS_KG
    return VehicleBody(
        chassis=_chassis(spec, sprung_kg),
        boxes=_boxes(spec),
        wheels=tuple(
            _wheel(spec, f"{end}_{side}", x_m, y_m)
            for end, x_m in (("front", spec.wheelbase_m), ("rear", 0.0))
            for side, y_m in (("left", spec.track_m / 2), ("right", -spec.track_m / 2))
        ),
        suspension=_suspension(sprung_kg),
        wheel_lock_rad=LOCK_FACTOR * spec.max_steering_rad,
        wheel_rate_radps=RATE_FACTOR * spec.max_steering_rate_radps,
        drive_torque_nm=drive_torque_nm(spec),
        steering_torque_nm=STEERING_TORQUE_NM,
        imu_m=(spec.wheelbase_m / 2, 0.0, spec.wheel_radius_m),
    )


def drive_torque_nm(spec: VehicleSpec) -> float:
    """What one rear motor can give: full braking on the steepest allowed slope, and 10 % more."""
    force_n = spec.mass_kg * (spec.max_deceleration_mps2 + GRAVITY_MPS2 * spec.max_grade)
    return TORQUE_RESERVE * force_n * spec.wheel_radius_m / 2


def _chassis(spec: VehicleSpec, sprung_kg: float) -> Inertial:
    high = SPRUNG_HEIGHT_SHARE * spec.height_m
    sides = ((spec.width_m, high), (spec.length_m, high), (spec.length_m, spec.width_m))
    xx, yy, zz = (sprung_kg / 12 * (a * a + b * b) for a, b in sides)
    return Inertial(sprung_kg, (spec.wheelbase_m / 2, 0.0, BALLAST_HEIGHT_M), (xx, yy, zz))


def _boxes(spec: VehicleSpec) -> tuple[Box, ...]:
    x_m = spec.length_m / 2 - spec.rear_overhang_m
    low, high, top = CLEARANCE_M, HULL_SHARE * spec.height_m, spec.height_m
    mast = (MAST_LENGTH_SHARE * spec.length_m, MAST_WIDTH_SHARE * spec.width_m, top - high)
    return (
        Box("hull", (x_m, 0.0, (low + high) / 2), (spec.length_m, spec.width_m, high - low)),
        Box("mast", (x_m, 0.0, (high + top) / 2), mast),
    )


def _wheel(spec: VehicleSpec, name: str, x_m: float, y_m: float) -> Wheel:
    radius = spec.wheel_radius_m
    across, spin = 0.3 * WHEEL_MASS_KG * radius**2, 0.5 * WHEEL_MASS_KG * radius**2
    front = name.startswith("front")
    inertial = Inertial(WHEEL_MASS_KG, (0.0, 0.0, 0.0), (across, spin, across))
    return Wheel(name, (x_m, y_m, radius), radius, TYRE_WIDTH_M, front, not front, inertial)


def _suspension(sprung_kg: float) -> Suspension:
    stiffness = sprung_kg * GRAVITY_MPS2 / 4 / SPRING_DEFLECTION_M
    damping = 2 * SPRING_DAMPING_RATIO * (stiffness * sprung_kg / 4) ** 0.5
    return Suspension(stiffness, damping, SPRING_DEFLECTION_M, SPRING_TRAVEL_M)
