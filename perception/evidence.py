"""Evidence: a still at once and a clip with pre-roll, blurred, written whole or not at all.

Pictures wait in memory as JPEG, already blurred where privacy asks for it, so nothing that shows
a face is ever on the disk. A file appears under its final name only when it is complete, and is
then entered in the hash chain.
"""

from __future__ import annotations

import hashlib
import logging
import os
import uuid
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from patrol.incident import Evidence, EvidenceKind
from perception.clip import ClipWriter
from perception.detectors.base import Image
from perception.evidence_chain import EvidenceChain
from perception.evidence_expiry import EvidenceExpiry, RetentionConfig
from perception.privacy import Region, RegionMemory, blur

_LOG = logging.getLogger(__name__)
CAPTURE_MAX_AGE_S = 1.0  # of a picture that shows a visit
_BOX_BGR = (36, 36, 230)


@dataclass(frozen=True, slots=True)
class EvidenceConfig:
    """How much is kept and how."""

    pre_roll_s: float = 5.0
    post_roll_s: float = 4.0
    jpeg_quality: int = 85
    blur: bool = True
    blur_hold_s: float = 0.8  # a head stays blurred so long after it was last seen
    pictures_per_step: int = 6  # of a clip, encoded in one step of the pipeline
    better_still_area: float = 1.6  # a second still when the box has grown by this
    retention: RetentionConfig = field(default_factory=RetentionConfig)

    def __post_init__(self) -> None:
        if not 0 <= self.pre_roll_s <= 60:
            raise ValueError(f"pre_roll_s: {self.pre_roll_s} must be 0 to 60")
        if not 0 <= self.post_roll_s <= 60:
            raise ValueError(f"post_roll_s: {self.post_roll_s} must be 0 to 60")
        if not 0 <= self.blur_hold_s <= 10:
            raise ValueError(f"blur_hold_s: {self.blur_hold_s} must be 0 to 10")
        if not 30 <= self.jpeg_quality <= 100:
            raise ValueError(f"jpeg_quality: {self.jpeg_quality} must be 30 to 100")


class NoPictureError(Exception):
    """There is no picture to keep; the message says why."""


@dataclass(slots=True)
class _Recording:
    incident_id: str
    started_s: float
    until_s: float
    clip: ClipWriter
    path: Path
    best_area: float
    best_picture: Image | None = None
    best_stamp_s: float = 0.0


