"""The IMU: its yaw rate drives the prediction; at standstill it measures its own bias."""

from __future__ import annotations

import math

import numpy as np

from navigation.localization.ekf import BIAS, SIZE, Belief, Measurement
from navigation.types import ImuSample

STANDSTILL_SIGMA_RADPS = 0.004
MAX_YAW_RATE_RADPS = 4.0  # four times what the vehicle can do: anything above is not a reading


def is_plausible(sample: ImuSample) -> bool:
    """Whether the sample is finite and within what the vehicle can do."""
    values = (sample.yaw_rate_radps, sample.roll_rad, sample.pitch_rad)
    return all(map(math.isfinite, values)) and abs(sample.yaw_rate_radps) <= MAX_YAW_RATE_RADPS


def bias_measurement(belief: Belief, sample: ImuSample) -> Measurement:
    """A standing vehicle does not turn, so the reading is the bias (zero-rate update)."""
    jacobian = np.zeros((1, SIZE))
    jacobian[0, BIAS] = 1.0
    residual = np.array([sample.yaw_rate_radps - belief.mean[BIAS]])
    return Measurement(residual, jacobian, np.array([[STANDSTILL_SIGMA_RADPS**2]]))
