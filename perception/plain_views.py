"""A rectified view without its light: what is a thing's own, and how noisy that is.

Wall and ground are each divided by what is usual around, a smooth mean; tints lose theirs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from perception.plane_views import Levels, Mask, PlaneView

_SOFT = 1.0  # pixels: sigma of the views' smoothing
_NOISE_LEFT = 1.0 / (2.0 * _SOFT * math.sqrt(math.pi))  # of white noise, after it
_TINT_NOISE = 0.82  # of a tint, over that of the grey level and the level itself
_LEAST_PIXELS = 20
_TINY = 1e-6
_THREE = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, slots=True)
class PlainView:
    """A view without its light: levels around 0, variance of their noise, edges, what is known."""

    levels: Levels
    noise: Levels
    edges: tuple[Levels, Levels]
    tints: Levels
    tint_noise: Levels
    known: Mask


@lru_cache(maxsize=16)  # a view is compared several times
def plain(view: PlaneView, usual_px: float) -> PlainView:
    """Levels over what is usual around, less 1 (0 where unknown), and what comes of them."""
    out = np.zeros(view.levels.shape, np.float32)
    noise = np.ones(view.levels.shape, np.float32)
    tints = np.zeros(view.levels.shape, np.float32)
    tint_noise = np.ones(view.levels.shape, np.float32)
    for region in (view.wall, ~view.wall):
        here = view.known & region
        if here.sum() < _LEAST_PIXELS:
            continue
        weight = here.astype(np.float32)
        levels = view.levels * weight
        usual = _mean(levels, weight, usual_px) + 1.0
        smooth = _mean(levels, weight, _SOFT)
        out[here] = (smooth / usual)[here] - 1.0
        noise[here] = ((view.noise * _NOISE_LEFT / usual) ** 2)[here]
        tint = view.tints * weight
        tints[here] = (_mean(tint, weight, _SOFT) - _mean(tint, weight, usual_px))[here]
        tint_noise[here] = ((_TINT_NOISE * view.noise * _NOISE_LEFT / (smooth + 1.0)) ** 2)[here]
    return PlainView(out, noise, _edges(out, view), tints, tint_noise, view.known)


def _mean(levels: Levels, weight: Levels, sigma: float) -> Levels:
    above = cv2.GaussianBlur(levels, (0, 0), sigma)
    below = cv2.GaussianBlur(weight, (0, 0), sigma)
    return np.asarray(above / np.maximum(below, 1e-3), np.float32)


def _edges(levels: Levels, view: PlaneView) -> tuple[Levels, Levels]:
    """Gradients at twice their angle; none where the wall ends or knowledge does."""
    gx = cv2.Sobel(levels, cv2.CV_32F, 1, 0, ksize=3, scale=0.25)
    gy = cv2.Sobel(levels, cv2.CV_32F, 0, 1, ksize=3, scale=0.25)
    length = np.sqrt(gx * gx + gy * gy) + _TINY
    wall = view.wall.astype(np.uint8)
    inside = cv2.erode(view.known.astype(np.uint8), _THREE) > 0
    inside &= cv2.dilate(wall, _THREE) == cv2.erode(wall, _THREE)
    return (
        np.asarray((gx * gx - gy * gy) / length * inside, np.float32),
        np.asarray(2.0 * gx * gy / length * inside, np.float32),
    )
