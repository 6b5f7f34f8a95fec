"""The vehicle as MJCF: a hull on four sprung wheels, the front pair steered.

The chassis frame is base_link: on the ground under the rear axle's middle when the vehicle
stands. Wheels are spheres to the contact solver (one clean contact each on the ground), and their
friction counts, whatever they stand on: it is set while driving (simulation.mujoco.tyres).
"""

from __future__ import annotations

from patrol.vehicle import VehicleSpec
from patrol.vehicle_body import Box, Inertial, Suspension, VehicleBody, Wheel
from patrol.vehicle_body import vehicle_body as bodies_of
from simulation.mujoco.groups import FOOTING_BITS, GROUND_BIT, OBSTACLE_BIT, VEHICLE_GROUP

STEER_STIFFNESS_NMPRAD = 900.0
STEER_DAMPING_NMSPRAD = 30.0  # in the joint; the servo adds the rest of its lag
BRAKE_HARDNESS = 0.9995  # of 1; a softer brake (MuJoCo's is 0.9) creeps where it should hold
WHEELS = ("front_left", "front_right", "rear_left", "rear_right")


def vehicle_xml(spec: VehicleSpec, pos: str, quat: str) -> str:
    """The `<body>` element of the vehicle; it never sleeps, the world around it does."""
    body = bodies_of(spec)
    boxes = "\n".join(_box(box) for box in body.boxes)
    wheels = "\n".join(_wheel(body, wheel) for wheel in body.wheels)
    return f"""
<body name="chassis" pos="{pos}" quat="{quat}" sleep="never">
  <freejoint name="free"/>
  {_inertial(body.chassis)}
  {boxes}
  {wheels}
</body>"""


def _inertial(inertial: Inertial) -> str:
    return (
        f'<inertial pos="{_numbers(inertial.centre_m)}" mass="{inertial.mass_kg:.6g}"'
        f' diaginertia="{_numbers(inertial.moments_kgm2)}"/>'
    )


def _box(box: Box) -> str:
    half = tuple(size / 2 for size in box.size_m)
    return (
        f'<geom name="{box.name}" type="box" pos="{_numbers(box.centre_m)}"'
        f' size="{_numbers(half)}" contype="0" conaffinity="{OBSTACLE_BIT}"'
        f' group="{VEHICLE_GROUP}"/>'
    )


def _wheel(body: VehicleBody, wheel: Wheel) -> str:
    steer = ""
    if wheel.steered:
        steer = (
            f'<joint name="steer_{wheel.name}" type="hinge" axis="0 0 1" armature="0.4"'
            f' damping="{STEER_DAMPING_NMSPRAD}"'
            f' range="{-body.wheel_lock_rad:.6g} {body.wheel_lock_rad:.6g}"/>'
        )
    ground = GROUND_BIT | FOOTING_BITS[WHEELS.index(wheel.name)]
    return f"""
  <body name="{wheel.name}" pos="{_numbers(wheel.centre_m)}">
    <joint name="spring_{wheel.name}" type="slide" axis="0 0 1" {_spring(body.suspension)}/>
    {steer}
    <joint name="spin_{wheel.name}" type="hinge" axis="0 1 0" armature="0.05"
      solimpfriction="{BRAKE_HARDNESS} {BRAKE_HARDNESS} 0.001"/>
    {_inertial(wheel.inertial)}
    <geom name="tyre_{wheel.name}" type="sphere" size="{wheel.radius_m}" contype="0"
      conaffinity="{ground}" friction="0.8 0.005 0.0001" priority="1"
      group="{VEHICLE_GROUP}"/>
  </body>"""


def _spring(suspension: Suspension) -> str:
    """The joint is at zero when the spring carries its static load."""
    travel = suspension.travel_m
    return (
        f'stiffness="{suspension.stiffness_npm:.1f}" damping="{suspension.damping_nspm:.1f}"'
        f' springref="{-suspension.deflection_m:.6g}" range="{-travel:.6g} {travel:.6g}"'
    )


def actuators_xml(spec: VehicleSpec) -> str:
    """`<actuator>` content: two steering servos, two driven rear wheels.

    Servo gains give the first-order lags of `spec.actuation`: damping over stiffness for the
    steering, the vehicle's mass at the rims over the speed gain for the drive.
    """
    body, actuation = bodies_of(spec), spec.actuation
    lock, steer_nm = body.wheel_lock_rad, body.steering_torque_nm
    kv = max(1.0, STEER_STIFFNESS_NMPRAD * actuation.steering_lag_s - STEER_DAMPING_NMSPRAD)
    drive_kv = spec.mass_kg * spec.wheel_radius_m**2 / 2 / actuation.drive_lag_s
    limit = body.drive_torque_nm
    steer = "\n".join(
        f'<position name="steer_{wheel}" joint="steer_{wheel}" kp="{STEER_STIFFNESS_NMPRAD}"'
        f' kv="{kv:.6g}" ctrlrange="{-lock:.6g} {lock:.6g}" forcerange="{-steer_nm} {steer_nm}"/>'
        for wheel in WHEELS[:2]
    )
    drive = "\n".join(
        f'<velocity name="drive_{wheel}" joint="spin_{wheel}" kv="{drive_kv:.6g}"'
        f' forcerange="{-limit:.6g} {limit:.6g}"/>'
        for wheel in WHEELS[2:]
    )
    return f"<actuator>\n{steer}\n{drive}\n</actuator>"


def _numbers(values: tuple[float, ...]) -> str:
    return " ".join(f"{value:.6g}" for value in values)
