"""The vehicle as MJCF: a hull on four sprung wheels, the front pair steered.

The chassis frame is base_link: on the ground under the rear axle's middle when the vehicle
stands. Wheels are spheres to the contact solver (one clean contact each on the height field).
"""

from __future__ import annotations

from patrol.vehicle import GRAVITY_MPS2, VehicleSpec
from simulation.mujoco.groups import GROUND_BIT, OBSTACLE_BIT, VEHICLE_GROUP

WHEEL_MASS_KG = 9.0
CLEARANCE_M = 0.13  # under the hull
BALLAST_HEIGHT_M = 0.42  # centre of mass: batteries lie low
SPRING_DEFLECTION_M = 0.012  # static
SPRING_DAMPING_RATIO = 0.7
STEER_STIFFNESS_NM = 900.0
WHEELS = ("front_left", "front_right", "rear_left", "rear_right")


def wheel_place(spec: VehicleSpec, wheel: str) -> tuple[float, float]:
    """x and y of a wheel's middle in base_link."""
    x_m = spec.wheelbase_m if wheel.startswith("front") else 0.0
    return x_m, spec.track_m / 2 * (1 if wheel.endswith("left") else -1)


def vehicle_body(spec: VehicleSpec, pos: str, quat: str) -> str:
    """The `<body>` element of the vehicle."""
    sprung_kg = spec.mass_kg - 4 * WHEEL_MASS_KG
    length, width, height = spec.length_m, spec.width_m, spec.height_m
    middle_x = length / 2 - spec.rear_overhang_m
    mass_x = spec.wheelbase_m / 2
    low, high = CLEARANCE_M, height * 0.62
    inertia = " ".join(
        f"{sprung_kg / 12 * (a * a + b * b):.4f}"
        for a, b in ((width, 0.7 * height), (length, 0.7 * height), (length, width))
    )
    load_n = sprung_kg * GRAVITY_MPS2 / 4
    stiffness = load_n / SPRING_DEFLECTION_M
    damping = 2 * SPRING_DAMPING_RATIO * (stiffness * sprung_kg / 4) ** 0.5
    spring = f'stiffness="{stiffness:.1f}" damping="{damping:.1f}"'
    wheels = "\n".join(_wheel(spec, wheel, spring) for wheel in WHEELS)
    return f"""
<body name="chassis" pos="{pos}" quat="{quat}">
  <freejoint name="free"/>
  <inertial pos="{mass_x:.4f} 0 {BALLAST_HEIGHT_M}" mass="{sprung_kg:.3f}"
    diaginertia="{inertia}"/>
  <geom name="hull" type="box" pos="{middle_x:.4f} 0 {(low + high) / 2:.4f}"
    size="{length / 2:.4f} {width / 2:.4f} {(high - low) / 2:.4f}"
    contype="0" conaffinity="{OBSTACLE_BIT}" group="{VEHICLE_GROUP}"/>
  <geom name="mast" type="box" pos="{middle_x:.4f} 0 {(high + height) / 2:.4f}"
    size="{length * 0.36:.4f} {width * 0.40:.4f} {(height - high) / 2:.4f}"
    contype="0" conaffinity="{OBSTACLE_BIT}" group="{VEHICLE_GROUP}"/>
  {wheels}
</body>"""


def _wheel(spec: VehicleSpec, wheel: str, spring: str) -> str:
    x_m, y_m = wheel_place(spec, wheel)
    radius = spec.wheel_radius_m
    # springref: the joint is at zero when the spring carries its static load
    steer = ""
    if wheel.startswith("front"):
        steer = (
            f'<joint name="steer_{wheel}" type="hinge" axis="0 0 1" damping="30" armature="0.4"/>'
        )
    spin = 0.5 * WHEEL_MASS_KG * radius**2
    across = 0.3 * WHEEL_MASS_KG * radius**2
    return f"""
  <body name="{wheel}" pos="{x_m:.4f} {y_m:.4f} {radius:.4f}">
    <joint name="spring_{wheel}" type="slide" axis="0 0 1" {spring}
      springref="{-SPRING_DEFLECTION_M}"/>
    {steer}
    <joint name="spin_{wheel}" type="hinge" axis="0 1 0" armature="0.05"/>
    <inertial pos="0 0 0" mass="{WHEEL_MASS_KG}"
      diaginertia="{across:.4f} {spin:.4f} {across:.4f}"/>
    <geom name="tyre_{wheel}" type="sphere" size="{radius}" contype="0"
      conaffinity="{GROUND_BIT}" friction="1.0 0.005 0.0001" group="{VEHICLE_GROUP}"/>
  </body>"""


def drive_torque_limit_nm(spec: VehicleSpec) -> float:
    """What one rear motor can give: full braking on the steepest allowed slope, and 10 % more."""
    force_n = spec.mass_kg * (spec.max_deceleration_mps2 + GRAVITY_MPS2 * spec.max_grade)
    return 1.1 * force_n * spec.wheel_radius_m / 2


def vehicle_actuators(spec: VehicleSpec) -> str:
    """`<actuator>` content: two steering servos, two driven rear wheels."""
    limit = drive_torque_limit_nm(spec)
    lock = spec.max_steering_rad * 1.4  # the inner wheel turns further than the middle one
    steer = "\n".join(
        f'<position name="steer_{wheel}" joint="steer_{wheel}" kp="{STEER_STIFFNESS_NM}" kv="60"'
        f' ctrlrange="{-lock:.4f} {lock:.4f}"/>'
        for wheel in WHEELS[:2]
    )
    drive = "\n".join(
        f'<velocity name="drive_{wheel}" joint="spin_{wheel}" kv="120"'
        f' forcerange="{-limit:.2f} {limit:.2f}"/>'
        for wheel in WHEELS[2:]
    )
    return f"<actuator>\n{steer}\n{drive}\n</actuator>"
