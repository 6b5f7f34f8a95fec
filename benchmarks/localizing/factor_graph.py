"""The named alternative: gtsam's preintegrated IMU factors and GPS priors, solved by iSAM2.

As its own example of the same drive (IMUKittiExampleGPS.py of the gtsam wheel): a pose, velocity
and bias at each fix, and the example's noises; a fix that is withheld gets no prior. Its last
answer is a smoother's: it knows what came later. The module is handed in, it is no dependency.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

GRAVITY_MPS2 = 9.8
ACCELEROMETER_SIGMA, GYROSCOPE_SIGMA = 0.01, 0.000175  # KittiEquivBiasedImu_metadata.txt
ACCELEROMETER_BIAS_SIGMA, GYROSCOPE_BIAS_SIGMA = 0.000167, 2.91e-6
GPS_VARIANCE_M2 = 0.07
# Fixes after the first, as in the example: before, the heading is not observable.
FIRST_SOLVED = 21
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Answers:
    """Places (n, 2) at the times of all fixes: as of then (NaN before the first solution), and
    with all that came later."""

    causal: Array
    smoothed: Array


def solve(gtsam: Any, imu: Array, places: Array, given: NDArray[np.bool_]) -> Answers:
    """`imu` (m, 8) and `places` (n, 4) as in kitti.py; `given` (n,): which are told."""
    return _Graph(gtsam, imu, places).solve(given)


class _Graph:
    def __init__(self, gtsam: Any, imu: Array, places: Array) -> None:
        self._g, self._imu, self._places = gtsam, imu, places
        self._isam = gtsam.ISAM2(self._settings())
        self._factors, self._values = gtsam.NonlinearFactorGraph(), gtsam.Values()
        self._bias = gtsam.imuBias.ConstantBias()
        self._velocity = np.zeros(3)
        self._pose: Any = None
        self._gps = gtsam.noiseModel.Diagonal.Precisions(
            np.array([0, 0, 0] + [1 / GPS_VARIANCE_M2] * 3)
        )
        params = gtsam.PreintegrationParams.MakeSharedU(GRAVITY_MPS2)
        params.setAccelerometerCovariance(np.eye(3) * ACCELEROMETER_SIGMA**2)
        params.setGyroscopeCovariance(np.eye(3) * GYROSCOPE_SIGMA**2)
        params.setIntegrationCovariance(np.zeros((3, 3)))
        params.setOmegaCoriolis(np.zeros(3))
        self._params = params

    def solve(self, given: NDArray[np.bool_]) -> Answers:
        count = len(self._places)
        causal = np.full((count, 2), np.nan)
        first = 1  # as in the example: before the second fix the log has a gap of 2 s
        self._begin(first)
        for i in range(first + 1, count):
            self._move(i)
            pose = self._pose
            if given[i]:
                pose = self._g.Pose3(self._pose.rotation(), self._places[i, 1:4])
                self._factors.addPriorPose3(self._x(i), pose, self._gps)
            self._values.insert(self._x(i), pose)
            self._values.insert(self._v(i), self._velocity)
            self._values.insert(self._b(i), self._bias)
            if i >= first + FIRST_SOLVED:
                causal[i] = self._update(i)
        result = self._isam.calculateEstimate()
        smoothed = np.full((count, 2), np.nan)
        for i in range(first, count):
            smoothed[i] = result.atPose3(self._x(i)).translation()[:2]
        return Answers(causal, smoothed)

    def _settings(self) -> Any:
        settings = self._g.ISAM2Params()
        settings.setFactorization("QR")  # Cholesky, the example's, fails after 30 s without a fix
        settings.relinearizeSkip = 1
        return settings

    def _begin(self, i: int) -> None:
        g = self._g
        self._pose = g.Pose3(g.Rot3(), self._places[i, 1:4])
        loose = g.noiseModel.Diagonal.Precisions(np.array([0, 0, 0, 1, 1, 1]))
        self._factors.addPriorPose3(self._x(i), self._pose, loose)
        any_speed = g.noiseModel.Diagonal.Sigmas(np.full(3, 1000.0))
        self._factors.addPriorVector(self._v(i), self._velocity, any_speed)
        bias = g.noiseModel.Diagonal.Sigmas(np.array([0.1] * 3 + [5e-5] * 3))
        self._factors.addPriorConstantBias(self._b(i), self._bias, bias)
        self._values.insert(self._x(i), self._pose)
        self._values.insert(self._v(i), self._velocity)
        self._values.insert(self._b(i), self._bias)

    def _move(self, i: int) -> None:
        """The IMU between two fixes, and how its bias may wander."""
        g, times = self._g, self._imu[:, 0]
        summed = g.PreintegratedImuMeasurements(self._params, self._bias)
        begin, end = np.searchsorted(times, self._places[i - 1 : i + 1, 0], side="right")
        for row in self._imu[begin:end]:
            summed.integrateMeasurement(row[2:5], row[5:8], row[1])
        self._factors.push_back(
            g.ImuFactor(self._x(i - 1), self._v(i - 1), self._x(i), self._v(i), self._b(i - 1),
                        summed)
        )  # fmt: skip
        sigmas = [ACCELEROMETER_BIAS_SIGMA] * 3 + [GYROSCOPE_BIAS_SIGMA] * 3
        wander = g.noiseModel.Diagonal.Sigmas(np.sqrt(end) * np.array(sigmas))
        self._factors.push_back(
            g.BetweenFactorConstantBias(
                self._b(i - 1), self._b(i), g.imuBias.ConstantBias(), wander
            )
        )

    def _update(self, i: int) -> Array:
        self._isam.update(self._factors, self._values)
        self._factors.resize(0)
        self._values.clear()
        result = self._isam.calculateEstimate()
        self._pose = result.atPose3(self._x(i))
        self._velocity = result.atVector(self._v(i))
        self._bias = result.atConstantBias(self._b(i))
        place: Array = np.asarray(self._pose.translation()[:2])
        return place

    def _x(self, i: int) -> int:
        return int(self._g.symbol("x", i))

    def _v(self, i: int) -> int:
        return int(self._g.symbol("v", i))

    def _b(self, i: int) -> int:
        return int(self._g.symbol("b", i))
