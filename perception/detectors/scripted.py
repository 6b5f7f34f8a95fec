"""A detector whose answers are written down beforehand: the fake beside the real one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from perception.detectors.base import Detections, Image, Skeleton

COCO_NAMES = {0: "person", 1: "bicycle", 2: "car", 5: "bus", 7: "truck", 16: "dog"}

# (name, score, (x1, y1, x2, y2)) of one object
Scripted = tuple[str, float, tuple[float, float, float, float]]


def detections(objects: Sequence[Scripted]) -> Detections:
    """Detections of named objects; raises KeyError for a name that is not in COCO_NAMES."""
    ids = {name: class_id for class_id, name in COCO_NAMES.items()}
    ordered = sorted(objects, key=lambda item: -item[1])
    return Detections(
        np.array([box for _, _, box in ordered], np.float32).reshape(-1, 4),
        np.array([score for _, score, _ in ordered], np.float32),
        np.array([ids[name] for name, _, _ in ordered], np.int64),
        COCO_NAMES,
    )


class ScriptedDetector:
    """Gives what a function of the picture says; counts its calls."""

    def __init__(self, script: Callable[[Image], Sequence[Scripted]]) -> None:
        self._script = script
        self.calls = 0

    def detect(self, image_bgr: Image, min_score: float = 0.25) -> Detections:
        """The script's objects with at least `min_score`, best first."""
        self.calls += 1
        return detections([item for item in self._script(image_bgr) if item[1] >= min_score])


class ScriptedPose:
    """Gives what a function of the crop says."""

    def __init__(self, script: Callable[[Image], Skeleton | None]) -> None:
        self._script = script

    def skeletons(self, crop_bgr: Image) -> list[Skeleton]:
        """The script's skeleton, if any."""
        skeleton = self._script(crop_bgr)
        return [] if skeleton is None else [skeleton]
