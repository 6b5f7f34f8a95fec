"""How the IMU sits in the vehicle, and whether gravity agrees."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from navigation.body_motion import body_motion
from navigation.types import BodyMotion, ImuSample
from patrol.vehicle import GRAVITY_MPS2
from patrol_base.hardware.xsens import Measurement

Matrix = npt.NDArray[np.float64]

UPSIDE_DOWN_RAD = math.radians(135)
# Above, no vehicle stands to be switched on: a fault TILT comes at 20 degrees.
ASKEW_RAD = math.radians(30)
GRAVITY_SLACK = 0.2  # of gravity; more is no vehicle at rest


def rotation(roll_rad: float, pitch_rad: float, yaw_rad: float) -> Matrix:
    """Roll about x, then pitch about y, then yaw about z, in fixed axes: Rz Ry Rx."""
    cr, sr = math.cos(roll_rad), math.sin(roll_rad)
    cp, sp = math.cos(pitch_rad), math.sin(pitch_rad)
    cy, sy = math.cos(yaw_rad), math.sin(yaw_rad)
    return np.array(
        [
            [cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr],
            [sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr],
            [-sp, cp * sr, cp * cr],
        ]
    )


def matrix_of(quaternion: Sequence[float]) -> Matrix:
    """The rotation of a quaternion (w, x, y, z) of about unit length."""
    w, x, y, z = np.asarray(quaternion) / math.hypot(*quaternion)
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )


class Mounting:
    """Turns measurements in the sensor's axes into samples in the vehicle's."""

    def __init__(self, roll_rad: float, pitch_rad: float, yaw_rad: float) -> None:
        self._base_from_sensor = rotation(roll_rad, pitch_rad, yaw_rad)

    def sample(self, measurements: Sequence[Measurement], stamp_s: float) -> ImuSample:
        """The mean of rates and forces, and the last attitude's tilt; of one or more."""
        rate = self._mean([m.rate_radps for m in measurements])
        force = self._mean([m.acceleration_mps2 for m in measurements])
        up_from_base = matrix_of(measurements[-1].quaternion) @ self._base_from_sensor.T
        down = max(-1.0, min(1.0, -float(up_from_base[2, 0])))
        return ImuSample(
            stamp_s=stamp_s,
            yaw_rate_radps=float(rate[2]),
            ax_mps2=float(force[0]),
            ay_mps2=float(force[1]),
            roll_rad=math.atan2(float(up_from_base[2, 1]), float(up_from_base[2, 2])),
            pitch_rad=math.asin(down),
        )

    def motion(self, measurements: Sequence[Measurement], stamp_s: float) -> BodyMotion:
        """The mean motion without gravity; of one or more."""
        sample = self.sample(measurements, stamp_s)
        rate = self._mean([m.rate_radps for m in measurements])
        force = self._mean([m.acceleration_mps2 for m in measurements])
        return body_motion(
            rate.tolist(), force.tolist(), sample.roll_rad, sample.pitch_rad, stamp_s
        )

    def problem(self, measurements: Sequence[Measurement]) -> str | None:
        """What gravity says against the mounting; empty where it agrees; None in motion."""
        force = self._mean([m.acceleration_mps2 for m in measurements])
        size = float(np.linalg.norm(force))
        if abs(size - GRAVITY_MPS2) > GRAVITY_SLACK * GRAVITY_MPS2:
            return None
        tilt_rad = math.acos(max(-1.0, min(1.0, float(force[2]) / size)))
        if tilt_rad > UPSIDE_DOWN_RAD:
            return "mounted upside down: turn it, or set mounting_roll_rad"
        if tilt_rad > ASKEW_RAD:
            return f"mounted {math.degrees(tilt_rad):.0f} degrees askew: set mounting_*_rad"
        return ""

    def _mean(self, vectors: Sequence[Sequence[float]]) -> Matrix:
        mean: Matrix = self._base_from_sensor @ np.mean(np.asarray(vectors), axis=0)
        return mean
