"""Evidence: a still at once and a clip with pre-roll, blurred, written whole or not at all.

Pictures wait in memory as JPEG, blurred where privacy asks for it. What shows a face reaches the
disk only sealed (`originals.py`), and only where the configuration names who may open it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from patrol.geometry import StampedPose
from patrol.incident import Evidence, EvidenceKind
from patrol.person_search import PersonSearch
from perception.camera_roll import CameraRoll, jpeg
from perception.candidates import CANDIDATES_FILE, Candidates
from perception.clip import ClipWriter
from perception.detectors.base import Image
from perception.evidence_config import EvidenceConfig
from perception.evidence_expiry import EvidenceExpiry
from perception.evidence_files import EvidenceFiles, new_uuid
from perception.evidence_record import EvidenceRecord, Shown
from perception.originals import Originals
from perception.privacy import Region
from perception.sealing import Seal

CAPTURE_MAX_AGE_S = 1.0  # of a picture that shows a visit
_BOX_BGR = (36, 36, 230)


class NoPictureError(Exception):
    """There is no picture to keep; the message says why."""


@dataclass(slots=True)
class _Recording:
    incident_id: str
    camera: str
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
    """Keeps the last seconds in memory and writes evidence for incidents.

    A camera is told by its name; without any there is only one.
    """

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
        self._rolls: dict[str, CameraRoll] = {}  # by camera
        self._recordings: list[_Recording] = []
        self._seal = Seal(config.originals_for) if config.originals_for else None

    def add(
        self,
        stamp_s: float,
        image: Image,
        regions: Sequence[Region],
        pose: StampedPose | None = None,
        camera: str = "",
    ) -> None:
        """Take a picture and its pose into the pre-roll and into the camera's running clips."""
        kept = self._roll(camera).add(stamp_s, image, regions, pose)
        for recording in self._recordings:
            if recording.camera == camera:
                recording.clip.add(stamp_s, kept)
                recording.vehicle += [pose] if pose is not None else []

    def latest(self, camera: str = "") -> tuple[float, Image] | None:
        """When a camera's last picture was taken, and what may be kept of it.

        None where nothing may be kept, or none has come.
        """
        return self._roll(camera).latest

    def skip(self) -> None:
        """Forget the pictures in memory: the vehicle is where nothing may be recorded."""
        for roll in self._rolls.values():
            roll.skip()

    def _roll(self, camera: str) -> CameraRoll:
        roll = self._rolls.get(camera)
        if roll is None:
            originals = None
            if self._seal is not None:
                originals = Originals(self._files, self._seal, self._config.pre_roll_s)
            roll = self._rolls[camera] = CameraRoll(self._config, originals)
        return roll

    def _originals(self) -> Iterator[Originals]:
        rolls = self._rolls.values()
        return (roll.originals for roll in rolls if roll.originals is not None)

    def capture(self, name: str, now_s: float) -> list[Evidence]:
        """Write each camera's latest picture as evidence of a visit.

        A camera that gives none now is left out. Raises NoPictureError where no picture may be
        kept or none at all is of now, OSError where the disk refuses.
        """
        kept = [roll.latest for roll in self._rolls.values() if roll.latest is not None]
        if not kept:
            raise NoPictureError("no picture may be kept here, or the camera gives none")
        fresh = [one for one in kept if now_s - one[0] <= CAPTURE_MAX_AGE_S]
        if not fresh:
            age_s = now_s - max(stamp_s for stamp_s, _ in kept)
            raise NoPictureError(f"the last picture is {age_s:.1f} s old")
        return [
            self._write_still(name, stamp_s, picture, None, EvidenceKind.CHECKPOINT)
            for stamp_s, picture in fresh
        ]

    def begin(
        self,
        incident_id: str,
        box: NDArray[np.float64] | None,
        record: EvidenceRecord | None = None,
        camera: str = "",
    ) -> list[Evidence]:
        """Write a still now and start a camera's clip; nothing where no picture may be kept.

        `record` grows with the clip and is written after it. Raises OSError where the disk
        refuses.
        """
        roll = self._roll(camera)
        if roll.latest is None:
            return []
        stamp_s, picture = roll.latest
        if record is not None:
            self._candidates.note(record.incident)
        still = self._write_still(incident_id, stamp_s, picture, box)
        path = self._files.part(incident_id, EvidenceKind.CLIP)
        clip = ClipWriter(path, picture.shape[1], picture.shape[0], self._rate_hz)
        for taken_s, kept in roll.pictures:
            clip.add(taken_s, kept)
        until_s = stamp_s + self._config.post_roll_s
        self._recordings.append(
            _Recording(
                incident_id, camera, stamp_s, until_s, clip, path, _area(box), record,
                list(roll.vehicle),
            )
        )  # fmt: skip
        if roll.originals is not None:
            roll.originals.begin(incident_id, stamp_s, until_s)
        return [still]

    def show(
        self,
        incident_id: str,
        box: NDArray[np.float64] | None,
        shown: Shown | None = None,
        camera: str = "",
    ) -> None:
        """Tell where an incident is in a camera's latest picture.

        A nearer view, whichever camera's, makes a better still.
        """
        latest = self._roll(camera).latest
        for recording in self._recordings:
            if recording.incident_id != incident_id:
                continue
            if recording.record is not None and shown is not None:
                recording.record.track.append(shown)
            limit = self._config.better_still_area * recording.best_area
            if latest is not None and box is not None and _area(box) > limit:
                recording.best_stamp_s, picture = latest
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
        for originals in self._originals():
            originals.step(now_s)
        return [evidence for recording in done for evidence in self._finish(recording)]

    def close(self) -> list[Evidence]:
        """Finish all clips now."""
        for originals in self._originals():
            originals.close()
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
        shown = picture if box is None else _with_box(picture, box)
        content = jpeg(shown, self._config.jpeg_quality)
        return self._files.write(incident_id, kind, content, stamp_s, self._config.blur)


def _area(box: NDArray[np.float64] | None) -> float:
    return 0.0 if box is None else float((box[2] - box[0]) * (box[3] - box[1]))


def _with_box(picture: Image, box: NDArray[np.float64]) -> Image:
    """A copy with the box drawn around, a little outside, so that it hides nothing."""
    out = picture.copy()
    x1, y1, x2, y2 = (int(v) for v in box)
    cv2.rectangle(out, (x1 - 4, y1 - 4), (x2 + 4, y2 + 4), _BOX_BGR, 2)
    return out
