"""Wheel odometry as a measurement of speed, and as a yaw rate when the gyro is silent."""

from __future__ import annotations

import math

import numpy as np

from navigation.localization.ekf import SIZE, SPEED, Belief, Measurement
from navigation.types import WheelOdometry

SIGMA_MPS = 0.02
STANDSTILL_SIGMA_MPS = 0.003
STANDSTILL_MPS = 0.005


def is_standing(sample: WheelOdometry) -> bool:
    """Whether the wheels stand still."""
    return abs(sample.speed_mps) < STANDSTILL_MPS


def speed_measurement(belief: Belief, sample: WheelOdometry) -> Measurement:
    """The wheels' speed; on a slope the map sees the horizontal part."""
    horizontal = sample.speed_mps * math.cos(belief.pitch_rad)
    jacobian = np.zeros((1, SIZE))
    jacobian[0, SPEED] = 1.0
    sigma = STANDSTILL_SIGMA_MPS if is_standing(sample) else SIGMA_MPS
    residual = np.array([horizontal - belief.mean[SPEED]])
    return Measurement(residual, jacobian, np.array([[sigma * sigma]]))


def yaw_rate_from_steering(sample: WheelOdometry, wheelbase_m: float) -> float:
    """Yaw rate (rad/s) of the kinematic bicycle: speed * tan(steering) / wheelbase."""
    return sample.speed_mps * math.tan(sample.steering_rad) / wheelbase_m
