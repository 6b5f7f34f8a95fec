"""PerceptionPipeline.step(frame, pose, scan, now) → tracks, incidents, evidence, faults.

One step: check the picture, detect, sweep, place on the ground, track, ask the rules, book
incidents, keep evidence. Bad pictures and old poses are faults, never exceptions; without a pose
near the picture's time nothing gets a place, so no incident is made.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext

import numpy as np

from patrol.faults import FaultKind
from patrol.geometry import Scan, StampedPose
from patrol.incident import Evidence
from patrol.person_search import PersonSearch
from patrol.vehicle import VehicleSpec
from perception.budget import TimeBudget
from perception.camera_check import CameraCheck
from perception.config import PerceptionConfig
from perception.debug_view import debug_picture
from perception.detectors.base import PERSON, Detections, Detector, Image
from perception.evidence import EvidenceRecorder
from perception.evidence_record import Provenance
from perception.followed import VEHICLES, FollowedLog
from perception.ground_projection import GroundProjector, predicted_pose
from perception.incidents import IncidentBook
from perception.looks import Sighting
from perception.map_view import NOWHERE, MapView
from perception.placing import Placer
from perception.reporting import Reporter
from perception.rules.base import AnyRule, Finding, Glimpse, LensRule, Scene, SearchRule
from perception.sweep import Sweep
from perception.tracking import Observation, Tracker
from perception.types import Frame, NoRecord, PerceptionOutput, ThermalPicture, TrackView

__all__ = ["Frame", "NoRecord", "PerceptionOutput", "PerceptionPipeline", "TrackView"]

_POSES_KEPT = 60  # 3 s at the localization's 20 Hz


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
        provenance: Provenance | None = None,
        budget: TimeBudget | None = None,
    ) -> None:
        self._config = config
        self._spec = spec
        self._detector = detector
        self._sweep = sweep
        self._rules = [rule for rule in rules if not isinstance(rule, LensRule)]
        self._lens_rules = [rule for rule in rules if isinstance(rule, LensRule)]
        self._reporter = Reporter(book, recorder, no_record, provenance)
        self._check = CameraCheck(config.camera)
        self._map = map_view
        self._budget = budget
        self._found: Detections | None = None  # of this step's picture
        self._findings: list[Finding] = []  # of the last one
        self._sweep_left_out = False
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
        self._timings, self._found, self._sweep_left_out = {}, None, False
        self._reporter.begin()
        if pose is not None and (not self._poses or self._poses[-1].stamp_s != pose.stamp_s):
            self._poses.append(pose)
        if frame is not None and self._check.is_new(frame):
            self._faults = self._see(frame, scan, pose, now_s) | self._reporter.faults
        with self._timed("evidence"):
            self._reporter.finish(now_s)
        faults = self._faults | self._reporter.faults
        if self._check.stale(now_s):
            faults |= {FaultKind.CAMERA_STALE}
        return PerceptionOutput(
            now_s,
            [track.view() for track in self._tracker.confirmed()],
            self._reporter.incidents,
            self._reporter.evidence,
            faults,
            dict(self._timings),
            self._found,
            self._sweep_left_out,
        )

    def capture(self, action_id: str, now_s: float) -> Evidence:
        """The latest picture, blurred, as evidence of a visit; raises NoPictureError."""
        return self._reporter.capture(action_id, now_s)

    def release(
        self, incident_id: str, requested_by: str, reason: str, now_s: float
    ) -> list[Evidence]:
        """The sealed originals of an incident, to be sent; raises NoPictureError."""
        return self._reporter.release(incident_id, requested_by, reason, now_s)

    def debug_picture(self) -> Image | None:
        """The last step's picture, blurred, with what was seen drawn on it.

        None where it may not be kept (`no_record`), or nothing was made of it.
        """
        latest = self._reporter.latest
        if latest is None or self._found is None:
            return None
        tracks = [track.view() for track in self._tracker.confirmed()]
        return debug_picture(latest[1], latest[0], self._found, tracks, self._findings)

    def search(self, searches: Sequence[PersonSearch]) -> None:
        """Take ALL open person searches; one that is not among them is over, and forgotten."""
        for rule in self._rules:
            if isinstance(rule, SearchRule):
                rule.search(searches)
        self._reporter.search(searches)

    def close(self) -> list[Evidence]:
        """Finish the clips that are being written; gives their files."""
        return self._reporter.close()

    def _see(
        self, frame: Frame, scan: Scan | None, pose: StampedPose | None, now_s: float
    ) -> frozenset[FaultKind]:
        """Make of a new picture what it is good for; gives what is wrong with it."""
        blind = self._check.fault(frame, 0.0 if pose is None else pose.speed_mps)
        told = self._look(frame, scan) if self._check.is_picture(frame) else []
        if any(rule.is_blind for rule in self._lens_rules):
            blind = FaultKind.CAMERA_BLIND
        fault: FaultKind | None = blind
        if blind is None:
            with self._budget.picture() if self._budget else nullcontext():
                fault = self._take(frame, scan, now_s)
        with self._timed("evidence"):
            self._reporter.enter(told, frame.stamp_s, now_s)
        return frozenset() if fault is None else frozenset({fault})

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

    def _take(self, frame: Frame, scan: Scan | None, now_s: float) -> FaultKind | None:
        """One good picture through all stages; gives why nothing could be placed."""
        with self._timed("detect"):
            found = self._detector.detect(frame.image_bgr, self._config.detector.min_score)
        self._found = found
        pose = self._pose_at(frame.stamp_s)
        if pose is None:
            self._reporter.keep_nothing()  # where it was taken is not known: it may be private
            return FaultKind.PERCEPTION_POSE_STALE
        projector = GroundProjector(frame.camera, pose, self._config.projection)
        with self._timed("sweep"):
            swept = self._swept(frame)
        with self._timed("track"):
            self._tracker.step(
                self._observe(found, projector, self._fresh(scan, frame)), projector, frame.stamp_s
            )
        scene = self._scene(frame, projector, found, swept, self._fresh(scan, frame))
        with self._timed("rules"):
            findings = [finding for rule in self._rules for finding in rule.step(scene)]
        self._findings = findings
        with self._timed("evidence"):
            self._reporter.record(frame, pose, found, swept, findings)
            self._reporter.enter(findings, frame.stamp_s, now_s)
        return None

    def _swept(self, frame: Frame) -> list[Sighting]:
        """People in the turned look; left out where pictures have taken longer than they may."""
        if self._sweep is None:
            return []
        if self._budget is not None and self._budget.is_overdrawn:
            self._sweep_left_out = True
            return []
        return self._sweep.step(frame.image_bgr, frame.camera)

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
        with self._timed("track"):
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

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - start
            self._timings[stage] = self._timings.get(stage, 0.0) + spent
