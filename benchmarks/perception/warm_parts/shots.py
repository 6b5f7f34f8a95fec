"""Shots: colour and thermal pictures of driven scenes, with what the vehicle knew, and truth."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from patrol.geometry import Scan, StampedPose
from perception.detectors.base import Detections, Detector
from perception.types import ThermalPicture
from simulation.actors.kinds import HUMAN
from simulation.scenarios.runner import Run
from simulation.scenarios.scenario import Scenario
from simulation.scenarios.trace import Sample, Trace
from simulation.truth_box import TruthBox
from simulation.vehicle.library import LibraryVehicle

POSE_LATE_S = 0.25  # poses and scans of a picture's time have come by then
NEAR_S = 0.1
EVERY = 2  # pictures: five a second say nothing that half of them do not
HUMANS = frozenset(kind.value for kind in HUMAN)


@dataclass(frozen=True, slots=True)
class Human:
    """Somebody in view of the thermal camera; boxes in the pixels of each camera."""

    warm_box: TruthBox
    colour_box: TruthBox | None


@dataclass(frozen=True, slots=True)
class Shot:
    """One moment."""

    stamp_s: float
    found: Detections  # in the colour picture
    thermal: ThermalPicture
    scan: Scan | None
    pose: StampedPose
    humans: Sequence[Human]  # riders, too


class Watcher:
    """An observer of a run that keeps its shots, once their pose has come."""

    def __init__(self, detector: Detector, min_score: float) -> None:
        self.shots: list[Shot] = []
        self._detector, self._min_score = detector, min_score
        self._poses: deque[StampedPose] = deque(maxlen=60)
        self._waiting: deque[Shot] = deque()
        self._count = 0

    def see(self, vehicle: LibraryVehicle, sample: Sample) -> None:
        """Keep the newest pose, and every other picture of the first camera."""
        pose = vehicle.bus.pose.value
        if pose is not None and (not self._poses or self._poses[-1].stamp_s != pose.stamp_s):
            self._poses.append(pose)
        spec, warm = vehicle.simulator.spec, vehicle.bus.thermal.value
        for image in vehicle.frame.images if vehicle.frame else ():
            if image.camera.name != spec.cameras[0].name or warm is None or pose is None:
                continue
            self._count += 1
            if self._count % EVERY:
                continue
            self._waiting.append(
                Shot(
                    image.stamp_s,
                    self._detector.detect(image.bgr, self._min_score),
                    ThermalPicture(warm.stamp_s, warm.celsius, warm.camera),
                    vehicle.bus.scan.value,
                    pose,
                    _humans(vehicle),
                )
            )
        while self._waiting and vehicle.now_s - self._waiting[0].stamp_s >= POSE_LATE_S:
            self._settle(self._waiting.popleft())

    def close(self, trace: Trace) -> None:
        """Pictures whose pose never came are left out."""

    def _settle(self, shot: Shot) -> None:
        near = [p for p in self._poses if abs(p.stamp_s - shot.stamp_s) <= NEAR_S]
        if near:
            pose = min(near, key=lambda p: abs(p.stamp_s - shot.stamp_s))
            self.shots.append(
                Shot(shot.stamp_s, shot.found, shot.thermal, shot.scan, pose, shot.humans)
            )


def _humans(vehicle: LibraryVehicle) -> list[Human]:
    simulator = vehicle.simulator
    spec = simulator.spec
    colour = {box.name: box for box in simulator.boxes(spec.cameras[0])}
    return [
        Human(box, colour.get(box.name))
        for box in simulator.boxes(spec.thermal_cameras[0])
        if box.class_name in HUMANS
    ]


def shots_of(
    scenarios: Sequence[Scenario], detector: Detector, min_score: float
) -> Iterator[list[Shot]]:
    """The shots of each scene, driven to its end with rendered pictures."""
    for scenario in scenarios:
        watcher = Watcher(detector, min_score)
        run = Run(scenario, [watcher], cameras=True, thermal=True)
        try:
            for _ in run.samples():
                pass
        finally:
            run.close()
        yield watcher.shots
