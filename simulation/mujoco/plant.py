"""Plant: the MuJoCo model of world and vehicle, told motor commands, asked for its state."""

from __future__ import annotations

import math

import mujoco
import numpy as np
from numpy.typing import NDArray

from patrol.geometry import Pose2
from patrol.vehicle import VehicleSpec
from simulation.mujoco.drive import (
    PARKED_MPS,
    BaseDriver,
    ackermann_angles,
    middle_angle,
    rear_wheel_speeds,
)
from simulation.mujoco.mjcf import TIMESTEP_S, build_model
from simulation.mujoco.vehicle_mjcf import WHEELS
from simulation.world import World

HOLD_PS = 10.0  # parked: motor speed against each radian that a wheel has crept, 1/s
BRAKE_FACTOR = 1.5  # mechanical brakes hold this times the force of the hardest service braking
HULL = ("hull", "mast")


class Plant:
    """Rigid-body truth at 2 ms."""

    def __init__(self, world: World, spec: VehicleSpec, start: Pose2) -> None:
        self._spec = spec
        self.model = build_model(world, spec, start)
        self.data = mujoco.MjData(self.model)
        self._chassis = self.model.body("chassis").id
        self._spin = [self._velocity_index(f"spin_{wheel}") for wheel in WHEELS]
        self._rear = [self._position_index(f"spin_{wheel}") for wheel in WHEELS[2:]]
        self._parked_rad: NDArray[np.float64] | None = None
        self._steer = [self._position_index(f"steer_{wheel}") for wheel in WHEELS[:2]]
        self._hull = frozenset(self.model.geom(name).id for name in HULL)
        self._mocap = {
            person.name: int(self.model.body(f"person {person.name}").mocapid[0])
            for person in world.people
        }
        force_n = BRAKE_FACTOR * spec.mass_kg * spec.max_deceleration_mps2
        self._brake_nm = force_n * spec.wheel_radius_m / len(WHEELS)
        mujoco.mj_forward(self.model, self.data)

    def _velocity_index(self, joint: str) -> int:
        return int(self.model.joint(joint).dofadr[0])

    def _position_index(self, joint: str) -> int:
        return int(self.model.joint(joint).qposadr[0])

    def apply(self, driver: BaseDriver) -> None:
        """Hand the driver's steering, motor speed and brakes to the actuators."""
        spec, data = self._spec, self.data
        data.ctrl[0:2] = ackermann_angles(spec, driver.steering_rad)
        data.ctrl[2:4] = (
            self._hold_radps()
            if driver.braking
            else rear_wheel_speeds(spec, driver.motor_mps, self.steering_rad)
        )
        if not driver.braking:
            self._parked_rad = None
        self.model.dof_frictionloss[self._spin] = self._brake_nm if driver.braking else 0.0

    def _hold_radps(self) -> NDArray[np.float64]:
        """Motor speeds that keep standing wheels where they stopped: soft brakes alone creep."""
        angles = self.data.qpos[self._rear]
        if self._parked_rad is None or abs(self.wheel_speed_mps) > PARKED_MPS:
            self._parked_rad = angles.copy()
        held: NDArray[np.float64] = HOLD_PS * (self._parked_rad - angles)
        return held

    def step(self, duration_s: float) -> None:
        """Integrate a multiple of the physics step."""
        mujoco.mj_step(self.model, self.data, nstep=round(duration_s / TIMESTEP_S))

    def place_person(self, name: str, x_m: float, y_m: float, z_m: float, yaw_rad: float) -> None:
        """Move a person's body."""
        i = self._mocap[name]
        self.data.mocap_pos[i] = (x_m, y_m, z_m)
        self.data.mocap_quat[i] = (math.cos(yaw_rad / 2), 0.0, 0.0, math.sin(yaw_rad / 2))

    @property
    def map_from_base(self) -> NDArray[np.float64]:
        """Rotation (3, 3) of base_link."""
        rotation: NDArray[np.float64] = self.data.xmat[self._chassis].reshape(3, 3).copy()
        return rotation

    @property
    def position_map(self) -> NDArray[np.float64]:
        """base_link's x, y, z."""
        position: NDArray[np.float64] = self.data.xpos[self._chassis].copy()
        return position

    @property
    def velocity_map(self) -> NDArray[np.float64]:
        """base_link's velocity, m/s."""
        velocity: NDArray[np.float64] = self.data.qvel[0:3].copy()
        return velocity

    @property
    def yaw_rate_radps(self) -> float:
        """Rate about the body's own z axis."""
        return float(self.data.qvel[5])

    @property
    def attitude(self) -> tuple[float, float, float]:
        """Roll, pitch (nose down positive) and yaw of base_link."""
        r = self.data.xmat[self._chassis]
        roll, pitch = math.atan2(r[7], r[8]), -math.asin(max(-1.0, min(1.0, float(r[6]))))
        return roll, pitch, math.atan2(r[3], r[0])

    @property
    def wheel_speed_mps(self) -> float:
        """Mean rim speed of the rear wheels: what their encoders see."""
        left, right = self.data.qvel[self._spin[2]], self.data.qvel[self._spin[3]]
        return float(left + right) / 2 * self._spec.wheel_radius_m

    @property
    def steering_rad(self) -> float:
        """The virtual middle wheel's angle."""
        left, right = self.data.qpos[self._steer[0]], self.data.qpos[self._steer[1]]
        return middle_angle(float(left), float(right))

    def touching(self) -> frozenset[str]:
        """Names of what the hull touches now."""
        contact = self.data.contact
        if self.data.ncon == 0:
            return frozenset()
        pairs: NDArray[np.int32] = contact.geom
        hulls = np.isin(pairs, list(self._hull))
        rows = np.flatnonzero(hulls.any(axis=1) & (contact.dist <= 0.0))
        return frozenset(
            self.model.geom(int(pairs[i][1] if hulls[i][0] else pairs[i][0])).name for i in rows
        )
