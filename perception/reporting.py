"""From findings to incidents and their evidence; what is kept hides who is nobody's matter.

A disk that refuses is a fault and loses the files alone: the incident is reported all the same.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import numpy as np

from patrol.faults import FaultKind
from patrol.geometry import StampedPose
from patrol.incident import AnomalyKind, Evidence, Incident, IncidentPhase, capture_name
from patrol.person_search import PersonSearch
from patrol.vehicle import CameraSpec
from perception.detectors.base import Detections, Image
from perception.evidence import EvidenceRecorder, NoPictureError
from perception.evidence_record import EvidenceRecord, Provenance, Shown
from perception.incidents import IncidentBook
from perception.looks import Sighting
from perception.privacy import Region, head_region, is_about, person_regions, regions_of
from perception.rules.base import Finding
from perception.types import Frame, NoRecord

_LOG = logging.getLogger(__name__)
_BLUR_SCORE = 0.15  # weaker boxes are mostly nobody, and prolong no track


class Reporter:
    """Books findings and keeps evidence; what a step has brought is there until the next one."""

    def __init__(
        self,
        book: IncidentBook,
        recorder: EvidenceRecorder,
        no_record: NoRecord | None,
        provenance: Provenance | None,
    ) -> None:
        self._book = book
        self._recorder = recorder
        self._no_record = no_record or (lambda _x, _y: False)
        self._provenance = provenance or Provenance()
        self.begin()

    def begin(self) -> None:
        """A new step."""
        self.incidents: list[Incident] = []
        self.evidence: list[Evidence] = []
        self.faults: set[FaultKind] = set()

    def search(self, searches: Sequence[PersonSearch]) -> None:
        """Take ALL open person searches: the evidence of the others' candidates is due."""
        self._recorder.search(searches)

    def keep_nothing(self) -> None:
        """The vehicle may be where nothing may be recorded: forget what is in memory."""
        self._recorder.skip()

    def record(
        self,
        frame: Frame,
        pose: StampedPose,
        found: Detections,
        swept: Sequence[Sighting],
        findings: Sequence[Finding],
    ) -> None:
        """Keep the picture in memory, blurred, unless nothing may be recorded here."""
        if self._no_record(pose.pose.x_m, pose.pose.y_m):
            self.keep_nothing()
            return
        lying = [f for f in findings if f.kind is AnomalyKind.COLLAPSED_PERSON]
        fallen = [f.box_xyxy for f in lying if f.box_xyxy is not None]
        boxes = found.boxes_xyxy.astype(np.float64)
        others = np.array([not is_about(box, fallen) for box in boxes], np.bool_)
        regions: list[Region] = regions_of(found.select((found.scores >= _BLUR_SCORE) & others))
        for sighting in swept:
            if sighting.score >= _BLUR_SCORE and not is_about(sighting.box_xyxy, fallen):
                regions += person_regions(sighting.box_xyxy)
        for finding in lying:  # all others are tracks: their boxes are among those that were found
            if finding.heads_px:
                regions += [head_region(circle) for circle in finding.heads_px]
            elif finding.box_xyxy is not None:
                regions += person_regions(finding.box_xyxy)
        with self._disk():
            camera = frame.camera.name
            self._recorder.add(frame.stamp_s, frame.image_bgr, regions, pose, camera)

    def enter(self, findings: list[Finding], frame: Frame, now_s: float) -> None:
        """Book a picture's findings, and begin the evidence of what is new."""
        changes = self._book.step(findings, now_s)
        self.incidents += [incident for incident, _ in changes]
        with self._disk():
            for incident, finding in changes:
                self._begin(incident, finding, frame.camera)
            for finding in findings:
                incident_id = self._book.match(finding)
                if incident_id is not None:
                    shown = _shown(finding, frame)
                    self._recorder.show(incident_id, finding.box_xyxy, shown, frame.camera.name)

    def finish(self, now_s: float) -> None:
        """Go on with what is being written, and close what was open for searches that are over."""
        with self._disk():
            self.evidence += self._recorder.step(now_s)
        for incident_id in self._recorder.over:
            ended = self._book.end(incident_id, now_s)
            if ended is not None:
                _log_change(ended)
                self.incidents.append(ended)

    def capture(self, action_id: str, now_s: float) -> list[Evidence]:
        """Each camera's latest picture, blurred, as evidence of a visit; raises NoPictureError."""
        try:
            return self._recorder.capture(capture_name(action_id), now_s)
        except OSError as error:
            reason = error.strerror or error
            raise NoPictureError(f"the picture could not be kept: {reason}") from None

    def release(
        self, incident_id: str, requested_by: str, reason: str, now_s: float
    ) -> list[Evidence]:
        """The sealed originals of an incident, to be sent; raises NoPictureError."""
        try:
            return self._recorder.release(incident_id, requested_by, reason, now_s)
        except OSError as error:
            what = error.strerror or error
            raise NoPictureError(f"the release could not be noted: {what}") from None

    def latest(self, camera: str) -> tuple[float, Image] | None:
        """A camera's last picture, as `EvidenceRecorder.latest`."""
        return self._recorder.latest(camera)

    def close(self) -> list[Evidence]:
        """Finish the clips that are being written; gives their files."""
        return self._recorder.close()

    def _begin(self, incident: Incident, finding: Finding, camera: CameraSpec) -> None:
        _log_change(incident)
        if incident.phase is IncidentPhase.OPENED and not self._no_record(
            incident.x_m, incident.y_m
        ):
            record = EvidenceRecord(incident, replace(self._provenance, camera=camera))
            box = finding.box_xyxy
            self.evidence += self._recorder.begin(incident.incident_id, box, record, camera.name)

    @contextmanager
    def _disk(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            _LOG.error("evidence_lost error=%s", error)
            self.faults.add(FaultKind.DISK_FULL)


def _log_change(incident: Incident) -> None:
    _LOG.info(
        "incident_%s id=%s kind=%s x=%.1f y=%.1f confidence=%.2f",
        incident.phase.value,
        incident.incident_id,
        incident.kind.value,
        incident.x_m,
        incident.y_m,
        incident.confidence,
    )


def _shown(finding: Finding, frame: Frame) -> Shown:
    box = finding.box_xyxy
    return Shown(
        frame.stamp_s,
        finding.x_m,
        finding.y_m,
        finding.position_sigma_m,
        finding.confidence,
        None if box is None else tuple(float(edge) for edge in box),
        frame.camera.name,
    )
