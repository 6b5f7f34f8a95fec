"""Kalman filters of constant velocity, many at once: means (n, 4) of x, y, vx, vy.

Bar-Shalom, Li, Kirubarajan, Estimation with Applications to Tracking and Navigation (2001),
sec. 5.2 and 6.3.2 (discrete white noise acceleration).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def predicted(
    means: Floats, covariances: Floats, dts_s: Floats, sigmas: Floats
) -> tuple[Floats, Floats]:
    """Means (n, 4) and covariances (n, 4, 4) after (n,) seconds of white acceleration (n,)."""
    move = np.tile(np.eye(4), (len(means), 1, 1))
    move[:, 0, 2] = move[:, 1, 3] = dts_s
    noise = np.zeros((len(means), 4, 4))
    variance = sigmas**2
    noise[:, 0, 0] = noise[:, 1, 1] = variance * dts_s**4 / 4
    noise[:, 2, 2] = noise[:, 3, 3] = variance * dts_s**2
    cross = variance * dts_s**3 / 2
    noise[:, 0, 2] = noise[:, 2, 0] = noise[:, 1, 3] = noise[:, 3, 1] = cross
    moved = (move @ means[:, :, None])[:, :, 0]
    return moved, move @ covariances @ move.transpose(0, 2, 1) + noise


def updated(
    means: Floats, covariances: Floats, places: Floats, noises: Floats
) -> tuple[Floats, Floats]:
    """Means and covariances after places (n, 2) were seen with noise (n, 2, 2)."""
    spreads = covariances[:, :2, :2] + noises
    gains = np.linalg.solve(spreads, covariances[:, :2, :]).transpose(0, 2, 1)
    seen = means + (gains @ (places - means[:, :2])[:, :, None])[:, :, 0]
    return seen, covariances - gains @ spreads @ gains.transpose(0, 2, 1)
