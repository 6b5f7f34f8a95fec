"""Plant: the MuJoCo model of world and vehicle, told motor commands, asked for its state."""

from __future__ import annotations

import math

import mujoco
import numpy as np
from numpy.typing import NDArray

from patrol.geometry import Pose2, StampedPose
from patrol.vehicle import VehicleSpec
from patrol.vehicle_body import drive_torque_nm, vehicle_body
from simulation.mujoco.drive import (
    PARKED_MPS,
    BaseDriver,
    ackermann_angles,
    middle_angle,
    rear_wheel_speeds,
)
from simulation.mujoco.footing import Footing
from simulation.mujoco.hull import Hull
from simulation.mujoco.mjcf import TIMESTEP_S, build_model
from simulation.mujoco.schedule import TICK_S
from simulation.mujoco.tyres import Tyres
from simulation.mujoco.vehicle_mjcf import WHEELS
from simulation.types import SOUND, Actuation
from simulation.world import World

HOLD_PS = 10.0  # parked: motor speed against each radian that a wheel has crept, 1/s
BRAKE_FACTOR = 1.5  # mechanical brakes hold this times the force of the hardest service braking
CERTAIN = np.zeros((3, 3))  # the truth's covariance
STEPS_PER_TICK = round(TICK_S / TIMESTEP_S)


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
        self.hull = Hull(self.model, self.data, spec)
        self._mocap = {
            self.model.body(i).name: int(self.model.body_mocapid[i])
            for i in np.flatnonzero(self.model.body_mocapid >= 0)
        }
        force_n = BRAKE_FACTOR * spec.mass_kg * spec.max_deceleration_mps2
        self._brake_nm = force_n * spec.wheel_radius_m / len(WHEELS)
        self._torque_nm = drive_torque_nm(spec)
        self.tyres = Tyres(self.model, self.data, world, spec)
        self._imu_m = vehicle_body(spec).imu_m
        self._view()
        mujoco.mj_forward(self.model, self.data)
        self._footing = Footing(self.model, self.data, world, spec)

    def _view(self) -> None:
        """Keep views of what every tick reads or writes: to ask the engine for one is slow."""
        data, model = self.data, self.model
        self._qpos, self._qvel, self._ctrl = data.qpos, data.qvel, data.ctrl
        self._place: NDArray[np.float64] = data.xpos[self._chassis]
        self._turn: NDArray[np.float64] = data.xmat[self._chassis]
        self._frictionloss = model.dof_frictionloss
        self._drive_range, self._drive_nm = (
            model.actuator_forcerange[2:4],
            data.actuator_force[2:4],
        )

    def _velocity_index(self, joint: str) -> int:
        return int(self.model.joint(joint).dofadr[0])

    def _position_index(self, joint: str) -> int:
        return int(self.model.joint(joint).qposadr[0])

    def apply(self, driver: BaseDriver, broken: Actuation = SOUND, power: float = 1.0) -> None:
        """Hand the driver's steering, motor speed and brakes to the actuators.

        `power` is the share of their torque that the motors have.
        """
        spec, ctrl = self._spec, self._ctrl
        stuck = broken.stuck_steering_rad
        ctrl[0:2] = ackermann_angles(spec, driver.steering_rad if stuck is None else stuck)
        ctrl[2:4] = (
            self._hold_radps()
            if driver.braking
            else rear_wheel_speeds(spec, driver.motor_mps, self.steering_rad)
        )
        if not driver.braking:
            self._parked_rad = None
        limit = self._drive_limit_nm(driver, broken, power)
        self._drive_range[:] = (-limit, limit)
        self.tyres.step()
        for dof, rolling_nm, brake_nm in zip(
            self._spin, self.tyres.rolling_nm, self._brakes_nm(driver, broken), strict=True
        ):
            self._frictionloss[dof] = rolling_nm + brake_nm

    def _drive_limit_nm(self, driver: BaseDriver, broken: Actuation, power: float) -> float:
        """Torque of each rear servo; on standing wheels it is the grip of the closed brakes."""
        if driver.braking and abs(self.wheel_speed_mps) > PARKED_MPS:
            return 0.0  # brakes work on turning wheels: the motors' power is off until they stand
        if driver.braking and not broken.brakes_fail:
            return self._torque_nm
        return power * self._torque_nm if driver.powered and not broken.drive_free else 0.0

    def _brakes_nm(self, driver: BaseDriver, broken: Actuation) -> list[float]:
        """Torque of each wheel's brake; when the ramp slows down, the front ones help."""
        if broken.brakes_fail:
            return [0.0] * len(WHEELS)
        if driver.braking:
            return [self._brake_nm] * len(WHEELS)
        force_n = self._spec.mass_kg * driver.slowing_mps2
        front_nm = force_n * self._spec.wheel_radius_m / len(WHEELS)
        return [front_nm, front_nm, 0.0, 0.0]

    def _hold_radps(self) -> NDArray[np.float64]:
        """Motor speeds that keep standing wheels where they stopped: soft brakes alone creep."""
        angles = self._qpos[self._rear]
        if self._parked_rad is None or abs(self.wheel_speed_mps) > PARKED_MPS:
            self._parked_rad = angles.copy()
        held: NDArray[np.float64] = HOLD_PS * (self._parked_rad - angles)
        return held

    def step(self, duration_s: float) -> None:
        """Integrate a multiple of the simulator's tick."""
        for _ in range(round(duration_s / TICK_S)):
            self._footing.step()
            mujoco.mj_step(self.model, self.data, nstep=STEPS_PER_TICK)

    def place_body(self, name: str, x_m: float, y_m: float, z_m: float, yaw_rad: float) -> None:
        """Move an actor's body."""
        i = self._mocap[name]
        self.data.mocap_pos[i] = (x_m, y_m, z_m)
        self.data.mocap_quat[i] = (math.cos(yaw_rad / 2), 0.0, 0.0, math.sin(yaw_rad / 2))

    @property
    def map_from_base(self) -> NDArray[np.float64]:
        """Rotation (3, 3) of base_link."""
        rotation: NDArray[np.float64] = self._turn.reshape(3, 3).copy()
        return rotation

    @property
    def position_map(self) -> NDArray[np.float64]:
        """base_link's x, y, z."""
        position: NDArray[np.float64] = self._place.copy()
        return position

    def place_map(self, x_m: float, y_m: float, z_m: float) -> tuple[float, float, float]:
        """A point of base_link in the map."""
        x, y, z = self._place.tolist()
        r = self._turn.tolist()
        return (
            x + r[0] * x_m + r[1] * y_m + r[2] * z_m,
            y + r[3] * x_m + r[4] * y_m + r[5] * z_m,
            z + r[6] * x_m + r[7] * y_m + r[8] * z_m,
        )

    @property
    def drive_power_w(self) -> float:
        """Mechanical power that the motors give to the wheels; negative where they brake."""
        left_nm, right_nm = self._drive_nm.tolist()
        left, right = self._rear_rates
        return float(left_nm * left + right_nm * right)

    @property
    def velocity_map(self) -> NDArray[np.float64]:
        """base_link's velocity, m/s."""
        velocity: NDArray[np.float64] = self._qvel[0:3].copy()
        return velocity

    @property
    def rates_radps(self) -> tuple[float, float, float]:
        """The chassis's angular rate about its own axes."""
        x, y, z = self._qvel[3:6].tolist()
        return x, y, z

    @property
    def imu_velocity_map(self) -> tuple[float, float, float]:
        """Velocity of the place where the IMU sits, m/s."""
        east, north, up = self._qvel[0:3].tolist()
        (x, y, z), (arm_x, arm_y, arm_z) = self.rates_radps, self._imu_m
        vx, vy, vz = y * arm_z - z * arm_y, z * arm_x - x * arm_z, x * arm_y - y * arm_x
        r = self._turn.tolist()
        return (
            east + r[0] * vx + r[1] * vy + r[2] * vz,
            north + r[3] * vx + r[4] * vy + r[5] * vz,
            up + r[6] * vx + r[7] * vy + r[8] * vz,
        )

    @property
    def forward_mps(self) -> float:
        """base_link's velocity along its own x axis."""
        turn, (east, north, up) = self._turn.item, self._qvel[0:3].tolist()
        return float(turn(0) * east + turn(3) * north + turn(6) * up)

    @property
    def yaw_rate_radps(self) -> float:
        """Rate about the body's own z axis."""
        return float(self._qvel[5])

    @property
    def attitude(self) -> tuple[float, float, float]:
        """Roll, pitch (nose down positive) and yaw of base_link."""
        r = self._turn.tolist()
        roll, pitch = math.atan2(r[7], r[8]), -math.asin(max(-1.0, min(1.0, r[6])))
        return roll, pitch, math.atan2(r[3], r[0])

    def stamped_pose(self, stamp_s: float) -> StampedPose:
        """base_link in the map frame as it really is, without any doubt."""
        roll, pitch, yaw = self.attitude
        x_m, y_m, _ = self._place.tolist()
        return StampedPose(
            stamp_s, Pose2(x_m, y_m, yaw), CERTAIN, self.forward_mps, self.yaw_rate_radps,
            roll, pitch,
        )  # fmt: skip

    @property
    def wheel_speed_mps(self) -> float:
        """Mean rim speed of the rear wheels: what their encoders see."""
        left, right = self._rear_rates
        return (left + right) / 2 * self._spec.wheel_radius_m

    @property
    def _rear_rates(self) -> tuple[float, float]:
        rate = self._qvel.item
        return rate(self._spin[2]), rate(self._spin[3])

    @property
    def steering_rad(self) -> float:
        """The virtual middle wheel's angle."""
        angle = self._qpos.item
        return middle_angle(self._spec, angle(self._steer[0]), angle(self._steer[1]))

    def touching(self) -> frozenset[str]:
        """Names of what the hull touches now, and of pits that a wheel is over."""
        return self.hull.touching() | self._footing.over
