"""Extended Kalman filter over (x, y, yaw, speed, gyro bias, odometry scale error).

Prediction and update: Thrun, Burgard, Fox, Probabilistic Robotics (2005), table 3.3; covariance
update in Joseph form (Bar-Shalom, Li, Kirubarajan, Estimation with Applications to Tracking and
Navigation (2001), eq. 5.2.3-18); measurements outside a Mahalanobis gate are refused (ibid.,
sec. 5.4). The gyro drives the yaw; speed is a random walk that wheel odometry observes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from patrol.geodesy import wrap_angle

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

X, Y, YAW, SPEED, BIAS, SCALE = range(6)
SIZE = 6


@dataclass(frozen=True, slots=True)
class ProcessNoise:
    """Spectral densities: how fast each state may wander."""

    position_m_per_rts: float = 0.01  # wheel slip and uneven ground
    yaw_rad_per_rts: float = 0.004  # gyro noise at 50 Hz, and the slip angle
    yaw_without_gyro_rad_per_rts: float = 0.05
    speed_mps_per_rts: float = 0.5
    bias_radps_per_rts: float = 5e-5
    scale_per_rts: float = 1e-4


@dataclass(frozen=True, slots=True)
class Measurement:
    """A linearised measurement: residual (m,), Jacobian (m, 6), covariance (m, m)."""

    residual: Vector
    jacobian: Matrix
    covariance: Matrix
    gate: float = math.inf  # largest accepted squared Mahalanobis distance


@dataclass(slots=True)
class Belief:
    """Mean (6,) and covariance (6, 6) at a time, and the yaw rate that leads on from it."""

    stamp_s: float
    mean: Vector
    covariance: Matrix
    yaw_rate_radps: float = 0.0
    gyro_stamp_s: float = -math.inf
    steering_rad: float = 0.0
    pitch_rad: float = 0.0
    roll_rad: float = 0.0
    standing: bool = False
    last_nis: float = 0.0  # normalised innovation squared of the last update

    def copy(self) -> Belief:
        """An independent copy."""
        return Belief(
            self.stamp_s,
            self.mean.copy(),
            self.covariance.copy(),
            self.yaw_rate_radps,
            self.gyro_stamp_s,
            self.steering_rad,
            self.pitch_rad,
            self.roll_rad,
            self.standing,
            self.last_nis,
        )


def predict(belief: Belief, stamp_s: float, noise: ProcessNoise, has_gyro: bool) -> None:
    """Move the belief forward to `stamp_s` with its yaw rate; no-op for a time in the past.

    Second-order (midpoint) integration of the unicycle; `yaw_rate_radps` is the gyro's reading,
    from which the bias is taken, or (without a gyro) the rate from steering.
    """
    dt = stamp_s - belief.stamp_s
    if dt <= 0:
        return
    mean = belief.mean
    bias = mean[BIAS] if has_gyro else 0.0
    rate = belief.yaw_rate_radps - bias
    middle = mean[YAW] + 0.5 * rate * dt
    cos, sin = math.cos(middle), math.sin(middle)
    step = mean[SPEED] * dt
    transition = np.eye(SIZE)
    transition[X, YAW], transition[Y, YAW] = -step * sin, step * cos
    transition[X, SPEED], transition[Y, SPEED] = dt * cos, dt * sin
    if has_gyro:
        transition[YAW, BIAS] = -dt
        transition[X, BIAS], transition[Y, BIAS] = 0.5 * dt * step * sin, -0.5 * dt * step * cos
    mean[X] += step * cos
    mean[Y] += step * sin
    mean[YAW] = wrap_angle(mean[YAW] + rate * dt)
    belief.covariance = transition @ belief.covariance @ transition.T
    _add_noise(belief, dt, noise, has_gyro)
    belief.stamp_s = stamp_s


def _add_noise(belief: Belief, dt: float, noise: ProcessNoise, has_gyro: bool) -> None:
    moving = min(1.0, abs(belief.mean[SPEED]) / 0.2)  # a standing vehicle does not slip
    yaw = noise.yaw_rad_per_rts if has_gyro else noise.yaw_without_gyro_rad_per_rts * moving
    densities = (
        noise.position_m_per_rts * moving,
        noise.position_m_per_rts * moving,
        yaw,
        noise.speed_mps_per_rts,
        noise.bias_radps_per_rts,
        noise.scale_per_rts,
    )
    for index, density in enumerate(densities):
        belief.covariance[index, index] += density * density * dt


def update(belief: Belief, measurement: Measurement) -> bool:
    """Take a measurement in; False, with the belief untouched, when it fails the gate.

    The normalised innovation squared is left in `belief.last_nis`.
    """
    jacobian = measurement.jacobian
    innovation = jacobian @ belief.covariance @ jacobian.T + measurement.covariance
    weighted = np.linalg.solve(innovation, measurement.residual)
    belief.last_nis = float(measurement.residual @ weighted)
    if not belief.last_nis <= measurement.gate:
        return False
    gain = np.linalg.solve(innovation, jacobian @ belief.covariance).T
    belief.mean = belief.mean + gain @ measurement.residual
    belief.mean[YAW] = wrap_angle(belief.mean[YAW])
    left = np.eye(SIZE) - gain @ jacobian
    covariance = left @ belief.covariance @ left.T + gain @ measurement.covariance @ gain.T
    belief.covariance = 0.5 * (covariance + covariance.T)
    return True
