"""Looks at heads: whether hair is grey, by what is above the eyes; no face is compared or kept.

Levels are told in the light of the ground beside the feet (`appearance.light_beside`), so a street
lamp, its colour and the distance from it matter little.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from perception.appearance import Vector, light_beside
from perception.detectors.base import Image, Skeleton
from perception.rules.old_age_config import OldAgeConfig
from perception.rules.posture import HEAD, SHOULDERS

_DARKEST = 0.012  # of a level: three of 255, black as a camera gives it
_EDGE_PX = 3.0
_EYES = 0.09  # below the top of a box, in its heights


@dataclass(frozen=True, slots=True)
class HeadLook:
    """One look at what is above the eyes: level in this light, against the face, colourfulness."""

    level: float
    contrast: float
    colour: float


def head_look(
    image: Image, box: Vector, skeleton: Skeleton, config: OldAgeConfig
) -> HeadLook | None:
    """By a skeleton: None where the head is small, cut, hidden or not at the box's top (px)."""
    tall = float(box[3] - box[1])
    if not _is_large(box, config) or skeleton.score < config.min_score:
        return None
    points = skeleton.keypoints.astype(np.float64)
    head = points[[joint for joint in HEAD if points[joint, 2] >= config.point_score]]
    if len(head) < 2 or (points[list(SHOULDERS), 2] < config.min_score).any():
        return None
    u, v = head[:, :2].mean(axis=0).tolist()
    if not config.eyes_from < (v - box[1]) / tall < config.eyes_to:
        return None
    return _read(image, box, (u, v))


def head_by_box(image: Image, box: Vector, config: OldAgeConfig) -> HeadLook | None:
    """By the box alone, as if who is in it stood upright in its middle; None for other boxes."""
    wide, tall = (box[2:] - box[:2]).tolist()
    low, high = config.box_aspects
    if not _is_large(box, config) or not low < wide / tall < high:
        return None
    return _read(image, box, (float(box[0]) + wide / 2, float(box[1]) + _EYES * tall))


def _is_large(box: Vector, config: OldAgeConfig) -> bool:
    """Large enough, and not cut above."""
    return bool(box[3] - box[1] >= config.min_height_px and box[1] >= _EDGE_PX)


def _read(image: Image, box: Vector, eyes: tuple[float, float]) -> HeadLook | None:
    """Hair above the eyes (u, v px), face below them; shares of an upright body's height."""
    (u, v), tall = eyes, float(box[3] - box[1])
    hair = _level(image, (u, v - 0.045 * tall), (0.028 * tall, 0.018 * tall))
    face = _level(image, (u, v + 0.012 * tall), (0.020 * tall, 0.015 * tall))
    if hair is None or face is None:
        return None
    seen = hair / light_beside(image, box)
    mean = max(float(seen.mean()), _DARKEST)
    contrast = max(float(hair.mean()), _DARKEST) / max(float(face.mean()), _DARKEST)
    return HeadLook(mean, contrast, float(seen.max() - seen.min()) / mean)


def _level(image: Image, middle: tuple[float, float], half: tuple[float, float]) -> Vector | None:
    """The median level (3,) in RGB of a small rectangle; None where it is not in the picture."""
    x1, y1 = (round(at - reach) for at, reach in zip(middle, half, strict=True))
    x2, y2 = (round(at + reach) + 1 for at, reach in zip(middle, half, strict=True))
    if x1 < 0 or y1 < 0 or x2 > image.shape[1] or y2 > image.shape[0]:
        return None
    pixels = image[y1:y2, x1:x2].reshape(-1, 3)
    return np.asarray(np.median(pixels, axis=0)[::-1] / 255.0, np.float64)
