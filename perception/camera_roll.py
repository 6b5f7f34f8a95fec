"""The last seconds of one camera in memory: what may be kept of them, and from where."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import cv2

from patrol.geometry import StampedPose
from perception.detectors.base import Image
from perception.evidence_config import EvidenceConfig
from perception.originals import Originals
from perception.privacy import Region, RegionMemory, blur


class CameraRoll:
    """What a camera saw until now, as far as it may be kept."""

    def __init__(self, config: EvidenceConfig, originals: Originals | None) -> None:
        self._config = config
        self._memory = RegionMemory(config.blur_hold_s)
        self.originals = originals
        self.pictures: deque[tuple[float, bytes]] = deque()  # when each was taken, JPEG
        self.vehicle: deque[StampedPose] = deque()
        self.latest: tuple[float, Image] | None = None  # None where nothing may be kept

    def add(
        self, stamp_s: float, image: Image, regions: Sequence[Region], pose: StampedPose | None
    ) -> bytes:
        """Take a picture with what must not be seen in it; gives the JPEG that may be kept."""
        held = self._memory.step(stamp_s, regions)
        stored = blur(image, held) if self._config.blur else image
        self.latest = (stamp_s, stored)
        kept = jpeg(stored, self._config.jpeg_quality)
        self.pictures.append((stamp_s, kept))
        if pose is not None:
            self.vehicle.append(pose)
        since_s = stamp_s - self._config.pre_roll_s
        while self.pictures and self.pictures[0][0] < since_s:
            self.pictures.popleft()
        while self.vehicle and self.vehicle[0].stamp_s < since_s:
            self.vehicle.popleft()
        if self.originals is not None:
            size_px = (image.shape[1], image.shape[0])
            original = jpeg(image, self._config.jpeg_quality)
            self.originals.add(stamp_s, original, size_px)
        return kept

    def skip(self) -> None:
        """Forget the pictures in memory: the vehicle is where nothing may be recorded."""
        self.pictures.clear()
        self.vehicle.clear()
        self.latest = None
        if self.originals is not None:
            self.originals.skip()


def jpeg(picture: Image, quality: int) -> bytes:
    """A picture as a file's content; raises OSError where it cannot be encoded."""
    done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise OSError("a picture could not be encoded as JPEG")
    return data.tobytes()
