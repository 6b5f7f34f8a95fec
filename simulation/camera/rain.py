"""Rain in a picture: streaks in the air, drops on the lens."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
STREAKS = 260  # in 640 x 360 at 10 mm/h; grows with the square root of the rain
STREAK_LEVEL = 42.0
DROPS, HEAVY_MMPH = 26, 50.0
DROPS_LAST = 40  # pictures, until other drops sit on the lens
WIND_SLOPE = 0.12


class RainLook:
    """The look of one rain, at any size of picture."""

    def __init__(self, rain_mmph: float, seed: int) -> None:
        self._rain_mmph, self._seed = rain_mmph, seed & 0xFFFF_FFFF
        self._drops: tuple[tuple[int, int, int], Floats] | None = None

    def paint(self, picture: Floats, seed: int) -> None:
        """Add streaks, then look through the drops."""
        self._paint_streaks(picture, np.random.default_rng([self._seed, 31, seed]))
        self._look_through_drops(picture, seed // DROPS_LAST)

    def _paint_streaks(self, picture: Floats, rng: np.random.Generator) -> None:
        height, width, _ = picture.shape
        share = height * width / (640 * 360)
        count = int(STREAKS * math.sqrt(self._rain_mmph / 10.0) * share)
        layer = np.zeros((height, width), np.uint8)
        x, y = rng.uniform(0, width, count), rng.uniform(-0.1 * height, height, count)
        near = rng.uniform(0.15, 1.0, count) ** 2
        long = (0.02 + 0.10 * near) * height
        for i in range(count):
            a = (int(x[i]), int(y[i]))
            b = (int(x[i] + WIND_SLOPE * long[i]), int(y[i] + long[i]))
            cv2.line(layer, a, b, int(STREAK_LEVEL * (0.35 + 0.65 * near[i])), 1, cv2.LINE_AA)
        picture += cv2.GaussianBlur(layer, (3, 3), 0).astype(np.float32)[..., None]

    def _look_through_drops(self, picture: Floats, spell: int) -> None:
        height, width, _ = picture.shape
        key = (height, width, spell)
        if self._drops is None or self._drops[0] != key:
            self._drops = key, self._mask(height, width, spell)
        mask = self._drops[1]
        size = max(3, height // 18) | 1
        small = cv2.resize(picture, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
        blurred = cv2.blur(small, (max(3, size // 4) | 1,) * 2)
        blurred = cv2.resize(blurred, (width, height), interpolation=cv2.INTER_LINEAR)
        wet = mask > 0.01
        seen = picture[wet]
        picture[wet] = seen + mask[wet][:, None] * (1.06 * blurred[wet] + 4.0 - seen)

    def _mask(self, height: int, width: int, spell: int) -> Floats:
        rng = np.random.default_rng([self._seed, 37, spell])
        count = int(DROPS * min(1.0, 0.3 + self._rain_mmph / HEAVY_MMPH))
        mask = np.zeros((height, width), np.float32)
        for _ in range(count):
            middle = (int(rng.uniform(0, width)), int(rng.uniform(0, height)))
            radius = int(height * rng.uniform(0.008, 0.030)) + 1
            axes = (radius, int(radius * rng.uniform(1.0, 1.4)))
            cv2.ellipse(mask, middle, axes, 0, 0, 360, 1.0, -1, cv2.LINE_AA)
        return np.asarray(cv2.GaussianBlur(mask, (5, 5), 0), np.float32)
