"""PerceptionPipeline.step(frame, pose, scan, now) → tracks, incidents, evidence, faults.

One step: check the picture, detect, sweep, place on the ground, track, ask the rules, book
incidents, keep evidence. Bad pictures and old poses are faults, never exceptions; without a pose
near the picture's time nothing gets a place, so no incident is made.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from patrol.faults import FaultKind
from patrol.geometry import Scan, StampedPose
from patrol.incident import AnomalyKind, Evidence, Incident, IncidentPhase, capture_name
from patrol.vehicle import VehicleSpec
from perception.camera_check import CameraCheck
from perception.config import PerceptionConfig
from perception.detectors.base import PERSON, Detections, Detector
from perception.evidence import EvidenceRecorder, NoPictureError
from perception.followed import VEHICLES, FollowedLog
from perception.ground_projection import GroundProjector, predicted_pose
from perception.incidents import IncidentBook
from perception.looks import Sighting
from perception.map_view import NOWHERE, MapView
from perception.placing import Placer
from perception.privacy import Region, head_region, is_about, person_regions, regions_of
from perception.rules.base import AnyRule, Finding, Glimpse, LensRule, Scene
from perception.sweep import Sweep
from perception.tracking import Observation, Tracker
from perception.types import Frame, NoRecord, PerceptionOutput, ThermalPicture, TrackView

__all__ = ["Frame", "NoRecord", "PerceptionOutput", "PerceptionPipeline", "TrackView"]

_LOG = logging.getLogger(__name__)
_POSES_KEPT = 60  # 3 s at the localization's 20 Hz
_BLUR_SCORE = 0.15  # weaker boxes are mostly nobody, and prolong no track


class PerceptionPipeline:
    """Everything the vehicle sees with one camera; one `step` per picture."""

    def __init__(
        self,
        config: PerceptionConfig,
        spec: VehicleSpec,
        detector: Detector,
        sweep: Sweep | None,
        rules: Sequence[AnyRule],
        book: IncidentBook,
        recorder: EvidenceRecorder,
        no_record: NoRecord | None = None,
        map_view: MapView = NOWHERE,
    ) -> None:
        self._config = config
        self._spec = spec
        self._detector = detector
        self._sweep = sweep
        self._rules = [rule for rule in rules if not isinstance(rule, LensRule)]
        self._lens_rules = [rule for rule in rules if isinstance(rule, LensRule)]
        self._book = book
        self._recorder = recorder
        self._no_record = no_record or (lambda _x, _y: False)
        self._check = CameraCheck(config.camera)
        self._map = map_view
        self._placer = Placer(
            config.ranging, config.projection.max_range_m, spec.lidar, map_view.heights
        )
        self._tracker = Tracker(config.tracking)
        self._followed = FollowedLog(config.followed)
        self._faults: frozenset[FaultKind] = frozenset()  # of the last picture
        self._poses: deque[StampedPose] = deque(maxlen=_POSES_KEPT)
        self._timings: dict[str, float] = {}

    def step(
        self, frame: Frame | None, pose: StampedPose | None, scan: Scan | None, now_s: float
    ) -> PerceptionOutput:
        """Take one picture (None: no new one came) with the latest pose and scan.

        Never raises for bad pictures, old poses or a full disk: those are faults in the output.
        """
        self._timings = {}
        faults: set[FaultKind] = set()
        incidents: list[Incident] = []
        evidence: list[Evidence] = []
        if pose is not None and (not self._poses or self._poses[-1].stamp_s != pose.stamp_s):
            self._poses.append(pose)
        if frame is not None and self._check.is_new(frame):
            blind = self._check.fault(frame, 0.0 if pose is None else pose.speed_mps)
            told = self._look(frame, scan) if self._check.is_picture(frame) else []
            if any(rule.is_blind for rule in self._lens_rules):
                blind = FaultKind.CAMERA_BLIND
            if blind is None:
                self._take(frame, scan, now_s, faults, incidents, evidence)
            else:
                faults.add(blind)
            self._enter(told, now_s, faults, incidents, evidence)
            self._faults = frozenset(faults)
        faults |= self._faults
        if self._check.stale(now_s):
            faults.add(FaultKind.CAMERA_STALE)
        with self._timed("evidence"), self._disk(faults):
            evidence += self._recorder.step(now_s)
        tracks = [track.view() for track in self._tracker.confirmed()]
        return PerceptionOutput(
            now_s, tracks, incidents, evidence, frozenset(faults), dict(self._timings)
        )

    def capture(self, action_id: str, now_s: float) -> Evidence:
        """The latest picture, blurred, as evidence of a visit; raises NoPictureError."""
        try:
            return self._recorder.capture(capture_name(action_id), now_s)
        except OSError as error:
            reason = error.strerror or error
            raise NoPictureError(f"the picture could not be kept: {reason}") from None

    def close(self) -> list[Evidence]:
        """Finish the clips that are being written; gives their files."""
        return self._recorder.close()

    def _look(self, frame: Frame, scan: Scan | None) -> list[Finding]:
        """What the rules about the camera itself make of a picture, a blind one, too."""
        stamped = self._pose_at(frame.stamp_s)
        glimpse = Glimpse(
            frame.stamp_s,
            frame.image_bgr,
            stamped.pose.transform(frame.camera.x_m, frame.camera.y_m) if stamped else None,
            stamped.speed_mps if stamped else 0.0,
            stamped.yaw_rate_radps if stamped else 0.0,
            self._fresh(scan, frame),
        )
        with self._timed("rules"):
            return [finding for rule in self._lens_rules for finding in rule.look(glimpse)]

    def _take(
        self,
        frame: Frame,
        scan: Scan | None,
        now_s: float,
        faults: set[FaultKind],
        incidents: list[Incident],
        evidence: list[Evidence],
    ) -> None:
        """One good picture through all stages."""
        with self._timed("detect"):
            found = self._detector.detect(frame.image_bgr, self._config.detector.min_score)
        pose = self._pose_at(frame.stamp_s)
        if pose is None:
            faults.add(FaultKind.PERCEPTION_POSE_STALE)
            self._recorder.skip()  # where the picture was taken is not known: it may be private
            return
        projector = GroundProjector(frame.camera, pose, self._config.projection)
        with self._timed("sweep"):
            swept = self._sweep.step(frame.image_bgr, frame.camera) if self._sweep else []
        with self._timed("track"):
            self._tracker.step(
                self._observe(found, projector, self._fresh(scan, frame)), projector, frame.stamp_s
            )
        scene = self._scene(frame, projector, found, swept, self._fresh(scan, frame))
        with self._timed("rules"):
            findings = [finding for rule in self._rules for finding in rule.step(scene)]
        with self._timed("evidence"), self._disk(faults):
            self._record(frame, pose, found, swept, findings)
        self._enter(findings, now_s, faults, incidents, evidence)

    def _enter(
        self,
        findings: list[Finding],
        now_s: float,
        faults: set[FaultKind],
        incidents: list[Incident],
        evidence: list[Evidence],
    ) -> None:
        """Book findings, and begin the evidence of what is new."""
        changes = self._book.step(findings, now_s)
        incidents += [incident for incident, _ in changes]
        with self._timed("evidence"), self._disk(faults):
            evidence += self._keep(changes, findings)

    def _pose_at(self, stamp_s: float) -> StampedPose | None:
        """The known pose nearest to a picture, moved to its time; None where none is near.

        A picture comes later than the poses of its time: the last few are kept.
        """
        nearest = min(self._poses, key=lambda p: abs(p.stamp_s - stamp_s), default=None)
        if nearest is None or abs(nearest.stamp_s - stamp_s) > self._config.max_pose_age_s:
            return None
        return predicted_pose(nearest, stamp_s)

    def _fresh(self, scan: Scan | None, frame: Frame) -> Scan | None:
        if scan is None or abs(frame.stamp_s - scan.stamp_s) > self._config.max_scan_age_s:
            return None
        return scan

    def _observe(
        self, found: Detections, projector: GroundProjector, scan: Scan | None
    ) -> list[Observation]:
        """Detections that stand on visible ground, with place and size."""
        seen = found.select(found.scores >= self._config.tracking.weak_score)
        boxes = seen.boxes_xyxy.astype(np.float64)
        labels = [seen.label(index) for index in range(len(seen))]
        placed = self._placer.places(projector, boxes, labels, scan)
        return [
            Observation(box, float(score), label, at.point, at.width_m, at.height_m)
            for box, score, label, at in zip(boxes, seen.scores, labels, placed, strict=True)
            if at is not None
        ]

    def _scene(
        self,
        frame: Frame,
        projector: GroundProjector,
        found: Detections,
        swept: Sequence[Sighting],
        scan: Scan | None,
    ) -> Scene:
        people = found.named(PERSON)
        seen = [
            Sighting(box.astype(np.float64), float(score))
            for box, score in zip(people.boxes_xyxy, people.scores, strict=True)
        ]
        camera = frame.camera
        viewpoint = projector.stamped.pose.transform(camera.x_m, camera.y_m)
        tracks = self._tracker.confirmed()
        followed = self._followed.step(tracks, found, projector, frame.stamp_s)
        return Scene(
            frame.stamp_s,
            frame.image_bgr,
            projector,
            [*seen, *swept],
            tracks,
            viewpoint,
            [one for one in followed if one.is_on_foot(self._config.followed)],
            [one for one in followed if one.track.label in VEHICLES],
            self._map,
            self._warm(frame),
            scan.points_base(self._spec.lidar.x_m, self._spec.lidar.y_m) if scan else None,
            self._spec.lidar.z_m,
        )

    def _warm(self, frame: Frame) -> ThermalPicture | None:
        """The thermal picture that belongs to a frame, where there is a whole one of its time."""
        thermal = frame.thermal
        if (
            thermal is None
            or abs(frame.stamp_s - thermal.stamp_s) > self._config.max_thermal_age_s
        ):
            return None
        shape = (thermal.camera.height_px, thermal.camera.width_px)
        whole = thermal.celsius.shape == shape and bool(np.isfinite(thermal.celsius).all())
        return thermal if whole else None

    def _record(
        self,
        frame: Frame,
        pose: StampedPose,
        found: Detections,
        swept: Sequence[Sighting],
        findings: Sequence[Finding],
    ) -> None:
        """Keep the picture in memory, blurred, unless nothing may be recorded here."""
        if self._no_record(pose.pose.x_m, pose.pose.y_m):
            self._recorder.skip()
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
        self._recorder.add(frame.stamp_s, frame.image_bgr, regions)

    def _keep(
        self, changes: Sequence[tuple[Incident, Finding]], findings: Sequence[Finding]
    ) -> list[Evidence]:
        """Begin evidence for what was opened; show the recorder where known incidents are."""
        evidence: list[Evidence] = []
        for incident, finding in changes:
            _LOG.info(
                "incident_%s id=%s kind=%s x=%.1f y=%.1f confidence=%.2f",
                incident.phase.value,
                incident.incident_id,
                incident.kind.value,
                incident.x_m,
                incident.y_m,
                incident.confidence,
            )
            allowed = not self._no_record(incident.x_m, incident.y_m)
            if incident.phase is IncidentPhase.OPENED and allowed:
                evidence += self._recorder.begin(incident.incident_id, finding.box_xyxy)
        for finding in findings:
            incident_id = self._book.match(finding)
            if incident_id is not None:
                self._recorder.show(incident_id, finding.box_xyxy)
        return evidence

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - start
            self._timings[stage] = self._timings.get(stage, 0.0) + spent

    @contextmanager
    def _disk(self, faults: set[FaultKind]) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            _LOG.error("evidence_lost error=%s", error)
            faults.add(FaultKind.DISK_FULL)
