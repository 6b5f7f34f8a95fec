"""Evidence: a still at once and a clip with pre-roll, blurred, written whole or not at all.

Pictures wait in memory as JPEG, blurred where privacy asks for it. What shows a face reaches the
disk only sealed (`originals.py`), and only where the configuration names who may open it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from patrol.geometry import StampedPose
from patrol.incident import Evidence, EvidenceKind
from patrol.person_search import PersonSearch
from perception.candidates import CANDIDATES_FILE, Candidates
from perception.clip import ClipWriter
from perception.detectors.base import Image
from perception.evidence_config import EvidenceConfig
from perception.evidence_expiry import EvidenceExpiry
from perception.evidence_files import EvidenceFiles, new_uuid
from perception.evidence_record import EvidenceRecord, Shown
from perception.originals import Originals
from perception.privacy import Region, RegionMemory, blur
from perception.sealing import Seal

CAPTURE_MAX_AGE_S = 1.0  # of a picture that shows a visit
_BOX_BGR = (36, 36, 230)


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
    record: EvidenceRecord | None
    vehicle: list[StampedPose]
    best_picture: Image | None = None
    best_stamp_s: float = 0.0


class EvidenceRecorder:
    """Keeps the last seconds in memory and writes evidence for incidents."""

    def __init__(
        self,
        config: EvidenceConfig,
        folder: Path,
        rate_hz: float,
        new_id: Callable[[], str] = new_uuid,
        open_incidents: Callable[[], Collection[str]] = tuple,  # their evidence never expires
    ) -> None:
        self._config = config
        self._rate_hz = rate_hz
        self._files = EvidenceFiles(folder, new_id)
        self._candidates = Candidates(folder / CANDIDATES_FILE, *self._files.on_board())
        self._expiry = EvidenceExpiry(
            config.retention,
            self._files.chain,
            open_incidents,
            over=lambda: self._candidates.over,
        )
        self._ring: deque[tuple[float, bytes]] = deque()
        self._vehicle: deque[StampedPose] = deque()
        self._recordings: list[_Recording] = []
        self._latest: tuple[float, Image] | None = None
        self._memory = RegionMemory(config.blur_hold_s)
        self._originals: Originals | None = None
        if config.originals_for:
            seal = Seal(config.originals_for)
            self._originals = Originals(self._files, seal, config.pre_roll_s)

    def add(
        self,
        stamp_s: float,
        image: Image,
        regions: Sequence[Region],
        pose: StampedPose | None = None,
    ) -> None:
        """Take a picture and its pose into the pre-roll and into running clips."""
        held = self._memory.step(stamp_s, regions)
        stored = blur(image, held) if self._config.blur else image
        self._latest = (stamp_s, stored)
        jpeg = self._jpeg(stored)
        self._ring.append((stamp_s, jpeg))
        if pose is not None:
            self._vehicle.append(pose)
        since_s = stamp_s - self._config.pre_roll_s
        while self._ring and self._ring[0][0] < since_s:
            self._ring.popleft()
        while self._vehicle and self._vehicle[0].stamp_s < since_s:
            self._vehicle.popleft()
        for recording in self._recordings:
            recording.clip.add(stamp_s, jpeg)
            recording.vehicle += [pose] if pose is not None else []
        if self._originals is not None:
            size_px = (image.shape[1], image.shape[0])
            self._originals.add(stamp_s, self._jpeg(image), size_px)

    @property
    def latest(self) -> tuple[float, Image] | None:
        """When the last picture was taken, and what may be kept of it; None where nothing may."""
        return self._latest

    def skip(self) -> None:
        """Forget the pictures in memory: the vehicle is where nothing may be recorded."""
        self._ring.clear()
        self._vehicle.clear()
        self._latest = None
        if self._originals is not None:
            self._originals.skip()

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

    def begin(
        self,
        incident_id: str,
        box: NDArray[np.float64] | None,
        record: EvidenceRecord | None = None,
    ) -> list[Evidence]:
        """Write a still now and start a clip; nothing where no picture may be kept.

        `record` grows with the clip and is written after it. Raises OSError where the disk
        refuses.
        """
        if self._latest is None:
            return []
        stamp_s, picture = self._latest
        if record is not None:
            self._candidates.note(record.incident)
        still = self._write_still(incident_id, stamp_s, picture, box)
        path = self._files.part(incident_id, EvidenceKind.CLIP)
        clip = ClipWriter(path, picture.shape[1], picture.shape[0], self._rate_hz)
        for ring_stamp_s, jpeg in self._ring:
            clip.add(ring_stamp_s, jpeg)
        until_s = stamp_s + self._config.post_roll_s
        vehicle = list(self._vehicle)
        self._recordings.append(
            _Recording(incident_id, stamp_s, until_s, clip, path, _area(box), record, vehicle)
        )
        if self._originals is not None:
            self._originals.begin(incident_id, stamp_s, until_s)
        return [still]

    def show(
        self, incident_id: str, box: NDArray[np.float64] | None, shown: Shown | None = None
    ) -> None:
        """Tell where an incident is in the latest picture: a nearer view makes a better still."""
        for recording in self._recordings:
            if recording.incident_id != incident_id:
                continue
            if recording.record is not None and shown is not None:
                recording.record.track.append(shown)
            limit = self._config.better_still_area * recording.best_area
            if self._latest is not None and box is not None and _area(box) > limit:
                recording.best_stamp_s, picture = self._latest
                recording.best_picture = _with_box(picture, box)
                recording.best_area = _area(box)

    def release(
        self, incident_id: str, requested_by: str, reason: str, now_s: float
    ) -> list[Evidence]:
        """The sealed originals of an incident, which may leave from now on; the chain says why.

        Raises NoPictureError where there are none or nobody gave a reason, OSError where the disk
        refuses to note it.
        """
        if not requested_by.strip() or not reason.strip():
            raise NoPictureError("an original is released to somebody, for a reason: one is empty")
        released = self._files.release(incident_id, requested_by, reason, now_s)
        if not released:
            raise NoPictureError(
                f"incident {incident_id}: no original on board: none was kept, or it has expired"
            )
        return released

    def search(self, searches: Sequence[PersonSearch]) -> None:
        """Take ALL open person searches: the evidence of the others' candidates is due."""
        self._candidates.search(searches)

    @property
    def over(self) -> Collection[str]:
        """The incidents of candidates whose search is over."""
        return self._candidates.over

    def step(self, now_s: float) -> list[Evidence]:
        """Encode a little, finish the clips whose time is over, and let old files expire."""
        self._candidates.step(now_s)
        self._expiry.step(now_s)
        done = [r for r in self._recordings if now_s >= r.until_s]
        for recording in self._recordings:
            recording.clip.advance(self._config.pictures_per_step)
        if self._originals is not None:
            self._originals.step(now_s)
        return [evidence for recording in done for evidence in self._finish(recording)]

    def close(self) -> list[Evidence]:
        """Finish all clips now."""
        if self._originals is not None:
            self._originals.close()
        return [e for recording in list(self._recordings) for e in self._finish(recording)]

    def _finish(self, recording: _Recording) -> list[Evidence]:
        self._recordings.remove(recording)
        recording.clip.finish()
        incident_id, started_s = recording.incident_id, recording.started_s
        evidence = [
            self._files.keep(
                recording.path, incident_id, EvidenceKind.CLIP, started_s, self._config.blur
            )
        ]
        if recording.best_picture is not None:
            evidence.append(
                self._write_still(
                    incident_id, recording.best_stamp_s, recording.best_picture, None
                )
            )
        if recording.record is not None:
            content = recording.record.content(recording.vehicle)
            evidence.append(
                self._files.write(incident_id, EvidenceKind.RECORD, content, started_s, True)
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
        content = self._jpeg(picture if box is None else _with_box(picture, box))
        return self._files.write(incident_id, kind, content, stamp_s, self._config.blur)

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
