"""PerceptionPipeline.step(frame, pose, scan, now) → tracks, incidents, evidence, faults.

One step: check the pictures, detect in all of them at once, and then picture by picture: sweep,
place on the ground, add whom warmth alone shows, track, ask the rules, book incidents, keep
evidence. All cameras of a vehicle share the tracks, in map metres, and the incidents: who walks
out of one picture into another's stays who they are, and an event that two cameras see is one.
Bad pictures and old poses are faults, never exceptions; without a pose near the picture's time
nothing gets a place, so no incident is made.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext

import numpy as np

from patrol.faults import FaultKind
from patrol.geometry import Scan, StampedPose
from patrol.incident import Evidence
from patrol.person_search import PersonSearch
from patrol.vehicle import VehicleSpec
from perception.body_pieces import whole_bodies
from perception.budget import TimeBudget
from perception.config import PerceptionConfig
from perception.debug_view import debug_picture
from perception.detectors.base import PERSON, Detections, Detector, Image, detect_all
from perception.ego_motion import Carried, EgoMotion
from perception.evidence import EvidenceRecorder
from perception.evidence_record import Provenance
from perception.eye import Eye
from perception.followed import VEHICLES, FollowedLog
from perception.ground_projection import GroundProjector
from perception.incidents import IncidentBook
from perception.looks import Sighting
from perception.map_view import NOWHERE, MapView
from perception.placing import Placer
from perception.recent import Recent
from perception.reporting import Reporter
from perception.rules.base import MapRule, Scene, SearchRule
from perception.tracking import Observation, Tracker
from perception.types import Frame, NoRecord, PerceptionOutput, ThermalPicture, TrackView
from perception.warm_fusion import WarmFusion, marked

__all__ = ["Frame", "NoRecord", "PerceptionOutput", "PerceptionPipeline", "TrackView"]


class PerceptionPipeline:
    """Everything the vehicle sees; one `step` for each picture, or for several at once."""

    def __init__(
        self,
        config: PerceptionConfig,
        spec: VehicleSpec,
        detector: Detector,
        eyes: Sequence[Eye],
        rules: Sequence[MapRule],
        book: IncidentBook,
        recorder: EvidenceRecorder,
        no_record: NoRecord | None = None,
        map_view: MapView = NOWHERE,
        provenance: Provenance | None = None,
        budget: TimeBudget | None = None,
        stage_clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """`rules` are those about who is followed: they go on from camera to camera.

        `stage_clock` (seconds) tells what each stage takes.
        """
        self._config = config
        self._spec = spec
        self._detector = detector
        self._eyes = {eye.name: eye for eye in eyes}
        self._rules = list(rules)
        self._reporter = Reporter(book, recorder, no_record, provenance)
        self._map = map_view
        self._budget, self._stage_clock = budget, stage_clock
        self._sweep_left_out = False
        self._placer = Placer(
            config.ranging, config.projection.max_range_m, spec.lidar, map_view.heights
        )
        self._warmth = WarmFusion(config, spec.lidar, map_view.heights)
        self._ego_motion = EgoMotion(config.ego_motion)
        self._tracker = Tracker(config.tracking)
        self._followed = FollowedLog(config.followed)
        self._faults: frozenset[FaultKind] = frozenset()  # of keeping the last pictures
        self._recent = Recent(config.max_pose_age_s, config.max_scan_age_s)
        self._timings: dict[str, float] = {}

    def step(
        self, frame: Frame | None, pose: StampedPose | None, scan: Scan | None, now_s: float
    ) -> PerceptionOutput:
        """Take one picture (None: no new one came) with the latest pose and scan.

        Never raises for bad pictures, old poses or a full disk: those are faults in the output.
        Raises KeyError for a picture of a camera that is not among the eyes.
        """
        return self.step_all([] if frame is None else [frame], pose, scan, now_s)

    def step_all(
        self, frames: Sequence[Frame], pose: StampedPose | None, scan: Scan | None, now_s: float
    ) -> PerceptionOutput:
        """The same with the new pictures of several cameras, at most one of each."""
        self._timings, self._sweep_left_out = {}, False
        self._reporter.begin()
        self.hear(pose, scan)
        new = [frame for frame in frames if self._eyes[frame.camera.name].check.is_new(frame)]
        found: dict[str, Detections] = {}
        if new:
            found = self._see(sorted(new, key=lambda frame: frame.stamp_s), now_s)
            self._faults = frozenset(self._reporter.faults)
        with self._timed("evidence"):
            self._reporter.finish(now_s)
        by_camera = {eye.name: eye.faults_at(now_s) for eye in self._eyes.values()}
        return PerceptionOutput(
            now_s,
            [track.view() for track in self._tracker.confirmed()],
            self._reporter.incidents,
            self._reporter.evidence,
            self._faults.union(self._reporter.faults, *by_camera.values()),
            dict(self._timings),
            found,
            self._sweep_left_out,
            {name: faults for name, faults in by_camera.items() if faults},
        )

    def hear(self, pose: StampedPose | None, scan: Scan | None = None) -> None:
        """Take a pose and a scan between two steps: each picture goes with those of its time."""
        if pose is not None:
            self._recent.hear_pose(pose)
        if scan is not None:
            self._recent.hear_scan(scan)

    def capture(self, action_id: str, now_s: float) -> list[Evidence]:
        """Each camera's latest picture, blurred, as evidence of a visit; raises NoPictureError."""
        return self._reporter.capture(action_id, now_s)

    def release(
        self, incident_id: str, requested_by: str, reason: str, now_s: float
    ) -> list[Evidence]:
        """The sealed originals of an incident, to be sent; raises NoPictureError."""
        return self._reporter.release(incident_id, requested_by, reason, now_s)

    def debug_picture(self, camera: str = "") -> Image | None:
        """A camera's (or the first one's) last picture, blurred, with what was seen drawn on it.

        None where it may not be kept (`no_record`), or nothing was made of it.
        """
        eye = self._eyes[camera or next(iter(self._eyes))]
        latest = self._reporter.latest(eye.name)
        if latest is None or eye.found is None:
            return None
        tracks = [track.view() for track in self._tracker.confirmed()]
        own = [track for track in tracks if track.camera == eye.name]
        return debug_picture(latest[1], latest[0], eye.found, own, eye.findings)

    def search(self, searches: Sequence[PersonSearch]) -> None:
        """Take ALL open person searches; one that is not among them is over, and forgotten."""
        every = [*self._rules, *(rule for eye in self._eyes.values() for rule in eye.rules)]
        for rule in every:
            if isinstance(rule, SearchRule):
                rule.search(searches)
        self._reporter.search(searches)

    def close(self) -> list[Evidence]:
        """Finish the clips that are being written; gives their files."""
        return self._reporter.close()

    def _see(self, frames: Sequence[Frame], now_s: float) -> dict[str, Detections]:
        """Make of new pictures what they are good for; gives the boxes of those that are good."""
        good = [frame for frame in frames if self._is_good(frame)]
        found: Mapping[str, Detections] = {}
        with self._budget.pictures(len(good)) if self._budget and good else nullcontext():
            if good:
                found = self._detect(good)
            for frame in good:
                eye = self._eyes[frame.camera.name]
                fault = self._take(eye, frame, found[eye.name], now_s)
                eye.faults |= set() if fault is None else {fault}
        with self._timed("evidence"):
            for frame in frames:
                self._reporter.enter(self._eyes[frame.camera.name].told, frame, now_s)
        return dict(found)

    def _is_good(self, frame: Frame) -> bool:
        """Whether anything can be seen in it, after all that is known of its camera."""
        eye = self._eyes[frame.camera.name]
        eye.found, eye.findings, eye.told = None, [], []
        blind = eye.check.fault(frame, self._recent.speed_mps)
        if eye.check.is_picture(frame):
            with self._timed("rules"):
                stamp_s = frame.stamp_s
                eye.glimpse(frame, self._recent.pose_at(stamp_s), self._recent.scan_at(stamp_s))
        blind = FaultKind.CAMERA_BLIND if eye.is_blind else blind
        eye.faults = frozenset() if blind is None else frozenset({blind})
        return blind is None

    def _detect(self, frames: Sequence[Frame]) -> Mapping[str, Detections]:
        """All boxes of all pictures, by camera."""
        least = self._config.detector.min_score
        with self._timed("detect"):
            found = detect_all(self._detector, [frame.image_bgr for frame in frames], least)
        names = [frame.camera.name for frame in frames]
        return dict(zip(names, found, strict=True))

    def _take(self, eye: Eye, frame: Frame, found: Detections, now_s: float) -> FaultKind | None:
        """One good picture through all stages; gives why nothing could be placed."""
        eye.found = found
        pose, scan = self._recent.pose_at(frame.stamp_s), self._recent.scan_at(frame.stamp_s)
        if pose is None:
            self._reporter.keep_nothing()  # where it was taken is not known: it may be private
            return FaultKind.PERCEPTION_POSE_STALE
        projector = GroundProjector(frame.camera, pose, self._config.projection)
        with self._timed("sweep"):
            swept = self._swept(eye, frame)
        thermal = self._warmth.picture_of(frame)
        with self._timed("track"):
            observed = self._observe(found, projector, scan)
            fused = self._warmth.fuse(observed, thermal, projector, scan)
            boxes = found.boxes_xyxy.astype(np.float64)
            correction = self._ego_motion.step(frame, pose, boxes)
            if correction is not None:
                self._followed.carry(correction)
            view = Carried(projector, correction)
            self._tracker.step(fused.observations, view, frame.stamp_s)
        scene = self._scene(frame, projector, found, [*swept, *fused.lying], scan, thermal)
        with self._timed("rules"):
            findings = eye.judge(scene)
            findings += [finding for rule in self._rules for finding in rule.step(scene)]
            findings = marked(findings, fused.added)
        eye.findings = findings
        with self._timed("evidence"):
            self._reporter.record(frame, pose, found, [*swept, *fused.added], findings)
            self._reporter.enter(findings, frame, now_s)
        return None

    def _swept(self, eye: Eye, frame: Frame) -> list[Sighting]:
        """People in the turned look; left out where pictures have taken longer than they may."""
        if eye.sweep is not None and self._budget is not None and self._budget.is_overdrawn:
            self._sweep_left_out = True
            return []
        return eye.swept(frame)

    def _observe(
        self, found: Detections, projector: GroundProjector, scan: Scan | None
    ) -> list[Observation]:
        """Detections that stand on visible ground, with place and size."""
        seen = whole_bodies(found.select(found.scores >= self._config.tracking.weak_score))
        boxes = seen.boxes_xyxy.astype(np.float64)
        labels, scores, camera = seen.labels(), seen.scores.tolist(), projector.camera.name
        placed = self._placer.places(projector, boxes, labels, scan)
        return [
            Observation(box, score, label, at.point, at.width_m, at.height_m, camera)
            for box, score, label, at in zip(boxes, scores, labels, placed, strict=True)
            if at is not None
        ]

    def _scene(
        self,
        frame: Frame,
        projector: GroundProjector,
        found: Detections,
        swept: Sequence[Sighting],
        scan: Scan | None,
        thermal: ThermalPicture | None,
    ) -> Scene:
        people = found.named(PERSON)
        boxes = people.boxes_xyxy.astype(np.float64)
        seen = list(map(Sighting, boxes, people.scores.tolist()))
        tracks = self._tracker.confirmed()
        with self._timed("track"):
            followed = self._followed.step(tracks, found, projector, frame.stamp_s)
        return Scene(
            frame.stamp_s,
            frame.image_bgr,
            projector,
            [*seen, *swept],
            tracks,
            projector.viewpoint_map,
            [one for one in followed if one.is_on_foot(self._config.followed)],
            [one for one in followed if one.track.label in VEHICLES],
            self._map,
            thermal,
            scan.points_base(self._spec.lidar.x_m, self._spec.lidar.y_m) if scan else None,
            (self._spec.lidar.x_m, self._spec.lidar.y_m, self._spec.lidar.z_m),
        )

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        start = self._stage_clock()
        try:
            yield
        finally:
            spent = self._stage_clock() - start
            self._timings[stage] = self._timings.get(stage, 0.0) + spent
