"""What rain and fog do to lidar ranges: weaker echoes, echoes of drops, more noise."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from simulation.conditions import CLEAR_VISIBILITY_M, Conditions

CONTRAST = 3.0  # -ln 0.05: extinction is this over the meteorological optical range (Koschmieder)
REFLECTIVITY_SIGMA = 0.5  # of the logarithm, over the things of a street
MARGIN = 1.3  # a middling thing is seen this much beyond the stated range in clear air
DROPLET_SHARE = 0.015  # of the energy lost in DROPLETS_M: how often a drop looks like a thing
DROPLETS_M = 6.0  # drops further away echo too little
NOISE_SHARE = 0.02  # of the range, in a downpour


class LidarWeather:
    """Changes true ranges as the air does; clear air changes nothing."""

    def __init__(
        self, conditions: Conditions, range_max_m: float, rng: np.random.Generator
    ) -> None:
        visibility_m = conditions.optical_range_m
        self._clear = visibility_m >= CLEAR_VISIBILITY_M
        self._extinction_pm = CONTRAST / visibility_m
        # Goodin et al. 2019, Electronics 8(1):89: sigma = 0.02 z (1 - exp(-R))^2, which is at its
        # full size in the lightest rain; here it grows until a downpour
        self._noise = NOISE_SHARE * (1 - math.exp(-conditions.raining_mmph / 10.0)) ** 2
        self._range_max_m, self._rng = range_max_m, rng

    def apply(self, ranges_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Ranges (n,) as measured; `inf` where the echo is too weak."""
        if self._clear:
            return ranges_m
        rng, n = self._rng, len(ranges_m)
        seen = np.where(self._is_seen(ranges_m), ranges_m, np.inf)
        seen = seen + self._noise * np.where(np.isfinite(seen), seen, 0.0) * rng.normal(size=n)
        drop_m = rng.exponential(1.0 / (2 * self._extinction_pm), n)
        drop_m = np.minimum(drop_m, rng.uniform(0.3, DROPLETS_M, n))
        lost = 1 - math.exp(-2 * self._extinction_pm * DROPLETS_M)
        is_drop = (rng.uniform(size=n) < DROPLET_SHARE * lost) & (drop_m < seen)
        return np.where(is_drop, drop_m, seen)

    def _is_seen(self, ranges_m: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Lidar equation: reflectivity exp(-2 extinction z) / z^2 against the weakest echo."""
        reflectivity = np.exp(REFLECTIVITY_SIGMA * self._rng.normal(size=len(ranges_m)))
        finite = np.where(np.isfinite(ranges_m), ranges_m, 1e9)
        weakest = 1.0 / (MARGIN * self._range_max_m) ** 2
        echo = reflectivity * np.exp(-2 * self._extinction_pm * finite) / finite**2
        seen: NDArray[np.bool_] = echo >= weakest
        return seen
