"""What detectors give: `Detections`; what networks are: `Detector`, `PoseDetector`, `Embedder`.

Pictures are (height, width, 3) uint8 in BGR order. Boxes are `xyxy` in pixels of the picture that
was given, x right, y down, (0, 0) the top left corner.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]

PERSON = "person"


def _empty(*shape: int) -> FloatArray:
    return np.zeros(shape, np.float32)


@dataclass(frozen=True, slots=True)
class Detections:
    """The boxes found in one picture; raises ValueError where the lengths differ."""

    boxes_xyxy: FloatArray = field(default_factory=lambda: _empty(0, 4))  # (n, 4) px
    scores: FloatArray = field(default_factory=lambda: _empty(0))  # (n,) 0..1
    class_ids: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))  # (n,)
    names: Mapping[int, str] = field(default_factory=dict)  # class id -> name

    def __post_init__(self) -> None:
        n = len(self.boxes_xyxy)
        if self.boxes_xyxy.shape != (n, 4) or len(self.scores) != n or len(self.class_ids) != n:
            raise ValueError(
                "Detections: expected boxes (n, 4), scores (n,), class_ids (n,), got "
                f"{self.boxes_xyxy.shape}, {self.scores.shape}, {self.class_ids.shape}"
            )

    def __len__(self) -> int:
        return len(self.boxes_xyxy)

    def select(self, keep: NDArray[np.bool_] | NDArray[np.int64]) -> Detections:
        """The boxes that a mask or an index array picks."""
        return Detections(
            self.boxes_xyxy[keep], self.scores[keep], self.class_ids[keep], self.names
        )

    def label(self, index: int) -> str:
        """The class name of one box; its number where the detector gave no name."""
        class_id = int(self.class_ids[index])
        return self.names.get(class_id, str(class_id))

    def labels(self) -> list[str]:
        """The class names of all boxes."""
        return [self.names.get(key, str(key)) for key in self.class_ids.tolist()]

    def named(self, name: str) -> Detections:
        """Only the boxes of one class."""
        keep = np.zeros(len(self), np.bool_)
        for class_id, value in self.names.items():
            if value == name:
                keep |= self.class_ids == class_id
        return self.select(keep)


@dataclass(frozen=True, slots=True)
class Skeleton:
    """COCO's 17 keypoints of one person: (17, 3) as x px, y px, confidence 0..1."""

    keypoints: FloatArray
    score: float


class Detector(Protocol):
    """Finds objects in a picture; classes are COCO's names ("person", "car", ...)."""

    def detect(self, image_bgr: Image, min_score: float = 0.25) -> Detections:
        """All boxes with at least `min_score`, best first."""
        ...


@runtime_checkable
class BatchDetector(Detector, Protocol):
    """One that takes several pictures at once, which some backends do quicker."""

    def detect_batch(
        self, images_bgr: Sequence[Image], min_score: float = 0.25
    ) -> list[Detections]:
        """As `detect` of each picture, in their order."""
        ...


def detect_all(
    detector: Detector, images_bgr: Sequence[Image], min_score: float
) -> list[Detections]:
    """What is in each picture: at once where the detector can, else one after the other."""
    if isinstance(detector, BatchDetector):
        return detector.detect_batch(images_bgr, min_score)
    return [detector.detect(image, min_score) for image in images_bgr]


class PoseDetector(Protocol):
    """Finds the skeletons of the people in a crop."""

    def skeletons(self, crop_bgr: Image) -> Sequence[Skeleton]:
        """Everybody's keypoints in crop pixels, the surest person first."""
        ...


class Embedder(Protocol):
    """Makes a vector of length 1 of what a crop looks like; raises ValueError for an empty one."""

    def embed(self, crop_bgr: Image) -> NDArray[np.float64]:
        """The more alike two crops, the nearer to 1 their vectors' product."""
        ...