class EvidenceRecorder:
    """Keeps the last seconds in memory and writes evidence for incidents."""

    def __init__(
        self,
        config: EvidenceConfig,
        folder: Path,
        rate_hz: float,
        new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
        open_incidents: Callable[[], Collection[str]] = tuple,  # their evidence never expires
    ) -> None:
        self._config = config
        self._folder = folder
        self._rate_hz = rate_hz
        self._new_id = new_id
        self._chain = EvidenceChain(folder)
        self._expiry = EvidenceExpiry(config.retention, self._chain, open_incidents)
        self._ring: deque[tuple[float, bytes]] = deque()
        self._recordings: list[_Recording] = []
        self._latest: tuple[float, Image] | None = None
        self._memory = RegionMemory(config.blur_hold_s)

    def add(self, stamp_s: float, image: Image, regions: Sequence[Region]) -> None:
        """Take a picture into the pre-roll and into running clips."""
        held = self._memory.step(stamp_s, regions)
        stored = blur(image, held) if self._config.blur else image
        self._latest = (stamp_s, stored)
        jpeg = self._jpeg(stored)
        self._ring.append((stamp_s, jpeg))
        while self._ring and stamp_s - self._ring[0][0] > self._config.pre_roll_s:
            self._ring.popleft()
        for recording in self._recordings:
            recording.clip.add(stamp_s, jpeg)

    def skip(self) -> None:
        """Forget the pictures in memory: the vehicle is where nothing may be recorded."""
        self._ring.clear()
        self._latest = None

    def capture(self, name: str, now_s: float) -> Evidence:
        """Write the latest picture as evidence of a visit.

        Raises NoPictureError where no picture may be kept or none is of now, OSError where the
        disk refuses.
        """
        if self._latest is None:
            raise NoPictureError("no picture may be kept here, or the camera gives none")
        stamp_s, picture = self._latest
        if not now_s - stamp_s <= CAPTURE_MAX_AGE_S:
            raise NoPictureError(f"the last picture is {now_s - stamp_s:.1f} s old")
        return self._write_still(name, stamp_s, picture, None, EvidenceKind.CHECKPOINT)

    def begin(self, incident_id: str, box: NDArray[np.float64] | None) -> list[Evidence]:
        """Write a still now and start a clip; nothing where no picture may be kept.

        Raises OSError where the disk refuses.
        """
        if self._latest is None:
            return []
        stamp_s, picture = self._latest
        still = self._write_still(incident_id, stamp_s, picture, box)
        path = self._folder / incident_id / f".{self._new_id()}.mp4.part"
        clip = ClipWriter(path, picture.shape[1], picture.shape[0], self._rate_hz)
        for ring_stamp_s, jpeg in self._ring:
            clip.add(ring_stamp_s, jpeg)
        until_s = stamp_s + self._config.post_roll_s
        self._recordings.append(_Recording(incident_id, stamp_s, until_s, clip, path, _area(box)))
        return [still]

    def show(self, incident_id: str, box: NDArray[np.float64] | None) -> None:
        """Tell where an incident is in the latest picture: a nearer view makes a better still."""
        if self._latest is None or box is None:
            return
        for recording in self._recordings:
            limit = self._config.better_still_area * recording.best_area
            if recording.incident_id == incident_id and _area(box) > limit:
                recording.best_stamp_s, picture = self._latest
                recording.best_picture = _with_box(picture, box)
                recording.best_area = _area(box)

    def step(self, now_s: float) -> list[Evidence]:
        """Encode a little, finish the clips whose time is over, and let old files expire."""
        self._expiry.step(now_s)
        done = [r for r in self._recordings if now_s >= r.until_s]
        for recording in self._recordings:
            recording.clip.advance(self._config.pictures_per_step)
        return [evidence for recording in done for evidence in self._finish(recording)]

    def close(self) -> list[Evidence]:
        """Finish all clips now."""
        return [e for recording in list(self._recordings) for e in self._finish(recording)]

    def _finish(self, recording: _Recording) -> list[Evidence]:
        self._recordings.remove(recording)
        recording.clip.finish()
        evidence = [
            self._keep(
                recording.incident_id,
                EvidenceKind.CLIP,
                "video/mp4",
                recording.path,
                recording.started_s,
            )
        ]
        if recording.best_picture is not None:
            evidence.append(
                self._write_still(
                    recording.incident_id, recording.best_stamp_s, recording.best_picture, None
                )
            )
        return evidence

    def _write_still(
        self,
        incident_id: str,
        stamp_s: float,
        picture: Image,
        box: NDArray[np.float64] | None,
        kind: EvidenceKind = EvidenceKind.STILL,
    ) -> Evidence:
        folder = self._folder / incident_id
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f".{self._new_id()}.jpg.part"
        part.write_bytes(self._jpeg(picture if box is None else _with_box(picture, box)))
        return self._keep(incident_id, kind, "image/jpeg", part, stamp_s)

    def _keep(
        self, incident_id: str, kind: EvidenceKind, media_type: str, part: Path, stamp_s: float
    ) -> Evidence:
        """Give a complete file its name and enter it in the chain."""
        content = part.read_bytes()
        with part.open("rb") as stream:
            os.fsync(stream.fileno())
        evidence_id = self._new_id()
        path = part.with_name(evidence_id + (".mp4" if kind is EvidenceKind.CLIP else ".jpg"))
        os.replace(part, path)
        evidence = Evidence(
            evidence_id,
            incident_id,
            kind,
            media_type,
            hashlib.sha256(content).hexdigest(),
            len(content),
            stamp_s,
            str(path),
            self._config.blur,
        )
        self._chain.append(evidence)
        _LOG.info("evidence_kept incident=%s kind=%s bytes=%d", incident_id, kind, len(content))
        return evidence

    def _jpeg(self, picture: Image) -> bytes:
        quality = [cv2.IMWRITE_JPEG_QUALITY, self._config.jpeg_quality]
        done, data = cv2.imencode(".jpg", picture, quality)
        if not done:
            raise OSError("a picture could not be encoded as JPEG")
        return data.tobytes()


def _area(box: NDArray[np.float64] | None) -> float:
    return 0.0 if box is None else float((box[2] - box[0]) * (box[3] - box[1]))


def _with_box(picture: Image, box: NDArray[np.float64]) -> Image:
    """A copy with the box drawn around, a little outside, so that it hides nothing."""
    out = picture.copy()
    x1, y1, x2, y2 = (int(v) for v in box)
    cv2.rectangle(out, (x1 - 4, y1 - 4), (x2 + 4, y2 + 4), _BOX_BGR, 2)
    return out
