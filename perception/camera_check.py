"""Whether a camera's pictures can be believed: right size, not dark, not frozen, not stale."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from patrol.faults import FaultKind
from perception.types import Frame


@dataclass(frozen=True, slots=True)
class CameraCheckConfig:
    """Limits of a believable picture."""

    dark_mean: float = 6.0  # grey levels of 255, all pixels
    flat_deviation: float = 2.0  # a covered lens or a dead sensor shows no structure
    frozen_pictures: int = 5  # identical pictures in a row while the vehicle moves
    moving_mps: float = 0.2
    stale_after_s: float = 1.0

    def __post_init__(self) -> None:
        if self.frozen_pictures < 2:
            raise ValueError(f"frozen_pictures: {self.frozen_pictures} must be at least 2")
        if not self.stale_after_s > 0:
            raise ValueError(f"stale_after_s: {self.stale_after_s} must be above 0")


class CameraCheck:
    """Judges every picture; `fault` says what is wrong, None where nothing is."""

    def __init__(self, config: CameraCheckConfig) -> None:
        self._config = config
        self._last_frame_s: float | None = None
        self._first_asked_s: float | None = None
        self._checksum = 0
        self._same = 0

    def stale(self, now_s: float) -> bool:
        """Whether no new picture came for too long (or ever)."""
        if self._first_asked_s is None:
            self._first_asked_s = now_s
        since = self._first_asked_s if self._last_frame_s is None else self._last_frame_s
        return now_s - since > self._config.stale_after_s

    def is_new(self, frame: Frame) -> bool:
        """Whether the picture is newer than the last one (a repeated or old one is none)."""
        return self._last_frame_s is None or frame.stamp_s > self._last_frame_s

    @staticmethod
    def is_picture(frame: Frame) -> bool:
        """Whether it has the camera's size and 8-bit colours."""
        expected = (frame.camera.height_px, frame.camera.width_px, 3)
        return frame.image_bgr.shape == expected and frame.image_bgr.dtype == np.uint8

    def fault(self, frame: Frame, speed_mps: float) -> FaultKind | None:
        """What is wrong with a new picture."""
        self._last_frame_s = frame.stamp_s
        if not self.is_picture(frame):
            return FaultKind.CAMERA_BLIND
        sparse = frame.image_bgr[::4, ::4]
        if float(sparse.mean()) < self._config.dark_mean:
            return FaultKind.CAMERA_BLIND
        if float(sparse.std()) < self._config.flat_deviation:
            return FaultKind.CAMERA_BLIND
        checksum = zlib.crc32(sparse.tobytes())
        moving = abs(speed_mps) > self._config.moving_mps
        self._same = self._same + 1 if checksum == self._checksum and moving else 0
        self._checksum = checksum
        return FaultKind.CAMERA_BLIND if self._same >= self._config.frozen_pictures - 1 else None
